// SPDX-License-Identifier: Apache-2.0
// A resumed handshake verifies nobody, so a session must not reach where its own handshake would have been refused.
#include "resumption.hpp"

namespace {

SessionPtr session_of(Pair *pair) {
  pair->connect();
  CHECK(pair->to_client("hello") == "hello");
  CHECK(pair->to_server("hello") == "hello");
  plugtls_session *out = nullptr;
  Error error;
  if (plugtls_session_get(pair->client.get(), &out, &error) != PLUGTLS_OK)
    throw Failure("plugtls_session_get", error);
  return SessionPtr(out);
}

std::string exported(const plugtls_session *session) {
  std::string out(8192, '\0');
  size_t size = 0;
  REQUIRE(plugtls_session_export(session, reinterpret_cast<uint8_t *>(out.data()), out.size(),
                                 &size, nullptr) == PLUGTLS_OK);
  out.resize(size);
  return out;
}

// A server that answers each name with the context of that name.
struct Hosts {
  std::vector<std::pair<std::string, plugtls_context *>> contexts = {};

  void attach(Config *config) {
    config->callbacks.user = this;
    config->callbacks.server_name = [](void *self, plugtls_connection *, const char *name,
                                       plugtls_context *, plugtls_context **out, plugtls_error *) {
      for (const auto &[host, context] : static_cast<Hosts *>(self)->contexts)
        if (name != nullptr && host == name) *out = context;
      return plugtls_status{PLUGTLS_OK};
    };
  }
};

plugtls_ticket_key ticket_key(uint8_t seed) {
  plugtls_ticket_key out{};
  out.size = sizeof out;
  out.name[0] = seed;
  for (size_t i = 0; i < sizeof out.key; ++i)
    out.key[i] = static_cast<uint8_t>(i * 37 + seed);
  return out;
}

plugtls_status set_keys(plugtls_context *context, const std::vector<plugtls_ticket_key> &keys) {
  std::vector<const plugtls_ticket_key *> pointers;
  for (const plugtls_ticket_key &key : keys)
    pointers.push_back(&key);
  return plugtls_context_set_ticket_keys(context, pointers.data(), pointers.size(), nullptr);
}

}  // namespace

TEST_CASE("B6 a session is not offered where another name is verified", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  if (!can_resume(ends)) return;
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  Pair first(ends, options);
  const SessionPtr session = session_of(&first);
  options.client_context = first.client.context.get();
  options.server_context = first.server.context.get();
  options.session = session.get();
  options.hostname = "localhost";  // the certificate is for it as well
  Pair second(ends, options);
  second.connect();
  CHECK(second.client.info().resumed == 0);
}

TEST_CASE("B6 a session made without verification is not used with it", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  if (!can_resume(ends)) return;
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  options.server = server_config("unknown-issuer");
  options.client.flags = PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION;
  Pair first(ends, options);
  const SessionPtr session = session_of(&first);
  options.client.flags = 0;
  options.server_context = first.server.context.get();
  options.session = session.get();
  CHECK(outcome(ends, options).client_error.name() == "cert_unknown_issuer");
}

TEST_CASE("B6 a ticket of one virtual host opens no door at another", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  if (!can_resume(ends)) return;
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  Config open_doors = server_config();
  Config guarded = server_config();
  guarded.trust = {file(pki_path("root.pem"))};
  guarded.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
  const ContextPtr open_context = make_context(ends.server, open_doors);
  const ContextPtr guarded_context = make_context(ends.server, guarded);
  Hosts hosts{{{"server.test", open_context.get()}, {"localhost", guarded_context.get()}}};
  PairOptions options;
  options.client.version(version);
  // The client does not care whom it talks to, so that it is the server that has to.
  options.client.flags = PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION;
  hosts.attach(&options.server);
  Pair first(ends, options);
  const SessionPtr session = session_of(&first);
  options.client_context = first.client.context.get();
  options.server_context = first.server.context.get();
  options.session = session.get();

  Pair again(ends, options);
  again.connect();
  CHECK(again.client.info().resumed == 1);

  hosts.contexts[0].second = guarded_context.get();  // the same name leads elsewhere now
  const Outcome refused = outcome(ends, options);
  INFO("server: " << refused.server_error.text());
  CHECK(refused.server_error.name() == "cert_missing");
}

