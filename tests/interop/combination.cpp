// SPDX-License-Identifier: Apache-2.0
#include "combination.hpp"

#include "support/pki.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace support;

namespace interop {
namespace {

constexpr const char *protocol = "http/1.1";

bool contains(const std::vector<uint32_t> &list, uint32_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

const std::vector<Kind> &kinds() {
  // TLS 1.2 does not tie a hash to a curve, nor PKCS #1 to certificates alone.
  static const std::vector<uint16_t> ecdsa = {0x0403, 0x0503, 0x0603};
  static const std::vector<uint16_t> rsa = {0x0401, 0x0501, 0x0601, 0x0804, 0x0805, 0x0806};
  static const std::vector<uint16_t> rsae_pss = {0x0804, 0x0805, 0x0806};
  static const std::vector<uint16_t> pss = {0x0809, 0x080a, 0x080b};
  static const std::vector<Kind> value = {
      {"RSA-2048", "good-rsa", "client-rsa", PLUGTLS_FEATURE_CERT_RSA, rsa, rsae_pss},
      {"RSA-PSS", "good-pss", "client-pss", PLUGTLS_FEATURE_CERT_RSA_PSS, pss, pss},
      {"P-256", "good-ec", "client-ec", PLUGTLS_FEATURE_CERT_ECDSA, ecdsa, {0x0403}},
      {"P-384", "good-p384", "client-p384", PLUGTLS_FEATURE_CERT_ECDSA, ecdsa, {0x0503}},
      {"Ed25519",
       "good-ed25519",
       "client-ed25519",
       PLUGTLS_FEATURE_CERT_ED25519,
       {0x0807},
       {0x0807}},
  };
  return value;
}

std::string Combination::text() const {
  return ends.client + " to " + ends.server +
         (version == PLUGTLS_VERSION_TLS1_3 ? ", TLS 1.3" : ", TLS 1.2") +
         (server_bounds ? " by the server, " : " by the client, ") + kind->name +
         (mutual ? ", mutual" : "") + (alpn ? ", ALPN" : "") + (sni ? ", SNI" : "");
}

PairOptions Combination::options() const {
  PairOptions out;
  out.server = server_config(kind->server);
  (server_bounds ? out.server : out.client).version(version);
  if (mutual) {
    out.client.identities = {identity(kind->client)};
    out.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
    out.server.trust = {file(pki_path("root.pem"))};
  }
  if (alpn) {
    out.client.alpn = {"h2", protocol};
    out.server.alpn = {protocol};
  }
  if (!sni) {
    out.hostname.reset();
    out.subjects = {"server.test"};
  }
  return out;
}

std::vector<uint32_t> Combination::lacks(const std::string &backend, bool client) const {
  std::vector<uint32_t> wanted = {
      client ? PLUGTLS_FEATURE_CLIENT : PLUGTLS_FEATURE_SERVER,
      version == PLUGTLS_VERSION_TLS1_3 ? PLUGTLS_FEATURE_TLS1_3 : PLUGTLS_FEATURE_TLS1_2,
      kind->feature};
  if (mutual)
    wanted.push_back(client ? PLUGTLS_FEATURE_CLIENT_CERTIFICATE : PLUGTLS_FEATURE_CLIENT_AUTH);
  if (alpn) wanted.push_back(PLUGTLS_FEATURE_ALPN);
  if (sni) wanted.push_back(PLUGTLS_FEATURE_SNI);
  if (!sni && client) wanted.push_back(PLUGTLS_FEATURE_VERIFY_SUBJECTS);
  std::erase_if(wanted, [&](uint32_t feature) { return supports(backend, feature); });
  return wanted;
}

std::vector<Combination> every_combination() {
  std::vector<Combination> out;
  for (const Ends &ends : every_pair())
    for (const uint16_t version : {PLUGTLS_VERSION_TLS1_2, PLUGTLS_VERSION_TLS1_3})
      for (const bool server_bounds : {false, true})
        for (const Kind &kind : kinds())
          for (const bool mutual : {false, true})
            for (const bool alpn : {false, true})
              for (const bool sni : {false, true})
                out.push_back({ends, version, server_bounds, &kind, mutual, alpn, sni});
  return out;
}

plugtls_context *Contexts::context(const std::string &key, const std::string &backend,
                                   const Config &config) {
  ContextPtr &out = made_[key];
  if (out == nullptr) out = make_context(backend, config);
  return out.get();
}

PairOptions Contexts::visit(const Combination &combination, plugtls_session *session) {
  PairOptions out = combination.options();
  Combination each = combination;
  each.sni = false;  // is the connection's
  each.ends.server.clear();
  out.client_context = context(each.text(), combination.ends.client, out.client);
  each.ends = {"", combination.ends.server};
  out.server_context = context(each.text(), combination.ends.server, out.server);
  out.session = session;
  return out;
}

SessionPtr session_of(const Peer &client) {
  plugtls_session *out = nullptr;
  Error error;
  if (plugtls_session_get(client.get(), &out, &error) != PLUGTLS_OK)
    throw Failure("plugtls_session_get", error);
  return SessionPtr(out);
}

void check_negotiated(const Combination &combination, const BufferPair &pair, bool resumed) {
  const plugtls_connection_info client = pair.client.info();
  const plugtls_connection_info server = pair.server.info();
  CHECK(client.version == combination.version);
  CHECK(server.version == combination.version);
  CHECK(client.cipher_suite == server.cipher_suite);
  CHECK(client.resumed == (resumed ? 1U : 0U));
  CHECK(server.resumed == (resumed ? 1U : 0U));
  CHECK(as_string(client.alpn) == (combination.alpn ? protocol : ""));
  CHECK(as_string(server.alpn) == as_string(client.alpn));
  CHECK(as_string(server.server_name) == (combination.sni ? "server.test" : ""));
  const Kind &kind = *combination.kind;
  CHECK(pair.client.chain(PLUGTLS_CHAIN_PEER).at(0) ==
        read_file(pki_path(kind.server + std::string(".der"))));
  const auto shown = pair.server.chain(PLUGTLS_CHAIN_PEER);
  REQUIRE(shown.empty() == !combination.mutual);
  if (combination.mutual)
    CHECK((shown[0] == read_file(pki_path(kind.client + std::string(".der")))));
  if (resumed) return;
  const auto &schemes = combination.version == PLUGTLS_VERSION_TLS1_3 ? kind.tls13 : kind.tls12;
  CHECK(std::count(schemes.begin(), schemes.end(), client.signature_scheme) == 1);
  if (combination.mutual)
    CHECK(std::count(schemes.begin(), schemes.end(), server.signature_scheme) == 1);
}

namespace {

// The one thing that a context does not ask for by itself: the kind of key in the chain that a client is to judge.
void check_chain_refused(const Combination &combination) {
  const Config judge = client_config();
  const BuiltConfig trust(judge);
  const Config holder = server_config(combination.kind->server);
  const BuiltConfig chain(holder);
  plugtls_verify_request request{};
  request.size = sizeof request;
  request.purpose = PLUGTLS_PURPOSE_SERVER;
  request.chain = chain.get()->identities[0]->certificates;
  request.chain_count = chain.get()->identities[0]->certificate_count;
  int32_t code = 0;
  int32_t depth = 0;
  Error error;
  CHECK(plugtls_verify_chain(open_backend(combination.ends.client), trust.get(), &request, &code,
                             &depth, &error) == PLUGTLS_FAILED);
  INFO(error.text());
  CHECK(error.name() == "unsupported");
  CHECK(error.feature == combination.kind->feature);
  CHECK(std::string(error.backend) == combination.ends.client);
}

}  // namespace

void check_refused(const Combination &combination, Contexts *contexts) {
  try {
    Random random(1);
    BufferPair pair(combination.ends, contexts->visit(combination), &random, 1 << 20);
    REQUIRE(combination.client_lacks() == std::vector<uint32_t>{combination.kind->feature});
    check_chain_refused(combination);
    pair.handshake();
    CHECK(pair.client.over());
    CHECK(pair.server.over());
  } catch (const Failure &failure) {
    const Error &error = failure.error();
    INFO(error.text());
    CHECK(error.name() == "unsupported");
    const std::string backend = error.backend;
    const bool client_said =
        backend == combination.ends.client && contains(combination.client_lacks(), error.feature);
    const bool server_said =
        backend == combination.ends.server && contains(combination.server_lacks(), error.feature);
    CHECK((client_said || server_said));
  }
}

}  // namespace interop
