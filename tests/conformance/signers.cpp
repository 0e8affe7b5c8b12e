// SPDX-License-Identifier: Apache-2.0
// Keys that stay with the program.
#include "cases.hpp"
#include "host_key.hpp"

#include <memory>
#include <thread>

namespace {

struct Kind {
  const char *server, *client;
  uint32_t type;
};
constexpr Kind kinds[] = {{"good-rsa", "client-rsa", PLUGTLS_KEY_RSA},
                          {"good-pss", nullptr, PLUGTLS_KEY_RSA_PSS},
                          {"good-ec", "client-ec", PLUGTLS_KEY_ECDSA},
                          {"good-p384", nullptr, PLUGTLS_KEY_ECDSA},
                          {"good-ed25519", "client-ed25519", PLUGTLS_KEY_ED25519}};

Identity outside(const std::string &entity, const HostKey &key) {
  return {{file(pki_path(entity + ".chain.pem"))},
          {.kind = PLUGTLS_SOURCE_SIGNER, .bytes = {}, .signer = key.get()}};
}

bool signs(const std::string &backend, uint32_t type) {
  plugtls_capability out{};
  out.size = sizeof out;
  plugtls_backend_capability(open_backend(backend), PLUGTLS_FEATURE_KEY_SIGNER, &out);
  return out.level != PLUGTLS_NO && (out.value & type) != 0;
}

uint32_t certificate_feature(uint32_t type) {
  switch (type) {
    case PLUGTLS_KEY_RSA_PSS:
      return PLUGTLS_FEATURE_CERT_RSA_PSS;
    case PLUGTLS_KEY_ED25519:
      return PLUGTLS_FEATURE_CERT_ED25519;
    default:
      return type == PLUGTLS_KEY_RSA ? PLUGTLS_FEATURE_CERT_RSA : PLUGTLS_FEATURE_CERT_ECDSA;
  }
}

// A server whose EC key is a signer; nothing where the backend refuses it, which is checked.
std::optional<PairOptions> with_ec_signer(const Ends &ends, const HostKey &key) {
  PairOptions out;
  out.server.identities = {outside("good-ec", key)};
  if (signs(ends.server, PLUGTLS_KEY_ECDSA)) return out;
  check_unsupported(context_error(ends.server, out.server), PLUGTLS_FEATURE_KEY_SIGNER,
                    ends.server);
  return std::nullopt;
}

}  // namespace

TEST_CASE("S30 a server's signer signs with every type of key, or is refused by name",
          "[signers]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const Kind kind = GENERATE(from_range(std::begin(kinds), std::end(kinds)));
  INFO(kind.server << ", version " << version);
  HostKey key(kind.server, kind.type);
  PairOptions options;
  options.server.identities = {outside(kind.server, key)};
  options.client.version(version);
  if (!signs(ends.server, kind.type)) {
    check_unsupported(context_error(ends.server, options.server), PLUGTLS_FEATURE_KEY_SIGNER,
                      ends.server);
    return;
  }
  if (!supports(ends.client, certificate_feature(kind.type))) return;
  Pair pair(ends, options);
  pair.connect();
  CHECK(key.calls == 1);
  CHECK(pair.client.info().signature_scheme == key.scheme);
  CHECK(pair.to_client("signed outside") == "signed outside");
}

TEST_CASE("S30 a client's signer signs with every type of key, or is refused by name",
          "[signers]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  for (const Kind &kind : kinds) {
    if (kind.client == nullptr) continue;
    INFO(kind.client << ", version " << version);
    HostKey key(kind.client, kind.type);
    PairOptions options;
    options.client.identities = {outside(kind.client, key)};
    options.client.version(version);
    options.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
    options.server.trust = {file(pki_path("root.pem"))};
    if (!signs(ends.client, kind.type)) {
      check_unsupported(context_error(ends.client, options.client), PLUGTLS_FEATURE_KEY_SIGNER,
                        ends.client);
      continue;
    }
    if (!supports(ends.server, certificate_feature(kind.type)) ||
        !supports(ends.server, PLUGTLS_FEATURE_CLIENT_AUTH))
      continue;
    Pair pair(ends, options);
    pair.connect();
    CHECK(key.calls == 1);
    CHECK(pair.to_server("signed outside") == "signed outside");
  }
}

TEST_CASE("S30 a server may have a key outside beside one of its own", "[signers]") {
  FOR_EVERY_PAIR(ends);
  const bool by_signer = GENERATE(true, false);
  HostKey key("good-ec", PLUGTLS_KEY_ECDSA);
  auto options = with_ec_signer(ends, key);
  if (!options || !supports(ends.server, PLUGTLS_FEATURE_MULTIPLE_IDENTITIES)) return;
  options->server.identities.push_back(identity("good-rsa"));
  options->client.version(PLUGTLS_VERSION_TLS1_2);
  options->client.cipher_suites = {static_cast<uint16_t>(by_signer ? 0xc02b : 0xc02f)};
  Pair pair(ends, *options);
  pair.connect();
  CHECK(key.calls == (by_signer ? 1 : 0));
  CHECK(pair.client.chain(PLUGTLS_CHAIN_PEER).at(0) ==
        read_file(pki_path(by_signer ? "good-ec.der" : "good-rsa.der")));
}

