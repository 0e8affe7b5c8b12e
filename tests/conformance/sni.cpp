// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

namespace {

// What a server's callback saw, and what it is to answer.
struct Callback {
  plugtls_status answer = PLUGTLS_OK;
  plugtls_context *replacement = nullptr;
  int32_t alert = PLUGTLS_ALERT_NONE;
  int pending = 0;  // how often to ask for patience first
  int calls = 0;
  std::optional<std::string> name = {};
  plugtls_context *context = nullptr;

  void attach(Config *config) {
    config->callbacks.user = this;
    config->callbacks.server_name = [](void *self, plugtls_connection *, const char *sent,
                                       plugtls_context *given, plugtls_context **out,
                                       plugtls_error *err) {
      return static_cast<Callback *>(self)->call(sent, given, out, err);
    };
  }

 private:
  plugtls_status call(const char *sent, plugtls_context *given, plugtls_context **out,
                      plugtls_error *err) {
    ++calls;
    name = sent == nullptr ? std::nullopt : std::optional<std::string>(sent);
    context = given;
    if (pending-- > 0) return PLUGTLS_WANT_CALLBACK;
    if (replacement != nullptr) *out = replacement;
    if (alert != PLUGTLS_ALERT_NONE && err != nullptr) {
      err->code = PLUGTLS_E_UNRECOGNIZED_NAME;
      err->alert = alert;
    }
    return answer;
  }
};

bool has_callback(const Ends &ends, const Config &server) {
  return made_or_refused(ends.server, server, PLUGTLS_FEATURE_SNI_CALLBACK);
}

}  // namespace

TEST_CASE("S10 the callback sees the name, decoded, and the context, once a handshake", "[sni]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const size_t fragment = GENERATE(size_t{0}, size_t{1});
  PairOptions options;
  Callback callback;
  callback.attach(&options.server);
  if (!has_callback(ends, options.server)) return;
  options.client.version(version);
  options.fragment = fragment;
  options.hostname = "bücher.test";
  Pair pair(ends, options);
  pair.connect();
  CHECK(callback.calls == 1);
  CHECK(callback.name == "bücher.test");
  CHECK(callback.context == pair.server.context.get());
  CHECK(as_string(pair.client.info().server_name) == "xn--bcher-kva.test");
  CHECK(as_string(pair.server.info().server_name) == "xn--bcher-kva.test");
}

TEST_CASE("S10 without a name, or with an address, the callback sees none", "[sni]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  Callback callback;
  callback.attach(&options.server);
  if (!has_callback(ends, options.server)) return;
  const bool address = GENERATE(true, false);
  if (address) {
    options.hostname = "127.0.0.1";  // RFC 6066, 3: literal addresses are not permitted
  } else {
    options.hostname.reset();
    options.subjects = {"server.test"};
  }
  Pair pair(ends, options);
  pair.connect();
  CHECK(callback.calls == 1);
  CHECK_FALSE(callback.name.has_value());
  CHECK(pair.server.info().server_name.size == 0);
}

TEST_CASE("S10 the callback answers with another context", "[sni]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  Callback callback;
  callback.attach(&options.server);
  if (!has_callback(ends, options.server)) return;
  Config other = server_config("good-ec");
  const ContextPtr replacement = make_context(ends.server, other);
  callback.replacement = replacement.get();
  options.server.identities = {identity("wrong-host")};
  options.client.version(version);
  Pair pair(ends, options);
  if (!supports(ends.server, PLUGTLS_FEATURE_SNI_SWITCH_CONTEXT)) {
    pair.handshake();
    check_unsupported(pair.server.error, PLUGTLS_FEATURE_SNI_SWITCH_CONTEXT, ends.server);
    return;
  }
  pair.connect();
  CHECK((pair.client.chain(PLUGTLS_CHAIN_PEER).at(0) == read_file(pki_path("good-ec.der"))));
}

