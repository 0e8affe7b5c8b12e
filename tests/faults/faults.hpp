// SPDX-License-Identifier: Apache-2.0
#ifndef PLUGTLS_TESTS_FAULTS_FAULTS_HPP
#define PLUGTLS_TESTS_FAULTS_FAULTS_HPP

#include "conformance/cases.hpp"

// An end that has failed says how, and says it again (P-IO-5).
inline void check_typed(End *end) {
  const std::string first = end->error.text();
  INFO(first);
  CHECK(end->error.code != PLUGTLS_E_NONE);
  CHECK(end->error.name() != "unknown");
  CHECK(end->error.name() != "internal");  // the fault is the peer's, not the library's
  const plugtls_status status = end->status;
  CHECK(end->handshake() == status);
  CHECK(end->error.text() == first);
}

// How much each end sends in a handshake that goes well; what faults are placed in.
struct Length {
  size_t upward, downward;
};
inline Length length_of_handshake(const Ends &ends, const PairOptions &options) {
  Pair pair(ends, options);
  pair.connect();
  return {pair.upward.carried(), pair.downward.carried()};
}

#endif
