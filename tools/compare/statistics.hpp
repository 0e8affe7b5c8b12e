// SPDX-License-Identifier: Apache-2.0
// Median, spread and how sure one can be of a difference.
#pragma once

#include "report.hpp"

#include <vector>

namespace plugtls::tools::compare {

// `at` in [0, 1]; between two samples in proportion. The samples need no order; there must be one at least.
double quantile(std::vector<double> samples, double at);
inline double median(std::vector<double> samples) {
  return quantile(std::move(samples), 0.5);
}

// 95 % percentile bootstrap of the median. The same samples give the same interval.
Interval median_interval(const std::vector<double> &samples);
// Of median(upper) / median(lower), resampled in pairs where both have as many: what disturbed one round disturbed both.
Interval ratio_interval(const std::vector<double> &upper, const std::vector<double> &lower);

// Fills value, spread and interval of a cell from its samples.
void summarise(Cell &cell);
// Fills ratio, ratio_interval and verdict of each cell of a row that has a value.
void rank(Row &row, Better better);

}  // namespace plugtls::tools::compare