TEST_CASE("S10 anything but going on ends the handshake with the alert asked for", "[sni]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const int32_t alert = GENERATE(PLUGTLS_ALERT_NONE + 0, 49);  // 49: access_denied
  PairOptions options;
  Callback callback;
  callback.answer = PLUGTLS_FAILED;
  callback.alert = alert;
  callback.attach(&options.server);
  if (!has_callback(ends, options.server)) return;
  options.client.version(version);
  const Outcome result = outcome(ends, options);
  INFO("client: " << result.client_error.text() << "\nserver: " << result.server_error.text());
  const int32_t expected = alert == PLUGTLS_ALERT_NONE ? 112 : alert;  // unrecognized_name
  CHECK(result.server_error.name() == "unrecognized_name");
  CHECK(result.server_error.alert == expected);
  CHECK(result.client_error.name() == "alert_received");
  CHECK(result.client_error.alert == expected);
}

TEST_CASE("S10 a callback may ask for patience", "[sni]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  Callback callback;
  callback.pending = 2;
  callback.attach(&options.server);
  if (!has_callback(ends, options.server)) return;
  Pair pair(ends, options);
  if (!supports(ends.server, PLUGTLS_FEATURE_SUSPEND)) {
    pair.handshake();
    CHECK(pair.server.status == PLUGTLS_FAILED);
    check_unsupported(pair.server.error, PLUGTLS_FEATURE_SUSPEND, ends.server);
    return;
  }
  pair.client.handshake();
  CHECK(pair.server.handshake() == PLUGTLS_WANT_CALLBACK);
  CHECK(pair.server.handshake() == PLUGTLS_WANT_CALLBACK);
  pair.connect();
  CHECK(callback.calls == 3);
}

TEST_CASE("S15 context: what the connection was made from, and what replaced it", "[sni]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.server.identities = {identity("wrong-host")};
  Pair pair(ends, options);
  CHECK(plugtls_connection_context(pair.server.get()) == pair.server.context.get());
  const ContextPtr other = make_context(ends.server, server_config());
  Error error;
  const plugtls_status status =
      plugtls_connection_set_context(pair.server.get(), other.get(), &error);
  if (!supports(ends.server, PLUGTLS_FEATURE_SET_CONTEXT)) {
    CHECK(status == PLUGTLS_FAILED);
    check_unsupported(error, PLUGTLS_FEATURE_SET_CONTEXT, ends.server);
    return;
  }
  INFO(error.text());
  REQUIRE(status == PLUGTLS_OK);
  CHECK(plugtls_connection_context(pair.server.get()) == other.get());
  pair.connect();
  CHECK((pair.client.chain(PLUGTLS_CHAIN_PEER).at(0) == read_file(pki_path("good-ec.der"))));
}

TEST_CASE("S15 a client's context is replaced, its name and subjects stay", "[sni]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.client.trust = {file(pki_path("other-root.pem"))};
  Pair pair(ends, options);
  const ContextPtr other = make_context(ends.client, client_config());
  if (!supports(ends.client, PLUGTLS_FEATURE_SET_CONTEXT)) {
    Error error;
    CHECK(plugtls_connection_set_context(pair.client.get(), other.get(), &error) == PLUGTLS_FAILED);
    check_unsupported(error, PLUGTLS_FEATURE_SET_CONTEXT, ends.client);
    return;
  }
  REQUIRE(plugtls_connection_set_context(pair.client.get(), other.get(), nullptr) == PLUGTLS_OK);
  pair.connect();
  CHECK(as_string(pair.server.info().server_name) == "server.test");

  options.client = client_config();
  options.hostname = "nobody.test";
  Pair wrong(ends, options);
  REQUIRE(plugtls_connection_set_context(wrong.client.get(), other.get(), nullptr) == PLUGTLS_OK);
  wrong.handshake();
  CHECK(wrong.client.error.name() == "cert_name_mismatch");
}

TEST_CASE("S15 a context is not replaced once the handshake has begun", "[sni]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  for (End *end : {&pair.client, &pair.server}) {
    const std::string &backend = end == &pair.client ? ends.client : ends.server;
    const ContextPtr other =
        make_context(backend, end == &pair.client ? client_config() : server_config());
    Error error;
    CHECK(plugtls_connection_set_context(end->get(), other.get(), &error) == PLUGTLS_FAILED);
    if (supports(backend, PLUGTLS_FEATURE_SET_CONTEXT))
      CHECK(error.name() == "wrong_state");
    else
      check_unsupported(error, PLUGTLS_FEATURE_SET_CONTEXT, backend);
  }
  CHECK(pair.to_server("still here") == "still here");
}
