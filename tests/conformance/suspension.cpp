// SPDX-License-Identifier: Apache-2.0
// Callbacks that need time: the handshake ends in want_callback and asks again (PLUGTLS_FEATURE_SUSPEND).
#include "cases.hpp"

namespace {

// A callback that has to think about it.
struct Patience {
  int pending;
  int32_t answer;
  int calls = 0;

  void attach(Config *config) {
    config->callbacks.user = this;
    config->callbacks.verify = [](void *self, plugtls_connection *, const plugtls_verdict *,
                                  plugtls_error *) {
      auto *own = static_cast<Patience *>(self);
      return own->calls++ < own->pending ? PLUGTLS_VERIFY_PENDING + 0 : own->answer;
    };
  }
};

}  // namespace

TEST_CASE("B7 the callback may ask for patience, on clients and servers", "[suspension]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool by_server = GENERATE(false, true);
  const int32_t answer = GENERATE(PLUGTLS_VERIFY_KEEP + 0, PLUGTLS_VERIFY_REJECT + 0);
  const std::string &judge = by_server ? ends.server : ends.client;
  if (!supports(judge, PLUGTLS_FEATURE_VERIFY_CALLBACK) ||
      (by_server && !supports(judge, PLUGTLS_FEATURE_CLIENT_AUTH)))
    return;
  PairOptions options;
  options.client.version(version);
  options.client.identities = {identity("client-ec")};
  options.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
  options.server.trust = {file(pki_path("root.pem"))};
  Patience patience{2, answer};
  patience.attach(by_server ? &options.server : &options.client);
  Pair pair(ends, options);
  End &end = by_server ? pair.server : pair.client;
  int waits = 0;
  pair.between_rounds = [&] { waits += end.status == PLUGTLS_WANT_CALLBACK ? 1 : 0; };
  pair.handshake();
  INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
  if (!supports(judge, PLUGTLS_FEATURE_SUSPEND)) {
    CHECK(end.status == PLUGTLS_FAILED);
    check_unsupported(end.error, PLUGTLS_FEATURE_SUSPEND, judge);
    return;
  }
  CHECK(waits == 2);
  CHECK(patience.calls == 3);
  if (answer == PLUGTLS_VERIFY_KEEP) {
    CHECK(end.status == PLUGTLS_OK);
  } else {
    CHECK(end.status == PLUGTLS_FAILED);
    CHECK(end.error.name() == "cert_rejected");
  }
}

TEST_CASE("B7 a connection may be freed while the callback is asked for patience", "[suspension]") {
  FOR_EVERY_PAIR(ends);
  if (!supports(ends.client, PLUGTLS_FEATURE_SUSPEND)) return;
  PairOptions options;
  Patience patience{1000, PLUGTLS_VERIFY_KEEP};
  patience.attach(&options.client);
  Pair pair(ends, options);
  while (pair.client.status != PLUGTLS_WANT_CALLBACK) {
    pair.client.handshake();
    pair.server.handshake();
  }
  const size_t writes = pair.client.transport.writes();
  pair.client.connection.reset();
  CHECK(pair.client.transport.writes() == writes);
  CHECK(patience.calls == 1);
}
