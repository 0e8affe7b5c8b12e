// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

TEST_CASE("S5 the range decides the version, and the server's knowledge is asked for",
          "[versions]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const size_t fragment = GENERATE(size_t{0}, size_t{1});
  PairOptions options;
  options.fragment = fragment;
  options.server.version(version);
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.client.info().version == version);
  CHECK(pair.server.info().version == version);
}

TEST_CASE("S14 negotiated_tls_version: none before the handshake", "[versions]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  CHECK(pair.client.info().version == 0);
  CHECK(pair.server.info().version == 0);
  pair.connect();
  CHECK(pair.client.info().version == newest_version(ends));
  CHECK(pair.server.info().version == newest_version(ends));
}

TEST_CASE("S5 an absent bound leaves that bound: TLS 1.2 is the lowest", "[versions]") {
  FOR_EVERY_BACKEND(name);
  const ContextPtr context = make_context(name, client_config());
  const std::vector<uint16_t> versions = effective(context.get(), PLUGTLS_LIST_VERSIONS);
  REQUIRE_FALSE(versions.empty());
  for (const uint16_t version : versions)
    CHECK(version >= PLUGTLS_VERSION_TLS1_2);
}

TEST_CASE("S5 minimum_supported and maximum_supported always work", "[versions]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.client.version_min = options.server.version_min = PLUGTLS_VERSION_MINIMUM_SUPPORTED;
  options.client.version_max = options.server.version_max = PLUGTLS_VERSION_MAXIMUM_SUPPORTED;
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.client.info().version == newest_version(ends));
}

TEST_CASE("S5 an empty range is an error", "[versions]") {
  FOR_EVERY_BACKEND(name);
  Config config = client_config();
  config.version_min = PLUGTLS_VERSION_TLS1_3;
  config.version_max = PLUGTLS_VERSION_TLS1_2;
  CHECK(context_error(name, config).name() == "version_range");
}

TEST_CASE("S5 a version the backend does not have is refused", "[versions]") {
  FOR_EVERY_BACKEND(name);
  Config config = client_config();
  config.version(PLUGTLS_VERSION_SSL3);
  const std::vector<uint16_t> versions = list(name, PLUGTLS_LIST_VERSIONS);
  CHECK(std::find(versions.begin(), versions.end(), PLUGTLS_VERSION_SSL3) == versions.end());
  CHECK(context_error(name, config).name() == "unsupported");
}

TEST_CASE("S5 no version in common fails on both ends", "[versions]") {
  FOR_EVERY_PAIR(ends);
  const bool client_newer = GENERATE(true, false);
  if (!has_version(client_newer ? ends.client : ends.server, PLUGTLS_VERSION_TLS1_3)) return;
  PairOptions options;
  (client_newer ? options.client : options.server).version(PLUGTLS_VERSION_TLS1_3);
  (client_newer ? options.server : options.client).version(PLUGTLS_VERSION_TLS1_2);
  const Outcome result = outcome(ends, options);
  INFO("client: " << result.client_error.text() << "\nserver: " << result.server_error.text());
  REQUIRE(result.client == PLUGTLS_FAILED);
  REQUIRE(result.server == PLUGTLS_FAILED);
  CHECK(result.server_error.name() == "no_common_version");
  CHECK(result.server_error.alert == 70);  // protocol_version
  CHECK(result.client_error.name() == "alert_received");
  CHECK(result.client_error.alert == 70);
  CHECK(result.client_error.alert_received == 1);
}

TEST_CASE("S25 the versions a backend lists are those it says it has", "[versions]") {
  FOR_EVERY_BACKEND(name);
  const std::vector<uint16_t> versions = list(name, PLUGTLS_LIST_VERSIONS);
  const auto listed = [&](uint16_t version) {
    return std::find(versions.begin(), versions.end(), version) != versions.end();
  };
  CHECK(listed(PLUGTLS_VERSION_TLS1_0) == supports(name, PLUGTLS_FEATURE_TLS1_0));
  CHECK(listed(PLUGTLS_VERSION_TLS1_1) == supports(name, PLUGTLS_FEATURE_TLS1_1));
  CHECK(listed(PLUGTLS_VERSION_TLS1_2) == supports(name, PLUGTLS_FEATURE_TLS1_2));
  CHECK(listed(PLUGTLS_VERSION_TLS1_3) == supports(name, PLUGTLS_FEATURE_TLS1_3));
}
