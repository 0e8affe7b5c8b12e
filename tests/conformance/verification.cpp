// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

namespace {

Config client_for(const PkiCase &entry) {
  Config out;
  out.trust = {file(pki_path(entry.trust))};
  for (const std::string &crl : entry.crls)
    out.crls.push_back(file(pki_path(crl)));
  if (!entry.crls.empty()) out.crl_check = PLUGTLS_CRL_CHECK_CHAIN;
  return out;
}

Config server_for(const PkiCase &entry) {
  Config out;
  out.role = PLUGTLS_ROLE_SERVER;
  // The backend must be able to present it, however weak: what is tested is the other end.
  out.version_min = PLUGTLS_VERSION_TLS1_2;
  out.identities = {{{file(pki_path(entry.chain))}, file(pki_path(entry.key))}};
  return out;
}

// What both ends must have for the chain to be shown and judged.
uint32_t key_feature(const PkiCase &entry) {
  if (entry.name.find("ed25519") != std::string::npos) return PLUGTLS_FEATURE_CERT_ED25519;
  if (entry.chain == "good-pss.chain.pem") return PLUGTLS_FEATURE_CERT_RSA_PSS;
  return PLUGTLS_FEATURE_CERT_ECDSA;
}

bool judged_by_peer(const PkiCase &entry) {
  return entry.expect / 100 == PLUGTLS_CATEGORY_CERTIFICATE;
}

// What RFC 8446, 6.2, has for a certificate that is refused.
bool is_certificate_alert(int32_t alert) {
  return (alert >= 40 && alert <= 48) || alert == 113 || alert == 116;
}

// False if the backend has no keys of that kind, which it has to say by name.
bool made_or_refused_as_identity(const std::string &backend, const Config &config,
                                 uint32_t feature) {
  if (supports(backend, feature)) return true;
  check_unsupported(context_error(backend, config), feature, backend);
  return false;
}

// A backend may decline to present what it finds malformed or weak; that too is a typed refusal.
ContextPtr presenting(const std::string &backend, const Config &config, Error *why) {
  try {
    return make_context(backend, config);
  } catch (const Failure &failure) {
    *why = failure.error();
    return nullptr;
  }
}

void check_chain(const Ends &ends, const PkiCase &entry, uint16_t version) {
  INFO(entry.name << ": " << entry.note);
  PairOptions options;
  options.client = client_for(entry);
  options.server = server_for(entry);
  options.client.version(version);
  options.hostname = entry.host;
  if (entry.expect == PLUGTLS_E_KEY_MISMATCH) {
    CHECK(context_error(ends.server, options.server).name() == "key_mismatch");
    return;
  }
  const uint32_t feature = key_feature(entry);
  if (!made_or_refused_as_identity(ends.server, options.server, feature)) return;
  if (!entry.crls.empty() && !made_or_refused(ends.client, options.client, PLUGTLS_FEATURE_CRL))
    return;
  Error declined;
  const ContextPtr server = presenting(ends.server, options.server, &declined);
  if (server == nullptr) {
    INFO(declined.text());
    CHECK(judged_by_peer(entry));
    CHECK(declined.category() == PLUGTLS_CATEGORY_CONFIGURATION);
    return;
  }
  options.server_context = server.get();
  Pair pair(ends, options);
  pair.handshake();
  INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
  if (!supports(ends.client, feature)) {
    CHECK(pair.client.over());
    CHECK(pair.server.over());
    return;
  }
  if (entry.expect == PLUGTLS_E_NONE) {
    CHECK(pair.client.status == PLUGTLS_OK);
    CHECK(pair.server.status == PLUGTLS_OK);
    return;
  }
  // In TLS 1.2 a server may find that none of its suites goes with what its certificate allows, or that it cannot
  // tell: with these two, and with no others.
  const bool unusable = entry.name == "bad-key-usage" || entry.name == "duplicate-extension";
  if (unusable && version == PLUGTLS_VERSION_TLS1_2 && pair.server.error.alert_received == 0 &&
      pair.server.error.name() == "no_common_parameters") {
    CHECK(pair.client.error.name() == "alert_received");
    return;
  }
  REQUIRE(pair.client.status == PLUGTLS_FAILED);
  CHECK(pair.client.error.name() == plugtls_error_name(entry.expect));
  CHECK(pair.client.error.certificate_depth >= -1);
  CHECK(pair.client.error.certificate_depth <= 10);
  CHECK(is_certificate_alert(pair.client.error.alert));
  CHECK(pair.client.error.alert_received == 0);
  CHECK(pair.server.error.name() == "alert_received");
  CHECK(pair.server.error.alert == pair.client.error.alert);
  CHECK(pair.server.error.alert_received == 1);
}

}  // namespace

