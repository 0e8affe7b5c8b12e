// SPDX-License-Identifier: Apache-2.0
// External pre-shared keys: a client offers one, a server looks them up (B10).
#include "cases.hpp"

#include <cstring>
#include <map>

namespace {

const std::string secret(32, 'k');

Psk psk(uint32_t hash = PLUGTLS_HASH_SHA256) {
  return {"device 7", secret, hash};
}

// A server's keys, and what it was asked.
struct KeyRing {
  std::map<std::string, Psk> keys;
  std::vector<std::string> asked;

  void attach(Config *config) {
    config->callbacks.user = this;
    config->callbacks.psk = [](void *self, plugtls_connection *, plugtls_bytes identity,
                               uint8_t *key, size_t capacity, size_t *out_size,
                               uint32_t *out_hash) {
      return static_cast<KeyRing *>(self)->find(as_string(identity), key, capacity, out_size,
                                                out_hash);
    };
  }

 private:
  plugtls_status find(const std::string &identity, uint8_t *key, size_t capacity, size_t *out_size,
                      uint32_t *out_hash) {
    asked.push_back(identity);
    const auto found = keys.find(identity);
    if (found == keys.end() || found->second.key.size() > capacity) return PLUGTLS_FAILED;
    std::memcpy(key, found->second.key.data(), found->second.key.size());
    *out_size = found->second.key.size();
    *out_hash = found->second.hash;
    return PLUGTLS_OK;
  }
};

KeyRing ring_with(const Psk &key) {
  return {{{key.identity, key}}, {}};
}

// A pair that shares a key; nothing where an end has no PSKs, which it has to say by name.
std::optional<PairOptions> sharing(const Ends &ends, const Psk &key, KeyRing *ring) {
  PairOptions out;
  out.client.psks = {key};
  ring->attach(&out.server);
  for (const bool client : {true, false}) {
    const std::string &backend = client ? ends.client : ends.server;
    if (supports(backend, PLUGTLS_FEATURE_PSK)) continue;
    check_unsupported(context_error(backend, client ? out.client : out.server), PLUGTLS_FEATURE_PSK,
                      backend);
    return std::nullopt;
  }
  return out;
}

}  // namespace

TEST_CASE("B10 a shared key authenticates both ends, without certificates", "[psk]") {
  FOR_EVERY_PAIR(ends);
  const uint32_t hash = GENERATE(PLUGTLS_HASH_SHA256 + 0U, PLUGTLS_HASH_SHA384 + 0U);
  KeyRing ring = ring_with(psk(hash));
  auto options = sharing(ends, psk(hash), &ring);
  if (!options) return;
  options->server.identities.clear();
  Pair pair(ends, *options);
  pair.connect();
  CHECK(ring.asked == std::vector<std::string>{"device 7"});
  CHECK(pair.client.chain(PLUGTLS_CHAIN_PEER).empty());
  for (const End *end : {&pair.client, &pair.server}) {
    CHECK(end->info().version == PLUGTLS_VERSION_TLS1_3);
    CHECK((end->info().cipher_suite == 0x1302) == (hash == PLUGTLS_HASH_SHA384));
    CHECK(end->info().resumed == 0);
  }
  CHECK(pair.to_server("by key") == "by key");
  CHECK(pair.to_client("alone") == "alone");
}

TEST_CASE("B10 a key is preferred to the server's certificate, of whichever hash it is", "[psk]") {
  FOR_EVERY_PAIR(ends);
  const uint32_t hash = GENERATE(PLUGTLS_HASH_SHA256 + 0U, PLUGTLS_HASH_SHA384 + 0U);
  KeyRing ring = ring_with(psk(hash));
  auto options = sharing(ends, psk(hash), &ring);
  if (!options) return;
  Pair pair(ends, *options);
  pair.connect();
  CHECK(pair.client.chain(PLUGTLS_CHAIN_PEER).empty());
  CHECK(pair.client.info().signature_scheme == 0);
}

