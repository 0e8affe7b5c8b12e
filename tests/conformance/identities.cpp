// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

namespace {

struct KeyKind {
  const char *entity;
  uint32_t feature;
};
constexpr KeyKind kinds[] = {{"good-rsa", PLUGTLS_FEATURE_CERT_RSA},
                             {"good-pss", PLUGTLS_FEATURE_CERT_RSA_PSS},
                             {"good-ec", PLUGTLS_FEATURE_CERT_ECDSA},
                             {"good-p384", PLUGTLS_FEATURE_CERT_ECDSA},
                             {"good-ed25519", PLUGTLS_FEATURE_CERT_ED25519}};

}  // namespace

TEST_CASE("S2 every kind of key is presented, or refused by name", "[identities]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  for (const KeyKind &kind : kinds) {
    INFO(kind.entity);
    PairOptions options;
    options.server = server_config(kind.entity);
    options.client.version(version);
    if (!made_or_refused(ends.server, options.server, kind.feature)) continue;
    Pair pair(ends, options);
    pair.handshake();
    INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
    if (!supports(ends.client, kind.feature)) {
      CHECK(pair.client.over());
      CHECK(pair.server.over());
      continue;
    }
    CHECK(pair.client.status == PLUGTLS_OK);
    CHECK(pair.server.status == PLUGTLS_OK);
    CHECK(pair.client.info().signature_scheme != 0);
  }
}

TEST_CASE("S2 leaf and intermediates may come from several sources", "[identities]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.server.identities = {
      {{contents(read_file(pki_path("good-ec.der"))), file(pki_path("intermediate.pem"))},
       contents(read_file(pki_path("good-ec.key.der")))}};
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.client.chain(PLUGTLS_CHAIN_PEER).size() == 2);
}

TEST_CASE("S2 a key that is another certificate's is refused when the context is made",
          "[identities]") {
  FOR_EVERY_BACKEND(name);
  const bool client = GENERATE(true, false);
  for (const char *other : {"good-p384", "good-rsa", "self-signed"}) {
    Config config = client ? client_config() : server_config();
    config.identities = {identity("good-ec")};
    if (client && !made_or_refused(name, config, PLUGTLS_FEATURE_CLIENT_CERTIFICATE)) return;
    config.identities[0].key = file(pki_path(std::string(other) + ".key.pem"));
    INFO(other);
    CHECK(context_error(name, config).name() == "key_mismatch");
  }
}

TEST_CASE("S2 a server without a certificate is refused", "[identities]") {
  FOR_EVERY_BACKEND(name);
  Config config = server_config();
  config.identities.clear();
  CHECK(context_error(name, config).name() == "no_certificate");
}

TEST_CASE("S2 of several identities the one the client can use is presented", "[identities]") {
  FOR_EVERY_PAIR(ends);
  const bool rsa = GENERATE(true, false);
  PairOptions options;
  options.server.identities = {identity("good-ec"), identity("good-rsa")};
  if (!made_or_refused(ends.server, options.server, PLUGTLS_FEATURE_MULTIPLE_IDENTITIES)) return;
  // ecdsa_secp256r1_sha256 in both, since the intermediate is signed with it; for RSA rsa_pss_rsae_sha256, and
  // rsa_pkcs1_sha256 because not every library has PSS in TLS 1.2.
  options.client.signature_schemes = {0x0403};
  if (rsa) options.client.signature_schemes = {0x0804, 0x0401, 0x0403};
  options.client.version(PLUGTLS_VERSION_TLS1_2);
  options.client.cipher_suites = {static_cast<uint16_t>(rsa ? 0xc02f : 0xc02b)};
  if (!made_or_refused(ends.client, options.client, PLUGTLS_FEATURE_SIGNATURE_SCHEMES)) return;
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.client.chain(PLUGTLS_CHAIN_PEER).at(0) ==
        read_file(pki_path(rsa ? "good-rsa.der" : "good-ec.der")));
}

TEST_CASE("S2 of several identities the one the server can use is presented", "[identities]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool first = GENERATE(true, false);
  INFO("version " << version << ", the one that fits is " << (first ? "the first" : "the second"));
  PairOptions options;
  options.client.identities = {identity(first ? "client-ec" : "client-rsa"),
                               identity(first ? "client-rsa" : "client-ec")};
  if (!made_or_refused(ends.client, options.client, PLUGTLS_FEATURE_MULTIPLE_IDENTITIES)) return;
  options.client.version(version);
  options.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
  options.server.trust = {file(pki_path("root.pem"))};
  options.server.signature_schemes = {0x0403};  // ecdsa_secp256r1_sha256
  if (!made_or_refused(ends.server, options.server, PLUGTLS_FEATURE_SIGNATURE_SCHEMES)) return;
  if (level(ends.server, PLUGTLS_FEATURE_SIGNATURE_SCHEMES) == PLUGTLS_PARTIAL) {
    // It may ask for more than it takes, and must not take it.
    const Outcome result = outcome(ends, options);
    CHECK((result.server == PLUGTLS_OK || result.server_error.name() == "protocol"));
    return;
  }
  Pair pair(ends, options);
  pair.connect();
  CHECK((pair.server.chain(PLUGTLS_CHAIN_PEER).at(0) == read_file(pki_path("client-ec.der"))));
}

TEST_CASE("S2 B10 a client that cannot sign as the server accepts is refused", "[identities]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.identities = {identity("client-rsa")};
  options.client.version(version);
  options.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
  options.server.trust = {file(pki_path("root.pem"))};
  options.server.signature_schemes = {0x0403};  // ecdsa_secp256r1_sha256
  if (!made_or_refused(ends.server, options.server, PLUGTLS_FEATURE_SIGNATURE_SCHEMES)) return;
  const Outcome result = outcome(ends, options);
  INFO("version " << version << "\nclient: " << result.client_error.text()
                  << "\nserver: " << result.server_error.text());
  CHECK(result.server == PLUGTLS_FAILED);
}

TEST_CASE("S2 a client presents its chain only if it is asked", "[identities]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  options.client.identities = {identity("client-ec")};
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.server.chain(PLUGTLS_CHAIN_PEER).empty());
}
