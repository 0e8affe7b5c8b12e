// SPDX-License-Identifier: Apache-2.0
#include "statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>

namespace plugtls::tools::compare {

namespace {

constexpr std::size_t resamples = 2000;
constexpr const char *no_difference = "no difference seen";

// The same for the same samples, so that a report can be checked.
std::minstd_rand make_generator() {
  return std::minstd_rand(20260101U);  // NOLINT(cert-msc*): on purpose
}

Interval middle_95(const std::vector<double> &values) {
  return {quantile(values, 0.025), quantile(values, 0.975)};
}

double pick_median(const std::vector<double> &samples, const std::vector<std::size_t> &picked) {
  std::vector<double> out;
  out.reserve(picked.size());
  for (const std::size_t at : picked)
    out.push_back(samples[at % samples.size()]);
  return median(std::move(out));
}

std::string verdict_for(const Cell &cell, Better better) {
  if (!cell.ratio_interval || cell.samples.size() < 2)
    return fmt::format("{:.2f} times {}", *cell.ratio,
                       better == Better::higher ? "slower" : "as much");
  if (cell.ratio_interval->low <= 1) return no_difference;
  return fmt::format("{:.2f} times {} ({:.2f} to {:.2f})", *cell.ratio,
                     better == Better::higher ? "slower" : "as much", cell.ratio_interval->low,
                     cell.ratio_interval->high);
}

}  // namespace

double quantile(std::vector<double> samples, double at) {
  std::sort(samples.begin(), samples.end());
  const double position = at * static_cast<double>(samples.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, samples.size() - 1);
  const double weight = position - static_cast<double>(below);
  return samples[below] * (1 - weight) + samples[above] * weight;
}

Interval median_interval(const std::vector<double> &samples) {
  return ratio_interval(samples, {1.0});
}

Interval ratio_interval(const std::vector<double> &upper, const std::vector<double> &lower) {
  std::minstd_rand generator = make_generator();
  const bool paired = upper.size() == lower.size();
  std::vector<double> ratios;
  ratios.reserve(resamples);
  const auto pick = [&](std::size_t size) {
    std::uniform_int_distribution<std::size_t> any(0, size - 1);
    std::vector<std::size_t> out(size);
    for (std::size_t &each : out)
      each = any(generator);
    return out;
  };
  for (std::size_t i = 0; i < resamples; ++i) {
    const std::vector<std::size_t> picked = pick(upper.size());
    ratios.push_back(pick_median(upper, picked) /
                     pick_median(lower, paired ? picked : pick(lower.size())));
  }
  return middle_95(std::move(ratios));
}

void summarise(Cell &cell) {
  if (cell.samples.empty()) return;
  cell.value = median(cell.samples);
  if (cell.samples.size() < 2) return;
  cell.spread = Interval{quantile(cell.samples, 0.25), quantile(cell.samples, 0.75)};
  cell.interval = median_interval(cell.samples);
}

void rank(Row &row, Better better) {
  if (better == Better::neither) return;
  const Cell *best = nullptr;
  std::size_t measured = 0;
  for (const Cell &cell : row.cells) {
    if (!cell.value || *cell.value <= 0) continue;
    ++measured;
    const bool is_better =
        best == nullptr ||
        (better == Better::higher ? *cell.value > *best->value : *cell.value < *best->value);
    if (is_better) best = &cell;
  }
  if (measured < 2) return;
  bool is_alone = true;
  for (Cell &cell : row.cells) {
    if (!cell.value || *cell.value <= 0) continue;
    const bool higher = better == Better::higher;
    cell.ratio = higher ? *best->value / *cell.value : *cell.value / *best->value;
    if (&cell == best) continue;
    if (cell.samples.size() > 1 && best->samples.size() > 1)
      cell.ratio_interval = higher ? ratio_interval(best->samples, cell.samples)
                                   : ratio_interval(cell.samples, best->samples);
    cell.verdict = verdict_for(cell, better);
    is_alone = is_alone && cell.verdict != no_difference;
  }
  for (Cell &cell : row.cells)
    if (&cell == best)
      cell.verdict = !is_alone                  ? "shares the first place"
                     : better == Better::higher ? "fastest"
                                                : "least";
}

}  // namespace plugtls::tools::compare
