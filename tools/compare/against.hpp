// SPDX-License-Identifier: Apache-2.0
// What changed since an earlier report.
#pragma once

#include "report.hpp"

#include <string>
#include <vector>

namespace plugtls::tools::compare {

struct Change {
  std::string where;  // "speed / handshakes / Full, TLS 1.3, ECDSA / openssl"
  std::string before;
  std::string after;
  std::string remark;   // "+12 %"
  bool counts = false;  // worse beyond the threshold, or another answer
};

// `threshold` is a share: 0.1 for 10 %. A figure counts if it is worse by more than that and the two medians' intervals do
// not touch; any other answer counts if it is another one. Facts without a judgement are told and never count.
std::vector<Change> changes(const Report &before, const Report &after, double threshold);

std::string render_changes(const std::vector<Change> &changes, double threshold, int fd);
Json to_json(const std::vector<Change> &changes);

}  // namespace plugtls::tools::compare
