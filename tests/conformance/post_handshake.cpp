// SPDX-License-Identifier: Apache-2.0
// A client's certificate asked for after the handshake (RFC 8446, 4.6.2).
#include "cases.hpp"

namespace {

std::optional<PairOptions> asking_late(const Ends &ends) {
  PairOptions out;
  out.client.flags = out.server.flags = PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH;
  out.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
  out.server.trust = {file(pki_path("root.pem"))};
  for (const bool client : {true, false}) {
    const std::string &backend = client ? ends.client : ends.server;
    if (supports(backend, PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH)) continue;
    check_unsupported(context_error(backend, client ? out.client : out.server),
                      PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH, backend);
    return std::nullopt;
  }
  return out;
}

plugtls_status request(End &end) {
  end.status = plugtls_request_client_certificate(end.get(), &end.error);
  return end.status;
}

}  // namespace

TEST_CASE("B10 a certificate is asked for after the handshake, and verified", "[post-handshake]") {
  FOR_EVERY_PAIR(ends);
  auto options = asking_late(ends);
  if (!options) return;
  options->client.identities = {identity("client-ec")};
  Pair pair(ends, *options);
  pair.connect();
  CHECK(pair.server.chain(PLUGTLS_CHAIN_PEER).empty());
  CHECK(pair.to_server("who are you?") == "who are you?");
  REQUIRE(request(pair.server) == PLUGTLS_OK);
  CHECK(pair.to_client("tell me") == "tell me");  // the client answers while it reads
  CHECK(pair.to_server("I am client.test") == "I am client.test");
  CHECK((pair.server.chain(PLUGTLS_CHAIN_PEER).at(0) == read_file(pki_path("client-ec.der"))));
  CHECK(pair.server.chain(PLUGTLS_CHAIN_VERIFIED).size() == 3);
}

TEST_CASE("B10 a certificate that is refused after the handshake ends the connection",
          "[post-handshake]") {
  FOR_EVERY_PAIR(ends);
  auto options = asking_late(ends);
  if (!options) return;
  std::string expected = "cert_missing";
  SECTION("none") {}
  SECTION("an expired one") {
    options->client.identities = {identity("client-expired")};
    expected = "cert_expired";
  }
  Pair pair(ends, *options);
  pair.connect();
  REQUIRE(request(pair.server) == PLUGTLS_OK);
  std::string ignored;
  pair.drain(pair.client);
  CHECK(pair.server.read(&ignored) == PLUGTLS_FAILED);
  CHECK(pair.server.error.name() == expected);
}

TEST_CASE("B10 a request that cannot be made is refused, and the connection goes on",
          "[post-handshake]") {
  FOR_EVERY_PAIR(ends);
  auto options = asking_late(ends);
  if (!options) return;
  SECTION("TLS 1.2") {
    options->client.version(PLUGTLS_VERSION_TLS1_2);
    options->client.identities = {identity("client-ec")};
  }
  SECTION("the client has not offered it") {
    options->client.flags = 0;
  }
  Pair pair(ends, *options);
  pair.connect();
  CHECK(request(pair.server) == PLUGTLS_FAILED);
  CHECK(pair.server.error.name() == "wrong_state");
  CHECK(request(pair.client) == PLUGTLS_FAILED);
  CHECK(pair.client.error.name() == "wrong_state");
  CHECK(pair.to_server("still here") == "still here");
}

TEST_CASE("B10 before the handshake, or by a server that has not said so, nothing is asked",
          "[post-handshake]") {
  FOR_EVERY_PAIR(ends);
  auto options = asking_late(ends);
  if (!options) return;
  Pair early(ends, *options);
  CHECK(request(early.server) == PLUGTLS_FAILED);
  CHECK(early.server.error.name() == "wrong_state");
  options->server.flags = 0;
  options->server.client_auth = PLUGTLS_CLIENT_AUTH_REQUEST;
  Pair unsaid(ends, *options);
  unsaid.connect();
  CHECK(request(unsaid.server) == PLUGTLS_FAILED);
  CHECK(unsaid.server.error.name() == "wrong_state");
  options->server.flags = PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH;
  options->server.client_auth = PLUGTLS_CLIENT_AUTH_NONE;
  CHECK(context_error(ends.server, options->server).name() == "invalid_argument");
}
