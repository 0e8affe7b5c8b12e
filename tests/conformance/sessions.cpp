// SPDX-License-Identifier: Apache-2.0
#include "resumption.hpp"

namespace {

// One context for both connections of a resumption, on each side.
struct Shop {
  ContextPtr client, server;

  Shop(const Ends &ends, const PairOptions &options)
      : client(make_context(ends.client, options.client)),
        server(make_context(ends.server, options.server)) {}
  PairOptions visit(plugtls_session *session = nullptr) const {
    PairOptions out;
    out.client_context = client.get();
    out.server_context = server.get();
    out.session = session;
    return out;
  }
};

// The session of a connection that has seen its tickets.
SessionPtr session_of(Pair *pair) {
  pair->connect();
  CHECK(pair->to_client("hello") == "hello");
  plugtls_session *out = nullptr;
  Error error;
  if (plugtls_session_get(pair->client.get(), &out, &error) != PLUGTLS_OK)
    throw Failure("plugtls_session_get", error);
  return SessionPtr(out);
}

std::string exported(const plugtls_session *session) {
  size_t size = 0;
  Error error;
  CHECK(plugtls_session_export(session, nullptr, 0, &size, &error) == PLUGTLS_FAILED);
  CHECK(error.name() == "buffer_too_small");
  std::string out(size, '\0');
  REQUIRE(plugtls_session_export(session, reinterpret_cast<uint8_t *>(out.data()), out.size(),
                                 &size, &error) == PLUGTLS_OK);
  CHECK(size == out.size());
  return out;
}

PairOptions of_version(uint16_t version) {
  PairOptions out;
  out.client.version(version);
  return out;
}

}  // namespace

TEST_CASE("B6 a session is resumed, in TLS 1.2 and 1.3", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  if (!can_resume(ends)) return;
  const Shop shop(ends, of_version(version));
  Pair first(ends, shop.visit());
  const SessionPtr session = session_of(&first);
  CHECK(first.client.info().resumed == 0);
  plugtls_session_info info{};
  info.size = sizeof info;
  REQUIRE(plugtls_session_info_get(session.get(), &info, nullptr) == PLUGTLS_OK);
  CHECK(info.version == version);
  CHECK(info.expires > info.created);

  Pair second(ends, shop.visit(session.get()));
  second.connect();
  CHECK(second.client.info().resumed == 1);
  CHECK(second.server.info().resumed == 1);
  CHECK(second.to_server("again") == "again");
}

TEST_CASE("B6 sessions travel as bytes", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  if (!can_resume(ends) || !has_session_bytes(ends.client)) return;
  const Shop shop(ends, of_version(version));
  Pair first(ends, shop.visit());
  const std::string bytes = exported(session_of(&first).get());
  plugtls_session *imported = nullptr;
  Error error;
  REQUIRE(plugtls_session_import(shop.client.get(), as_bytes(bytes), &imported, &error) ==
          PLUGTLS_OK);
  const SessionPtr session(imported);
  Pair second(ends, shop.visit(session.get()));
  second.connect();
  CHECK(second.client.info().resumed == 1);
}

TEST_CASE("B6 session bytes that are foreign or corrupt are refused", "[sessions]") {
  FOR_EVERY_BACKEND(name);
  const ContextPtr context = make_context(name, client_config());
  for (const std::string &bytes :
       {std::string(), std::string("rubbish"), std::string(500, '\x30')}) {
    plugtls_session *out = nullptr;
    Error error;
    CHECK(plugtls_session_import(context.get(), as_bytes(bytes), &out, &error) == PLUGTLS_FAILED);
    CHECK(out == nullptr);
    if (supports(name, PLUGTLS_FEATURE_SESSION_BYTES))
      CHECK(error.name() == "session_invalid");
    else
      check_unsupported(error, PLUGTLS_FEATURE_SESSION_BYTES, name);
  }
}

TEST_CASE("B6 there is no session before there is one", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  if (!can_resume(ends)) return;
  Pair pair(ends);
  plugtls_session *out = nullptr;
  Error error;
  CHECK(plugtls_session_get(pair.client.get(), &out, &error) == PLUGTLS_FAILED);
  CHECK(error.name() == "no_session");
}

TEST_CASE("B6 a server that does not resume handshakes in full", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  if (!can_resume(ends)) return;
  const Shop shop(ends, of_version(version));
  Pair first(ends, shop.visit());
  const SessionPtr session = session_of(&first);
  Config forgetful = server_config();
  forgetful.flags = PLUGTLS_CONFIG_NO_RESUMPTION;
  const ContextPtr server = make_context(ends.server, forgetful);
  PairOptions options = shop.visit(session.get());
  options.server_context = server.get();
  Pair second(ends, options);
  second.connect();
  CHECK(second.client.info().resumed == 0);
  CHECK(second.server.info().resumed == 0);
}

TEST_CASE("B6 a session does not reach a host it was not verified for", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  if (!can_resume(ends)) return;
  const Shop shop(ends, of_version(version));
  Pair first(ends, shop.visit());
  const SessionPtr session = session_of(&first);
  PairOptions options = shop.visit(session.get());
  options.hostname = "nobody.test";
  Error error;
  try {
    Pair second(ends, options);
    second.handshake();
    CHECK(second.client.status == PLUGTLS_FAILED);
    error = second.client.error;
  } catch (const Failure &failure) {
    error = failure.error();
  }
  INFO(error.text());
  CHECK(error.code != PLUGTLS_E_NONE);
}

TEST_CASE("B6 servers that share ticket keys resume each other's sessions", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options = of_version(version);
  plugtls_ticket_key key{};
  key.size = sizeof key;
  for (size_t i = 0; i < sizeof key.key; ++i)
    key.key[i] = static_cast<uint8_t>(i * 37 + 1);
  key.name[0] = 'k';
  options.server.ticket_keys = {key};
  if (!made_or_refused(ends.server, options.server, PLUGTLS_FEATURE_TICKET_KEYS)) return;
  if (!can_resume(ends)) return;
  const Shop shop(ends, options);
  Pair first(ends, shop.visit());
  const SessionPtr session = session_of(&first);
  const ContextPtr other = make_context(ends.server, options.server);
  PairOptions visit = shop.visit(session.get());
  visit.server_context = other.get();
  Pair second(ends, visit);
  second.connect();
  CHECK(second.client.info().resumed == 1);
  CHECK(second.server.info().resumed == 1);
}

TEST_CASE("B6 new_session hands over each session as it arrives", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  if (!can_resume(ends)) return;
  std::vector<SessionPtr> sessions;
  PairOptions options = of_version(version);
  options.client.callbacks.user = &sessions;
  options.client.callbacks.new_session = [](void *self, plugtls_connection *,
                                            plugtls_session *got) {
    static_cast<std::vector<SessionPtr> *>(self)->emplace_back(got);
  };
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.to_client("x") == "x");
  CHECK_FALSE(sessions.empty());
}