TEST_CASE("S30 the key that signs has to be of the leaf's type", "[signers]") {
  FOR_EVERY_BACKEND(name);
  for (const Kind &kind : kinds) {
    const uint32_t other =
        kind.type == PLUGTLS_KEY_ECDSA ? PLUGTLS_KEY_RSA + 0U : PLUGTLS_KEY_ECDSA + 0U;
    if (!signs(name, other) || !supports(name, certificate_feature(kind.type))) continue;
    INFO(kind.server);
    const HostKey key(kind.server, other);
    Config config = server_config();
    config.identities = {outside(kind.server, key)};
    CHECK(context_error(name, config).name() == "key_mismatch");
  }
}

TEST_CASE("S30 a signer without a function, or of no known type, is refused", "[signers]") {
  FOR_EVERY_BACKEND(name);
  if (!supports(name, PLUGTLS_FEATURE_KEY_SIGNER)) return;
  const HostKey key("good-ec", PLUGTLS_KEY_ECDSA);
  plugtls_signer broken = *key.get();
  struct {
    plugtls_signer known;
    uint64_t unknown;
  } larger{broken, 0};
  Config config = server_config();
  config.identities = {outside("good-ec", key)};
  config.identities[0].key.signer = &broken;
  SECTION("no function") {
    broken.sign = nullptr;
  }
  SECTION("no type") {
    broken.key_type = 0;
  }
  SECTION("two types at once") {
    broken.key_type = PLUGTLS_KEY_RSA | PLUGTLS_KEY_ECDSA;
  }
  SECTION("a setting from the future") {
    larger.known.size = sizeof larger;
    larger.unknown = 1;
    config.identities[0].key.signer = &larger.known;
  }
  SECTION("no signer") {
    config.identities[0].key.signer = nullptr;
  }
  CHECK(context_error(name, config).name() == "invalid_argument");
}

TEST_CASE("S30 a signer that fails, or overruns its room, ends the handshake", "[signers]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool overruns = GENERATE(true, false);
  HostKey key("good-ec", PLUGTLS_KEY_ECDSA);
  auto options = with_ec_signer(ends, key);
  if (!options) return;
  options->client.version(version);
  key.answer = overruns ? PLUGTLS_OK : PLUGTLS_FAILED;
  key.claims = overruns ? 100000 : 0;
  const Outcome result = outcome(ends, *options);
  INFO("client: " << result.client_error.text() << "\nserver: " << result.server_error.text());
  CHECK(result.server == PLUGTLS_FAILED);
  CHECK(result.server_error.name() == "callback");
  CHECK(result.client == PLUGTLS_FAILED);
  CHECK(result.client_error.name() == "alert_received");
}

TEST_CASE("S30 with a signer no suite is negotiated that needs decryption", "[signers]") {
  FOR_EVERY_BACKEND(name);
  if (!signs(name, PLUGTLS_KEY_RSA)) return;
  const HostKey key("good-rsa", PLUGTLS_KEY_RSA);
  Config config = server_config();
  config.identities = {outside("good-rsa", key)};
  config.version(PLUGTLS_VERSION_TLS1_2);
  config.cipher_suites = {0x009c, 0x009d, 0x003c, 0x002f, 0x0035};  // RSA key transport
  CHECK(context_error(name, config).name() == "no_cipher_suite");
  config.cipher_suites.push_back(0xc02f);  // ECDHE_RSA_WITH_AES_128_GCM_SHA256
  const ContextPtr context = make_context(name, config);
  CHECK(effective(context.get(), PLUGTLS_LIST_CIPHER_SUITES) == std::vector<uint16_t>{0xc02f});
}

TEST_CASE("S30 a signer may ask for patience", "[signers]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool other_threads = GENERATE(false, true);
  HostKey key("good-ec", PLUGTLS_KEY_ECDSA);
  auto options = with_ec_signer(ends, key);
  if (!options) return;
  options->client.version(version);
  key.pending = 2;
  Pair pair(ends, *options);
  if (!supports(ends.server, PLUGTLS_FEATURE_KEY_SIGNER_ASYNC)) {
    pair.handshake();
    check_unsupported(pair.server.error, PLUGTLS_FEATURE_KEY_SIGNER_ASYNC, ends.server);
    CHECK(key.cancelled == 1);
    return;
  }
  pair.client.handshake();
  CHECK(pair.server.handshake() == PLUGTLS_WANT_CALLBACK);
  const auto again = [&] { return pair.server.handshake(); };
  if (other_threads) {
    // A connection is one thread's at a time, not always the same one's.
    plugtls_status status = PLUGTLS_OK;
    std::thread([&] { status = again(); }).join();
    CHECK(status == PLUGTLS_WANT_CALLBACK);
    std::thread([&] { status = again(); }).join();
    CHECK(status == PLUGTLS_WANT_READ);
  } else {
    CHECK(again() == PLUGTLS_WANT_CALLBACK);
  }
  pair.connect();
  CHECK(key.calls == 3);
  CHECK(key.kept_operation);
  CHECK(key.cancelled == 0);
  CHECK(pair.to_client("signed in the end") == "signed in the end");
}