TEST_CASE("B10 an identity nobody knows falls back to the certificate, which is verified",
          "[psk]") {
  FOR_EVERY_PAIR(ends);
  KeyRing ring;
  auto options = sharing(ends, psk(), &ring);
  if (!options) return;
  const bool trusted = GENERATE(true, false);
  if (!trusted) options->client.trust = {file(pki_path("other-root.pem"))};
  Pair pair(ends, *options);
  pair.handshake();
  INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
  CHECK(ring.asked.size() == 1);
  if (trusted) {
    CHECK(pair.client.status == PLUGTLS_OK);
    CHECK(pair.client.chain(PLUGTLS_CHAIN_PEER).size() == 2);
  } else {
    CHECK(pair.client.error.name() == "cert_unknown_issuer");
  }
}

TEST_CASE("B10 without a certificate to fall back to, an unknown identity ends the handshake",
          "[psk]") {
  FOR_EVERY_PAIR(ends);
  KeyRing ring;
  auto options = sharing(ends, psk(), &ring);
  if (!options) return;
  options->server.identities.clear();
  const Outcome result = outcome(ends, *options);
  INFO("client: " << result.client_error.text() << "\nserver: " << result.server_error.text());
  CHECK(result.server == PLUGTLS_FAILED);
  CHECK(result.server_error.category() == PLUGTLS_CATEGORY_PEER);
  CHECK(result.client == PLUGTLS_FAILED);
  CHECK(result.client_error.name() == "alert_received");
}

TEST_CASE("B10 a wrong key ends the handshake", "[psk]") {
  FOR_EVERY_PAIR(ends);
  KeyRing ring = ring_with({"device 7", std::string(32, 'x')});
  auto options = sharing(ends, psk(), &ring);
  if (!options) return;
  const Outcome result = outcome(ends, *options);
  INFO("client: " << result.client_error.text() << "\nserver: " << result.server_error.text());
  CHECK(result.server == PLUGTLS_FAILED);
  CHECK(result.client == PLUGTLS_FAILED);
  CHECK(result.client_error.name() == "alert_received");
}

TEST_CASE("B10 a handshake by key is resumed like any other", "[psk]") {
  FOR_EVERY_PAIR(ends);
  if (!ends.support(PLUGTLS_FEATURE_RESUMPTION)) return;
  KeyRing ring = ring_with(psk());
  auto options = sharing(ends, psk(), &ring);
  if (!options) return;
  const ContextPtr client = make_context(ends.client, options->client);
  const ContextPtr server = make_context(ends.server, options->server);
  options->client_context = client.get();
  options->server_context = server.get();
  Pair first(ends, *options);
  first.connect();
  CHECK(first.to_client("ticket") == "ticket");
  plugtls_session *session = nullptr;
  REQUIRE(plugtls_session_get(first.client.get(), &session, nullptr) == PLUGTLS_OK);
  const SessionPtr owner(session);
  options->session = session;
  Pair second(ends, *options);
  second.connect();
  CHECK(second.client.info().resumed == 1);
  CHECK(second.server.info().resumed == 1);
}

TEST_CASE("B10 PSKs that make no sense are refused when the context is made", "[psk]") {
  FOR_EVERY_BACKEND(name);
  if (!supports(name, PLUGTLS_FEATURE_PSK)) return;
  Config client = client_config();
  client.psks = {psk()};
  std::string expected = "invalid_argument";
  SECTION("no key") {
    client.psks[0].key.clear();
  }
  SECTION("no identity") {
    client.psks[0].identity.clear();
  }
  SECTION("an unknown hash") {
    client.psks[0].hash = 3;
  }
  SECTION("TLS 1.2 only") {
    client.version(PLUGTLS_VERSION_TLS1_2);
    expected = "unsupported";
  }
  SECTION("no suite of its hash") {
    client.psks[0].hash = PLUGTLS_HASH_SHA384;
    client.cipher_suites = {0x1301};
    expected = "no_cipher_suite";
  }
  CHECK(context_error(name, client).name() == expected);
}

TEST_CASE("B10 keys are a client's to offer and a server's to look up", "[psk]") {
  FOR_EVERY_BACKEND(name);
  Config server = server_config();
  server.psks = {psk()};
  CHECK(context_error(name, server).name() == "invalid_argument");
  Config client = client_config();
  KeyRing ring;
  ring.attach(&client);
  CHECK(context_error(name, client).name() == "invalid_argument");
  Config neither = server_config();
  neither.identities.clear();
  CHECK(context_error(name, neither).name() == "no_certificate");
}
