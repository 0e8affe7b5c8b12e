// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"
#include "suites.hpp"

namespace {

constexpr uint16_t aes128 = 0x1301, aes256 = 0x1302, chacha = 0x1303;
constexpr uint16_t ecdsa_aes128 = 0xc02b, ecdsa_aes256 = 0xc02c;
constexpr uint16_t unassigned = 0x13ff;

}  // namespace

TEST_CASE("S3 only what the list names is negotiated, in TLS 1.2 and 1.3 alike", "[suites]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t suite = GENERATE(aes128, aes256, chacha, ecdsa_aes128, ecdsa_aes256);
  const bool on_client = GENERATE(true, false);
  PairOptions options;
  (on_client ? options.client : options.server).cipher_suites = {suite};
  if (!take_suites(ends, options)) return;
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.client.info().cipher_suite == suite);
  CHECK(pair.server.info().cipher_suite == suite);
  CHECK((pair.client.info().version == PLUGTLS_VERSION_TLS1_3) == (suite >> 8 == 0x13));
}

TEST_CASE("S3 the server's order decides", "[suites]") {
  FOR_EVERY_PAIR(ends);
  const bool tls13 = GENERATE(true, false);
  const uint16_t one = tls13 ? aes128 : ecdsa_aes128, other = tls13 ? aes256 : ecdsa_aes256;
  const bool swapped = GENERATE(true, false);
  PairOptions options;
  options.client.cipher_suites = {one, other};
  options.server.cipher_suites =
      swapped ? std::vector<uint16_t>{other, one} : std::vector<uint16_t>{one, other};
  if (!take_suites(ends, options)) return;
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.client.info().cipher_suite == (swapped ? other : one));
}

TEST_CASE("S12 cipher: none before negotiation, and both ends agree after", "[suites]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  CHECK(pair.client.info().cipher_suite == 0);
  CHECK(pair.server.info().cipher_suite == 0);
  pair.connect();
  CHECK(pair.client.info().cipher_suite != 0);
  CHECK(pair.client.info().cipher_suite == pair.server.info().cipher_suite);
}

TEST_CASE("S3 suites a backend does not know are skipped", "[suites]") {
  FOR_EVERY_BACKEND(name);
  const uint16_t known = GENERATE(aes256, ecdsa_aes256);
  Config config = client_config();
  config.cipher_suites = {unassigned, known, unassigned};
  if (!takes_suites(name, config)) return;
  const ContextPtr context = make_context(name, config);
  CHECK(effective(context.get(), PLUGTLS_LIST_CIPHER_SUITES) == std::vector<uint16_t>{known});
}

TEST_CASE("S3 if no suite is left, the context is refused", "[suites]") {
  FOR_EVERY_BACKEND(name);
  Config config = client_config();
  config.cipher_suites = {unassigned};
  CHECK(context_error(name, config).name() == "no_cipher_suite");
}

TEST_CASE("S3 a version of which the list has no suite is not offered", "[suites]") {
  FOR_EVERY_BACKEND(name);
  Config config = client_config();
  config.cipher_suites = {ecdsa_aes128};
  CHECK(effective(make_context(name, config).get(), PLUGTLS_LIST_VERSIONS) ==
        std::vector<uint16_t>{PLUGTLS_VERSION_TLS1_2});
  config.cipher_suites = {aes128};
  if (!takes_suites(name, config)) return;
  CHECK(effective(make_context(name, config).get(), PLUGTLS_LIST_VERSIONS) ==
        std::vector<uint16_t>{PLUGTLS_VERSION_TLS1_3});
}

TEST_CASE("S3 no suite in common fails on both ends", "[suites]") {
  FOR_EVERY_PAIR(ends);
  const bool tls13 = GENERATE(true, false);
  PairOptions options;
  options.client.cipher_suites = {tls13 ? aes128 : ecdsa_aes128};
  options.server.cipher_suites = {tls13 ? aes256 : ecdsa_aes256};
  if (!take_suites(ends, options)) return;
  const Outcome result = outcome(ends, options);
  INFO("client: " << result.client_error.text() << "\nserver: " << result.server_error.text());
  REQUIRE(result.server == PLUGTLS_FAILED);
  REQUIRE(result.client == PLUGTLS_FAILED);
  CHECK(result.server_error.name() == "no_common_parameters");
  CHECK(result.server_error.alert == 40);  // handshake_failure
  CHECK(result.client_error.name() == "alert_received");
  CHECK(result.client_error.alert == 40);
}

TEST_CASE("S3 what a backend lists can be configured and negotiated", "[suites]") {
  FOR_EVERY_BACKEND(name);
  for (const uint16_t suite : list(name, PLUGTLS_LIST_CIPHER_SUITES)) {
    INFO("suite " << suite);
    Config config = client_config();
    config.version_min = PLUGTLS_VERSION_MINIMUM_SUPPORTED;
    config.cipher_suites = {suite};
    if (!takes_suites(name, config)) continue;
    CHECK(effective(make_context(name, config).get(), PLUGTLS_LIST_CIPHER_SUITES) ==
          std::vector<uint16_t>{suite});
  }
}

TEST_CASE("B10 only the groups of the list are negotiated", "[groups]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const uint16_t group =
      GENERATE(uint16_t{23}, uint16_t{24}, uint16_t{29});  // P-256, P-384, X25519
  PairOptions options;
  options.client.groups = {group};
  options.client.version(version);
  // In TLS 1.2 the list also says which curves a certificate may have (RFC 8422, 5.1).
  options.server = server_config("good-rsa");
  if (!supports(ends.client, PLUGTLS_FEATURE_GROUPS)) {
    check_unsupported(context_error(ends.client, options.client), PLUGTLS_FEATURE_GROUPS,
                      ends.client);
    return;
  }
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.client.info().group == group);
  CHECK(pair.server.info().group == group);
}

TEST_CASE("B10 no group in common fails on both ends", "[groups]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.client.groups = {23};
  options.server.groups = {24};
  options.client.version(newest_version(ends));
  if (!ends.support(PLUGTLS_FEATURE_GROUPS)) {
    if (!supports(ends.client, PLUGTLS_FEATURE_GROUPS))
      check_unsupported(context_error(ends.client, options.client), PLUGTLS_FEATURE_GROUPS,
                        ends.client);
    if (!supports(ends.server, PLUGTLS_FEATURE_GROUPS))
      check_unsupported(context_error(ends.server, options.server), PLUGTLS_FEATURE_GROUPS,
                        ends.server);
    return;
  }
  const Outcome result = outcome(ends, options);
  INFO("client: " << result.client_error.text() << "\nserver: " << result.server_error.text());
  CHECK(result.server_error.name() == "no_common_parameters");
  CHECK(result.client_error.name() == "alert_received");
}
