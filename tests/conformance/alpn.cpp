// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

namespace {

// False if one end has no ALPN; that it says so is checked then.
bool both_have_alpn(const Ends &ends) {
  Config client = client_config(), server = server_config();
  client.alpn = server.alpn = {"h2"};
  const bool one = made_or_refused(ends.client, client, PLUGTLS_FEATURE_ALPN);
  const bool other = made_or_refused(ends.server, server, PLUGTLS_FEATURE_ALPN);
  return one && other;
}

}  // namespace

TEST_CASE("S13 negotiated_protocol: the server's order decides", "[alpn]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  if (!both_have_alpn(ends)) return;
  PairOptions options;
  options.client.version(version);
  options.client.alpn = {"http/1.1", "h2"};
  options.server.alpn = {"h2", "http/1.1"};
  Pair pair(ends, options);
  CHECK(pair.client.info().alpn.size == 0);
  pair.connect();
  CHECK(as_string(pair.client.info().alpn) == "h2");
  CHECK(as_string(pair.server.info().alpn) == "h2");
}

TEST_CASE("S13 a protocol that nobody registered is told as its bytes", "[alpn]") {
  FOR_EVERY_PAIR(ends);
  if (!both_have_alpn(ends)) return;
  const std::string name =
      GENERATE(std::string("x"), std::string("\xff\x01 own"), std::string(255, 'p'));
  PairOptions options;
  options.client.alpn = options.server.alpn = {name};
  // Some libraries have a longest name of their own; then they say so.
  bool both = true;
  for (const auto &[end, config] :
       {std::pair(ends.client, options.client), std::pair(ends.server, options.server)}) {
    if (level(end, PLUGTLS_FEATURE_ALPN) != PLUGTLS_PARTIAL || name.size() <= 32) continue;
    check_unsupported(context_error(end, config), PLUGTLS_FEATURE_ALPN, end);
    both = false;
  }
  if (!both) return;
  Pair pair(ends, options);
  pair.connect();
  CHECK(as_string(pair.client.info().alpn) == name);
  CHECK(as_string(pair.server.info().alpn) == name);
}

TEST_CASE("S13 no protocol if one end does not configure any", "[alpn]") {
  FOR_EVERY_PAIR(ends);
  if (!both_have_alpn(ends)) return;
  const bool on_client = GENERATE(true, false);
  PairOptions options;
  (on_client ? options.client : options.server).alpn = {"h2"};
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.client.info().alpn.size == 0);
  CHECK(pair.server.info().alpn.size == 0);
}

TEST_CASE("S4 protocols without overlap end the handshake with no_application_protocol", "[alpn]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  if (!both_have_alpn(ends)) return;
  PairOptions options;
  options.client.version(version);
  options.client.alpn = {"http/1.1"};
  options.server.alpn = {"h2"};
  const Outcome result = outcome(ends, options);
  INFO("client: " << result.client_error.text() << "\nserver: " << result.server_error.text());
  REQUIRE(result.server == PLUGTLS_FAILED);
  CHECK(result.server_error.name() == "no_common_protocol");
  CHECK(result.server_error.alert == 120);  // no_application_protocol (RFC 7301, 3.2)
  CHECK(result.client_error.name() == "alert_received");
  CHECK(result.client_error.alert == 120);
}

TEST_CASE("S4 an empty name and one of 256 bytes are refused", "[alpn]") {
  FOR_EVERY_BACKEND(name);
  Config config = client_config();
  config.alpn = {std::string(GENERATE(size_t{0}, size_t{256}), 'x')};
  const Error error = context_error(name, config);
  if (!supports(name, PLUGTLS_FEATURE_ALPN) && error.name() == "unsupported")
    check_unsupported(error, PLUGTLS_FEATURE_ALPN, name);
  else
    CHECK(error.name() == "invalid_argument");
}