TEST_CASE("S11 B4 the handshake judges every chain as pki.json says", "[verification]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  for (const PkiCase &entry : pki_cases())
    check_chain(ends, entry, version);
}

TEST_CASE("B7 verify judges every chain as the handshake does", "[verification]") {
  FOR_EVERY_BACKEND(name);
  for (const PkiCase &entry : pki_cases()) {
    if (entry.expect == PLUGTLS_E_KEY_MISMATCH) continue;  // there is no key in it
    INFO(entry.name << ": " << entry.note);
    Config config = client_for(entry);
    const BuiltConfig built(config);
    const Config chain_holder = server_for(entry);
    const BuiltConfig chain(chain_holder);
    // The name as the ABI has it: A-label without trailing dot, or the address' bytes.
    char ascii[256] = "";
    plugtls_subject subject{};
    uint8_t address[16] = {};
    if (entry.host.find(':') != std::string::npos) {
      address[15] = static_cast<uint8_t>(entry.host.back() - '0');
      subject = {PLUGTLS_SUBJECT_IP, 0, {address, 16}};
    } else if (entry.host.rfind("127.", 0) == 0) {
      address[0] = 127;
      address[3] = static_cast<uint8_t>(entry.host.back() - '0');
      subject = {PLUGTLS_SUBJECT_IP, 0, {address, 4}};
    } else {
      REQUIRE(plugtls_name_to_ascii(entry.host.c_str(), ascii, sizeof ascii, nullptr) ==
              PLUGTLS_OK);
      std::string_view view(ascii);
      if (view.back() == '.') view.remove_suffix(1);
      subject = {PLUGTLS_SUBJECT_DNS, 0, as_bytes(view)};
    }
    plugtls_verify_request request{};
    request.size = sizeof request;
    request.purpose = PLUGTLS_PURPOSE_SERVER;
    request.chain = chain.get()->identities[0]->certificates;
    request.chain_count = chain.get()->identities[0]->certificate_count;
    request.subjects = &subject;
    request.subject_count = 1;
    int32_t code = -1, depth = -2;
    Error error;
    const plugtls_status status =
        plugtls_verify_chain(open_backend(name), built.get(), &request, &code, &depth, &error);
    if (!supports(name, PLUGTLS_FEATURE_VERIFY_OFFLINE)) {
      CHECK(status == PLUGTLS_FAILED);
      check_unsupported(error, PLUGTLS_FEATURE_VERIFY_OFFLINE, name);
      continue;
    }
    INFO(error.text());
    if (!supports(name, key_feature(entry))) {
      CHECK(status == PLUGTLS_FAILED);
      check_unsupported(error, key_feature(entry), name);
      continue;
    }
    CHECK(status == PLUGTLS_OK);
    CHECK(std::string(plugtls_error_name(code)) == plugtls_error_name(entry.expect));
    CHECK(depth >= -1);
  }
}

TEST_CASE("S1 one switch turns chain and name checks off", "[verification]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.client.flags = PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION;
  options.client.trust.clear();
  options.server = server_config(
      GENERATE(std::string("self-signed"), std::string("expired"), std::string("wrong-host")));
  if (!made_or_refused(ends.client, options.client, PLUGTLS_FEATURE_VERIFY_OFF)) return;
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.to_server("hello") == "hello");
}

