// SPDX-License-Identifier: Apache-2.0
// OCSP stapling: servers send a response, clients ask for it and judge it.
#include "cases.hpp"

namespace {

Config server_for(const PkiStaple &entry) {
  Config out = server_config(entry.of);
  if (!entry.staple.empty()) out.identities[0].ocsp_response = file(pki_path(entry.staple));
  return out;
}

Config client_for(const PkiStaple &entry) {
  Config out = client_config();
  out.ocsp = entry.mode;
  for (const std::string &crl : entry.crls)
    out.crls.push_back(file(pki_path(crl)));
  if (!entry.crls.empty()) out.crl_check = PLUGTLS_CRL_CHECK_LEAF;
  return out;
}

// What the program's callback saw.
struct Seen {
  int calls = 0;
  std::string response;
  int32_t code = -1;

  void attach(Config *config) {
    config->callbacks.user = this;
    config->callbacks.verify = [](void *self, plugtls_connection *, const plugtls_verdict *verdict,
                                  plugtls_error *) {
      auto *own = static_cast<Seen *>(self);
      ++own->calls;
      own->response = as_string(verdict->ocsp_response);
      own->code = verdict->code;
      return PLUGTLS_VERIFY_KEEP + 0;
    };
  }
};

// Fewer responses than there are cases where an end cannot do it; that it says so is checked.
bool can_serve(const Ends &ends, const PkiStaple &entry) {
  if (entry.staple.empty()) return true;
  const Config server = server_for(entry);
  if (!supports(ends.server, PLUGTLS_FEATURE_OCSP_SERVER)) {
    check_unsupported(context_error(ends.server, server), PLUGTLS_FEATURE_OCSP_SERVER, ends.server);
    return false;
  }
  if (entry.servable) return true;
  CHECK(context_error(ends.server, server).name() == "certificate_malformed");
  return false;
}

bool is_made(const std::string &backend, const Config &config) {
  try {
    return make_context(backend, config) != nullptr;
  } catch (const Failure &) {
    return false;
  }
}

// A backend that can do it in part may leave TLS 1.2 out, and then says so.
bool can_ask(const std::string &client, const Config &config) {
  if (config.ocsp == PLUGTLS_OCSP_NONE) return true;
  const uint32_t declared = level(client, PLUGTLS_FEATURE_OCSP_CLIENT);
  if (declared == PLUGTLS_YES) return true;
  const bool in_part = declared == PLUGTLS_PARTIAL;
  if (in_part && config.version_min == PLUGTLS_VERSION_TLS1_3) return true;
  if (in_part && is_made(client, config)) return true;
  check_unsupported(context_error(client, config), PLUGTLS_FEATURE_OCSP_CLIENT, client);
  return false;
}

// Those with a CRL are about which comes first, which is no question where there are no CRLs (B8's other cases see that they
// are refused then).
bool concerns(const std::string &judge, const PkiStaple &entry) {
  return entry.crls.empty() || supports(judge, PLUGTLS_FEATURE_CRL);
}

int32_t alert_of(int32_t code) {
  switch (code) {
    case PLUGTLS_E_CERT_OCSP_MISSING:
    case PLUGTLS_E_CERT_OCSP_INVALID:
      return 113;
    case PLUGTLS_E_CERT_REVOKED:
      return 44;
    case PLUGTLS_E_CERT_EXPIRED:
      return 45;
    default:
      return 42;
  }
}

void check_staple(const Ends &ends, const PkiStaple &entry, uint16_t version) {
  INFO(entry.name << ": " << entry.note << ", version " << version);
  if (!concerns(ends.client, entry)) return;
  PairOptions options;
  options.server = server_for(entry);
  options.client = client_for(entry);
  options.client.version(version);
  if (!can_serve(ends, entry) || !can_ask(ends.client, options.client)) return;
  Pair pair(ends, options);
  pair.handshake();
  INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
  if (entry.expect == PLUGTLS_E_NONE) {
    CHECK(pair.client.status == PLUGTLS_OK);
    CHECK(pair.server.status == PLUGTLS_OK);
    return;
  }
  REQUIRE(pair.client.status == PLUGTLS_FAILED);
  CHECK(pair.client.error.name() == plugtls_error_name(entry.expect));
  CHECK(pair.client.error.certificate_depth == 0);
  CHECK(pair.client.error.alert == alert_of(entry.expect));
  CHECK(pair.server.error.name() == "alert_received");
  CHECK(pair.server.error.alert == pair.client.error.alert);
}

}  // namespace

TEST_CASE("B8 the handshake judges every staple as pki.json says", "[stapling]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  for (const PkiStaple &entry : pki_staples())
    check_staple(ends, entry, version);
}

