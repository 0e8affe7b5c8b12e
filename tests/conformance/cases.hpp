// SPDX-License-Identifier: Apache-2.0
// How a case is run over backends, and what every refusal has to look like.
#ifndef PLUGTLS_TESTS_CONFORMANCE_CASES_HPP
#define PLUGTLS_TESTS_CONFORMANCE_CASES_HPP

#include "support/backends.hpp"
#include "support/config.hpp"
#include "support/pair.hpp"
#include "support/pki.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace support;
using Catch::Generators::from_range;

// The rest of the case is run once for each pair, or for each backend.
#define FOR_EVERY_PAIR(ends)                            \
  const auto ends = GENERATE(from_range(every_pair())); \
  INFO("client " << ends.client << ", server " << ends.server)
#define FOR_EVERY_BACKEND(name)                            \
  const auto name = GENERATE(from_range(backend_names())); \
  INFO("backend " << name)

// What is not supported is refused by name, never dropped (P-GEN-5).
inline void check_unsupported(const Error &error, uint32_t feature, const std::string &backend) {
  INFO(error.text());
  CHECK(error.name() == "unsupported");
  CHECK(std::string(plugtls_feature_name(error.feature)) == plugtls_feature_name(feature));
  CHECK(std::string(error.backend) == backend);
}

// A context that asks for a feature is made, or refused if the backend has not got it. True if it was made.
inline bool made_or_refused(const std::string &backend, const Config &config, uint32_t feature) {
  if (supports(backend, feature)) {
    CHECK(make_context(backend, config) != nullptr);
    return true;
  }
  check_unsupported(context_error(backend, config), feature, backend);
  return false;
}

inline const std::vector<uint16_t> both_versions = {PLUGTLS_VERSION_TLS1_2, PLUGTLS_VERSION_TLS1_3};
inline uint32_t version_feature(uint16_t version) {
  return version == PLUGTLS_VERSION_TLS1_3 ? PLUGTLS_FEATURE_TLS1_3 : PLUGTLS_FEATURE_TLS1_2;
}

// Whether the backend has the version. One that has not must refuse whoever names it, by name.
inline bool has_version(const std::string &backend, uint16_t version) {
  if (supports(backend, version_feature(version))) return true;
  for (Config config : {client_config(), server_config()})
    check_unsupported(context_error(backend, config.version(version)), version_feature(version),
                      backend);
  return false;
}
// Whether both have it; what does not go without is over where they have not.
inline bool speak(const Ends &ends, uint16_t version) {
  const bool client = has_version(ends.client, version);
  return has_version(ends.server, version) && client;
}
inline uint16_t newest_version(const Ends &ends) {
  return ends.support(PLUGTLS_FEATURE_TLS1_3) ? PLUGTLS_VERSION_TLS1_3 : PLUGTLS_VERSION_TLS1_2;
}

#endif