TEST_CASE("S31 the name check is switched off by itself, the chain check stays", "[verification]") {
  FOR_EVERY_PAIR(ends);
  const bool for_connection = GENERATE(true, false);
  PairOptions options;
  if (for_connection)
    options.connection_flags = PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK;
  else
    options.client.flags = PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK;
  options.server = server_config("wrong-host");
  Pair(ends, options).connect();
  options.server = server_config("unknown-issuer");
  CHECK(outcome(ends, options).client_error.name() == "cert_unknown_issuer");
}

TEST_CASE("S31 subjects are verified apart from the name that is sent", "[verification]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.hostname = "elsewhere.test";
  options.subjects = {"nobody.test", "127.0.0.1"};
  Pair pair(ends, options);
  pair.connect();
  CHECK(as_string(pair.server.info().server_name) == "elsewhere.test");
  options.subjects = {"nobody.test"};
  options.hostname = "server.test";
  CHECK(outcome(ends, options).client_error.name() == "cert_name_mismatch");
}

TEST_CASE("S11 a verifying client without a name is refused", "[verification]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.hostname.reset();
  Error error;
  try {
    Pair pair(ends, options);
  } catch (const Failure &failure) {
    error = failure.error();
  }
  CHECK(error.name() == "hostname_required");
}

TEST_CASE("B7 the time of verification can be set", "[verification]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.client.flags = PLUGTLS_CONFIG_VERIFY_TIME;
  options.client.verify_time = 4102444800;  // 2100: everything has expired
  if (!made_or_refused(ends.client, options.client, PLUGTLS_FEATURE_VERIFY_TIME)) return;
  CHECK(outcome(ends, options).client_error.name() == "cert_expired");
  options.client.verify_time = 946684800;  // 2000: nothing is valid yet
  CHECK(outcome(ends, options).client_error.name() == "cert_not_yet_valid");
}

TEST_CASE("S2 the server judges every client's chain as pki.json says", "[verification]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  for (const PkiCase &entry : pki_clients()) {
    INFO(entry.name << ": " << entry.note);
    PairOptions options;
    options.client.version(version);
    options.client.identities = {{{file(pki_path(entry.chain))}, file(pki_path(entry.key))}};
    options.server.trust = {file(pki_path(entry.trust))};
    options.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
    const uint32_t feature = key_feature(entry);
    if (!made_or_refused_as_identity(ends.client, options.client, feature)) continue;
    Pair pair(ends, options);
    pair.handshake();
    if (!supports(ends.server, feature)) {
      CHECK(pair.server.over());
      continue;
    }
    INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
    if (entry.expect == PLUGTLS_E_NONE) {
      CHECK(pair.client.status == PLUGTLS_OK);
      CHECK(pair.server.status == PLUGTLS_OK);
      CHECK(pair.server.chain(PLUGTLS_CHAIN_PEER).size() == 2);
      continue;
    }
    REQUIRE(pair.server.status == PLUGTLS_FAILED);
    CHECK(pair.server.error.name() == plugtls_error_name(entry.expect));
    CHECK(is_certificate_alert(pair.server.error.alert));
    CHECK(pair.client.error.name() == "alert_received");
    CHECK(pair.client.error.alert == pair.server.error.alert);
  }
}

TEST_CASE("S2 a certificate required and not given is an error, requested is not",
          "[verification]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  options.server.trust = {file(pki_path("root.pem"))};
  options.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUEST;
  Pair requested(ends, options);
  requested.connect();
  CHECK(requested.server.chain(PLUGTLS_CHAIN_PEER).empty());
  options.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
  const Outcome required = outcome(ends, options);
  INFO("client: " << required.client_error.text() << "\nserver: " << required.server_error.text());
  CHECK(required.server_error.name() == "cert_missing");
  // certificate_required(116) is TLS 1.3's; TLS 1.2 has handshake_failure(40).
  CHECK(required.server_error.alert == (version == PLUGTLS_VERSION_TLS1_3 ? 116 : 40));
  CHECK(required.client_error.name() == "alert_received");
}

namespace {

// A verification callback, what it saw and what it is to answer.
struct Judge {
  int32_t answer = PLUGTLS_VERIFY_KEEP;
  int calls = 0;
  int32_t code = -1;
  std::vector<std::string> chain = {}, verified = {};

