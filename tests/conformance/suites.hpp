// SPDX-License-Identifier: Apache-2.0
// Lists of cipher suites, and backends that cannot take every one.
#ifndef PLUGTLS_TESTS_CONFORMANCE_SUITES_HPP
#define PLUGTLS_TESTS_CONFORMANCE_SUITES_HPP

#include "cases.hpp"

// Some libraries let nobody choose among the suites of TLS 1.3. A backend on one of them says so, by declaring the feature
// in part, and refuses the list by name; one that declares all of it takes every list of which it has a version. True if
// the list is taken.
inline bool takes_suites(const std::string &backend, const Config &config) {
  const auto &suites = config.cipher_suites;
  const bool newer =
      !suites.empty() &&
      std::all_of(suites.begin(), suites.end(), [](uint16_t suite) { return suite >> 8 == 0x13; });
  if (newer && !supports(backend, PLUGTLS_FEATURE_TLS1_3)) {
    if (config.version_max == PLUGTLS_VERSION_TLS1_3)
      return has_version(backend, config.version_max);
    CHECK(context_error(backend, config).name() == "no_cipher_suite");
    return false;
  }
  if (level(backend, PLUGTLS_FEATURE_CIPHER_SUITES) == PLUGTLS_YES) return true;
  try {
    return make_context(backend, config) != nullptr;
  } catch (const Failure &failure) {
    check_unsupported(failure.error(), PLUGTLS_FEATURE_CIPHER_SUITES, backend);
    return false;
  }
}

inline bool take_suites(const Ends &ends, const PairOptions &options) {
  const bool client = takes_suites(ends.client, options.client);
  return takes_suites(ends.server, options.server) && client;
}

#endif