TEST_CASE("B8 verify judges every staple as the handshake does", "[stapling]") {
  FOR_EVERY_BACKEND(name);
  if (!supports(name, PLUGTLS_FEATURE_VERIFY_OFFLINE)) return;
  for (const PkiStaple &entry : pki_staples()) {
    INFO(entry.name << ": " << entry.note);
    if (entry.mode == PLUGTLS_OCSP_NONE || !concerns(name, entry)) continue;
    const Config config = client_for(entry);
    const BuiltConfig built(config);
    const Config holder = server_config(entry.of);
    const BuiltConfig chain(holder);
    const std::string response =
        entry.staple.empty() ? std::string() : read_file(pki_path(entry.staple));
    plugtls_verify_request request{};
    request.size = sizeof request;
    request.purpose = PLUGTLS_PURPOSE_SERVER;
    request.chain = chain.get()->identities[0]->certificates;
    request.chain_count = chain.get()->identities[0]->certificate_count;
    request.ocsp_response = as_bytes(response);
    int32_t code = -1, depth = -2;
    Error error;
    const plugtls_status status =
        plugtls_verify_chain(open_backend(name), built.get(), &request, &code, &depth, &error);
    if (!supports(name, PLUGTLS_FEATURE_OCSP_CLIENT)) {
      CHECK(status == PLUGTLS_FAILED);
      check_unsupported(error, PLUGTLS_FEATURE_OCSP_CLIENT, name);
      continue;
    }
    CHECK(status == PLUGTLS_OK);
    CHECK(std::string(plugtls_error_name(code)) == plugtls_error_name(entry.expect));
  }
}

TEST_CASE("B8 B7 the callback sees the staple and the verdict on it, once", "[stapling]") {
  FOR_EVERY_PAIR(ends);
  if (!ends.support(PLUGTLS_FEATURE_VERIFY_CALLBACK) ||
      !supports(ends.client, PLUGTLS_FEATURE_OCSP_CLIENT) ||
      !supports(ends.server, PLUGTLS_FEATURE_OCSP_SERVER))
    return;
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.server.identities[0].ocsp_response = file(pki_path("staple-good.ocsp.der"));
  options.client.ocsp = PLUGTLS_OCSP_REQUIRE;
  options.client.version(version);
  if (!can_ask(ends.client, options.client)) return;
  Seen seen;
  seen.attach(&options.client);
  Pair pair(ends, options);
  pair.connect();
  CHECK(seen.calls == 1);
  CHECK(seen.code == PLUGTLS_E_NONE);
  CHECK((seen.response == read_file(pki_path("staple-good.ocsp.der"))));
  CHECK(pair.client.chain(PLUGTLS_CHAIN_VERIFIED).size() == 3);
}

TEST_CASE("B8 a chain refused for something else keeps its own code and alert", "[stapling]") {
  FOR_EVERY_PAIR(ends);
  if (!supports(ends.client, PLUGTLS_FEATURE_OCSP_CLIENT)) return;
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.ocsp = PLUGTLS_OCSP_REQUEST;
  options.client.version(version);
  if (!can_ask(ends.client, options.client)) return;
  std::string expected = "cert_unknown_issuer";
  int32_t alert = 48;
  SECTION("unknown issuer") {
    options.client.trust = {file(pki_path("other-root.pem"))};
  }
  SECTION("another name") {
    options.hostname = "nobody.test";
    expected = "cert_name_mismatch";
    alert = 42;
  }
  const Outcome result = outcome(ends, options);
  INFO("client: " << result.client_error.text() << "\nserver: " << result.server_error.text());
  CHECK(result.client_error.name() == expected);
  CHECK(result.client_error.alert == alert);
  CHECK(result.server_error.name() == "alert_received");
  CHECK(result.server_error.alert == alert);
}

TEST_CASE("B8 each identity has its own staple", "[stapling]") {
  FOR_EVERY_PAIR(ends);
  if (!supports(ends.client, PLUGTLS_FEATURE_OCSP_CLIENT) ||
      !supports(ends.server, PLUGTLS_FEATURE_OCSP_SERVER) ||
      !supports(ends.server, PLUGTLS_FEATURE_MULTIPLE_IDENTITIES))
    return;
  PairOptions options;
  options.server.identities = {identity("good-rsa"), identity("good-ec")};
  options.server.identities[1].ocsp_response =
      contents(read_file(pki_path("staple-good.ocsp.der")));
  options.client.ocsp = PLUGTLS_OCSP_REQUIRE;
  options.client.version(PLUGTLS_VERSION_TLS1_3);
  options.client.signature_schemes = {0x0403};
  Pair pair(ends, options);
  pair.connect();
  options.client.signature_schemes = {0x0804};
  const Outcome result = outcome(ends, options);
  CHECK(result.client_error.name() == "cert_ocsp_missing");
}

TEST_CASE("B8 clients' certificates are not stapled, and not silently so", "[stapling]") {
  FOR_EVERY_BACKEND(name);
  Config client = client_config();
  client.identities = {identity("client-ec")};
  client.identities[0].ocsp_response = file(pki_path("staple-good.ocsp.der"));
  const Error stapled = context_error(name, client);
  check_unsupported(stapled, PLUGTLS_FEATURE_OCSP_SERVER, name);
  Config server = server_config();
  server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
  server.trust = {file(pki_path("root.pem"))};
  server.ocsp = PLUGTLS_OCSP_REQUIRE;
  check_unsupported(context_error(name, server), PLUGTLS_FEATURE_OCSP_CLIENT, name);
}

TEST_CASE("B8 a staple that is not a file or bytes is refused", "[stapling]") {
  FOR_EVERY_BACKEND(name);
  if (!supports(name, PLUGTLS_FEATURE_OCSP_SERVER)) return;
  Config server = server_config();
  server.identities[0].ocsp_response = file(pki_path("no-such-file"));
  CHECK(context_error(name, server).name() == "file");
  server.identities[0].ocsp_response->kind = PLUGTLS_SOURCE_SYSTEM;
  CHECK(context_error(name, server).name() == "invalid_argument");
}