  void attach(Config *config) {
    config->callbacks.user = this;
    config->callbacks.verify = [](void *self, plugtls_connection *, const plugtls_verdict *verdict,
                                  plugtls_error *) {
      return static_cast<Judge *>(self)->call(*verdict);
    };
  }

 private:
  int32_t call(const plugtls_verdict &verdict) {
    ++calls;
    code = verdict.code;
    chain.clear();
    verified.clear();
    for (uint32_t i = 0; i < verdict.chain_count; ++i)
      chain.push_back(as_string(verdict.chain[i]));
    for (uint32_t i = 0; i < verdict.verified_count; ++i)
      verified.push_back(as_string(verdict.verified[i]));
    return answer;
  }
};

}  // namespace

TEST_CASE("B7 the callback keeps, rejects or accepts", "[verification]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  Judge judge;
  judge.attach(&options.client);
  if (!made_or_refused(ends.client, options.client, PLUGTLS_FEATURE_VERIFY_CALLBACK)) return;
  options.client.version(version);

  SECTION("it sees the chain as it was sent, and keeps a good verdict") {
    Pair(ends, options).connect();
    CHECK(judge.calls == 1);
    CHECK(judge.code == PLUGTLS_E_NONE);
    REQUIRE(judge.chain.size() == 2);
    CHECK((judge.chain[0] == read_file(pki_path("good-ec.der"))));
    CHECK((judge.chain[1] == read_file(pki_path("intermediate.der"))));
    REQUIRE(judge.verified.size() ==
            (supports(ends.client, PLUGTLS_FEATURE_VERIFIED_CHAIN) ? 3 : 0));
    if (!judge.verified.empty()) CHECK((judge.verified[2] == read_file(pki_path("root.der"))));
  }
  SECTION("it keeps a bad verdict") {
    options.server = server_config("expired");
    CHECK(outcome(ends, options).client_error.name() == "cert_expired");
    CHECK(judge.code == PLUGTLS_E_CERT_EXPIRED);
  }
  SECTION("it is told of a name that does not match") {
    options.server = server_config("wrong-host");
    CHECK(outcome(ends, options).client_error.name() == "cert_name_mismatch");
    CHECK(judge.code == PLUGTLS_E_CERT_NAME_MISMATCH);
  }
  SECTION("it rejects a good chain") {
    judge.answer = PLUGTLS_VERIFY_REJECT;
    const Outcome result = outcome(ends, options);
    CHECK(result.client_error.name() == "cert_rejected");
    CHECK(result.server_error.name() == "alert_received");
  }
  SECTION("it accepts a bad one") {
    judge.answer = PLUGTLS_VERIFY_INSECURE_ACCEPT;
    options.server = server_config("self-signed");
    Pair(ends, options).connect();
    CHECK(judge.code == PLUGTLS_E_CERT_SELF_SIGNED);
  }
  SECTION("an answer that is none rejects") {
    judge.answer = 77;
    CHECK(outcome(ends, options).client == PLUGTLS_FAILED);
  }
}

TEST_CASE("B7 peer chain and verified chain", "[verification]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  const std::string leaf = read_file(pki_path("good-ec.der"));
  const std::string intermediate = read_file(pki_path("intermediate.der"));
  REQUIRE(supports(ends.client, PLUGTLS_FEATURE_PEER_CHAIN));
  CHECK((pair.client.chain(PLUGTLS_CHAIN_PEER) == std::vector<std::string>{leaf, intermediate}));
  CHECK(pair.server.chain(PLUGTLS_CHAIN_PEER).empty());
  if (supports(ends.client, PLUGTLS_FEATURE_VERIFIED_CHAIN)) {
    CHECK((pair.client.chain(PLUGTLS_CHAIN_VERIFIED) ==
           std::vector<std::string>{leaf, intermediate, read_file(pki_path("root.der"))}));
    return;
  }
  try {
    pair.client.chain(PLUGTLS_CHAIN_VERIFIED);
    FAIL("the backend says it has no verified chain, and answered");
  } catch (const Failure &failure) {
    check_unsupported(failure.error(), PLUGTLS_FEATURE_VERIFIED_CHAIN, ends.client);
  }
}
