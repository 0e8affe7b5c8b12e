// SPDX-License-Identifier: Apache-2.0
// What a backend made of a chain, what it ought to make of it, and where the two may differ.
#ifndef PLUGTLS_TESTS_PARITY_VERDICT_HPP
#define PLUGTLS_TESTS_PARITY_VERDICT_HPP

#include <plugtls/plugtls.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace parity {

struct Verdict {
  std::string code = "none";  // plugtls_error_name
  int32_t depth = -1;
  std::string alert = "-";  // plugtls_alert_name of the alert that was sent

  bool operator==(const Verdict &) const = default;
  bool good() const { return code == "none"; }
  // As it stands in expected.tsv, with spaces: "cert_expired 0 certificate_expired".
  std::string text() const { return code + " " + std::to_string(depth) + " " + alert; }
};

// tests/parity/expected.tsv: the verdict of each case.
const std::map<std::string, Verdict> &expected();

struct Explanation {
  std::string verdict, why;
};
// The verdicts of a case and a backend that docs/backends.md explains, by (case, backend).
const std::map<std::pair<std::string, std::string>, Explanation> &explained();

}  // namespace parity

#endif