TEST_CASE("B6 a client that showed a certificate resumes with a server that requires one",
          "[sessions]") {
  FOR_EVERY_PAIR(ends);
  if (!can_resume(ends)) return;
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  options.client.identities = {identity("client-ec")};
  options.server.trust = {file(pki_path("root.pem"))};
  options.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
  Pair first(ends, options);
  const SessionPtr session = session_of(&first);
  options.client_context = first.client.context.get();
  options.server_context = first.server.context.get();
  options.session = session.get();
  Pair second(ends, options);
  second.connect();
  CHECK(second.server.info().resumed == 1);
  CHECK((second.server.chain(PLUGTLS_CHAIN_PEER).at(0) == read_file(pki_path("client-ec.der"))));
  CHECK((second.client.chain(PLUGTLS_CHAIN_PEER).at(0) == read_file(pki_path("good-ec.der"))));
}

TEST_CASE("B6 session bytes that were damaged anywhere are refused", "[sessions]") {
  FOR_EVERY_BACKEND(name);
  const Ends ends{name, name};
  if (!can_resume(ends) || !has_session_bytes(name)) return;
  Pair pair(ends);
  const std::string bytes = exported(session_of(&pair).get());
  plugtls_context *context = pair.client.context.get();
  const auto refused = [&](const std::string &changed) {
    plugtls_session *out = nullptr;
    Error error;
    const plugtls_status status = plugtls_session_import(context, as_bytes(changed), &out, &error);
    const SessionPtr owned(out);
    return status == PLUGTLS_FAILED && error.name() == "session_invalid";
  };
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    INFO("byte " << i << " of " << bytes.size());
    REQUIRE(refused(changed));
    REQUIRE(refused(bytes.substr(0, i)));
  }
  CHECK(refused(bytes + "x"));
}

TEST_CASE("B6 session bytes do not pass into a context of other settings", "[sessions]") {
  FOR_EVERY_BACKEND(name);
  const Ends ends{name, name};
  if (!can_resume(ends) || !has_session_bytes(name)) return;
  Pair pair(ends);
  const std::string bytes = exported(session_of(&pair).get());
  const auto imported = [&](const Config &config, Error *error) {
    const ContextPtr context = make_context(name, config);
    plugtls_session *out = nullptr;
    const plugtls_status status =
        plugtls_session_import(context.get(), as_bytes(bytes), &out, error);
    const SessionPtr owned(out);
    return status == PLUGTLS_OK;
  };
  Error error;
  CHECK(imported(client_config(), &error));
  Config other_trust = client_config();
  other_trust.trust = {file(pki_path("roots.pem"))};
  Config other_identity = client_config();
  other_identity.identities = {identity("client-ec")};
  std::vector<Config> others{other_trust, other_identity};
  if (supports(name, PLUGTLS_FEATURE_TLS1_3)) {
    others.push_back(client_config());
    others.back().version_min = PLUGTLS_VERSION_TLS1_3;
  }
  for (const Config &config : others) {
    CHECK_FALSE(imported(config, &error));
    CHECK(error.name() == "session_invalid");
  }
}

TEST_CASE("B6 ticket keys rotate: the old one still opens until it is taken away", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  options.server.ticket_keys = {ticket_key(1)};
  if (!made_or_refused(ends.server, options.server, PLUGTLS_FEATURE_TICKET_KEYS)) return;
  if (!can_resume(ends)) return;
  Pair first(ends, options);
  const SessionPtr session = session_of(&first);
  options.client_context = first.client.context.get();
  options.server_context = first.server.context.get();
  options.session = session.get();

  REQUIRE(set_keys(options.server_context, {ticket_key(2), ticket_key(1)}) == PLUGTLS_OK);
  Pair rotated(ends, options);
  rotated.connect();
  CHECK(rotated.client.info().resumed == 1);

  REQUIRE(set_keys(options.server_context, {ticket_key(2)}) == PLUGTLS_OK);
  Pair gone(ends, options);
  gone.connect();
  CHECK(gone.client.info().resumed == 0);
}

TEST_CASE("B6 neither end resumes where resumption is switched off", "[sessions]") {
  FOR_EVERY_PAIR(ends);
  if (!can_resume(ends)) return;
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  options.client.flags = PLUGTLS_CONFIG_NO_RESUMPTION;
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.to_client("hello") == "hello");
  plugtls_session *out = nullptr;
  Error error;
  CHECK(plugtls_session_get(pair.client.get(), &out, &error) == PLUGTLS_FAILED);
  CHECK(error.name() == "no_session");
}