TEST_CASE("S30 a client's signer may ask for patience", "[signers]") {
  FOR_EVERY_PAIR(ends);
  if (!signs(ends.client, PLUGTLS_KEY_ECDSA) ||
      !supports(ends.client, PLUGTLS_FEATURE_KEY_SIGNER_ASYNC) ||
      !supports(ends.server, PLUGTLS_FEATURE_CLIENT_AUTH))
    return;
  HostKey key("client-ec", PLUGTLS_KEY_ECDSA);
  key.pending = 3;
  PairOptions options;
  options.client.identities = {outside("client-ec", key)};
  options.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
  options.server.trust = {file(pki_path("root.pem"))};
  Pair pair(ends, options);
  int waits = 0;
  pair.between_rounds = [&] { waits += pair.client.status == PLUGTLS_WANT_CALLBACK ? 1 : 0; };
  pair.connect();
  CHECK(waits == 3);
  CHECK(key.calls == 4);
}

TEST_CASE("S30 a connection freed while its signer thinks cancels what it thinks about",
          "[signers]") {
  FOR_EVERY_PAIR(ends);
  if (!supports(ends.server, PLUGTLS_FEATURE_KEY_SIGNER_ASYNC)) return;
  HostKey key("good-ec", PLUGTLS_KEY_ECDSA);
  auto options = with_ec_signer(ends, key);
  if (!options) return;
  key.pending = 1000;
  Pair pair(ends, *options);
  pair.client.handshake();
  CHECK(pair.server.handshake() == PLUGTLS_WANT_CALLBACK);
  const size_t writes = pair.server.transport.writes();
  pair.server.connection.reset();
  CHECK(key.calls == 1);
  CHECK(key.cancelled == 1);
  CHECK(pair.server.transport.writes() == writes);
}

TEST_CASE("S30 many connections wait for one signer, and go on in any order", "[signers]") {
  FOR_EVERY_PAIR(ends);
  if (!supports(ends.server, PLUGTLS_FEATURE_KEY_SIGNER_ASYNC)) return;
  HostKey key("good-ec", PLUGTLS_KEY_ECDSA);
  auto options = with_ec_signer(ends, key);
  if (!options) return;
  constexpr int count = 32;
  key.pending = count;
  const ContextPtr client = make_context(ends.client, options->client);
  const ContextPtr server = make_context(ends.server, options->server);
  options->client_context = client.get();
  options->server_context = server.get();
  std::vector<std::unique_ptr<Pair>> pairs;
  for (int i = 0; i < count; ++i) {
    pairs.push_back(std::make_unique<Pair>(ends, *options));
    pairs.back()->client.handshake();
    CHECK(pairs.back()->server.handshake() == PLUGTLS_WANT_CALLBACK);
  }
  for (int i = count; i-- > 0;)
    pairs[static_cast<size_t>(i)]->connect();
  CHECK(key.calls == 2 * count);
}

TEST_CASE("S30 the callback for names may answer with a context whose signer thinks", "[signers]") {
  FOR_EVERY_PAIR(ends);
  if (!supports(ends.server, PLUGTLS_FEATURE_KEY_SIGNER_ASYNC) ||
      !supports(ends.server, PLUGTLS_FEATURE_SNI_SWITCH_CONTEXT))
    return;
  HostKey key("good-ec", PLUGTLS_KEY_ECDSA);
  auto options = with_ec_signer(ends, key);
  if (!options) return;
  const ContextPtr replacement = make_context(ends.server, options->server);
  options->server = server_config("wrong-host");
  options->server.callbacks.user = replacement.get();
  options->server.callbacks.server_name = [](void *self, plugtls_connection *, const char *,
                                             plugtls_context *, plugtls_context **out,
                                             plugtls_error *) {
    *out = static_cast<plugtls_context *>(self);
    return plugtls_status{PLUGTLS_OK};
  };
  key.pending = 1;
  Pair pair(ends, *options);
  pair.client.handshake();
  CHECK(pair.server.handshake() == PLUGTLS_WANT_CALLBACK);
  pair.connect();
  CHECK(key.calls == 2);
}
