// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

namespace {

void check_failing(const Ends &ends, const PairOptions &options, bool reads, bool client,
                   size_t at) {
  INFO((client ? "client's " : "server's ") << (reads ? "read " : "write ") << at << " fails");
  Pair pair(ends, options);
  End &end = pair.end(client);
  (reads ? end.transport.fail_read_at : end.transport.fail_write_at) = at;
  pair.handshake();
  INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
  if (end.status ==
      PLUGTLS_OK) {  // it had what it needed before; the next call of that kind finds out
    std::string data;
    size_t taken = 0;
    reads ? end.read(&data) : end.write("x", &taken);
  }
  REQUIRE(end.over());
  CHECK(end.error.name() == "transport");
  CHECK(end.error.os_error == Transport::os_error);
  check_typed(&end);
}

}  // namespace

TEST_CASE("a transport that fails at any call is a transport error with its errno", "[faults]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool reads = GENERATE(true, false);
  const bool client = GENERATE(true, false);
  PairOptions options;
  options.client.version(version);
  options.fragment = 100;  // more calls
  Pair whole(ends, options);
  whole.connect();
  const Transport &transport = whole.end(client).transport;
  const size_t calls = reads ? transport.reads() : transport.writes();
  for (size_t at = 0; at + 2 < calls; ++at)
    check_failing(ends, options, reads, client, at);
}

TEST_CASE("P-IO-4 an alert that the transport cannot take is wanted for, then the error",
          "[faults]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  options.server = server_config("expired");
  Pair pair(ends, options);
  REQUIRE(pair.client.handshake() == PLUGTLS_WANT_READ);
  pair.client.transport.full = true;  // from its hello on, until it has wanted three times
  size_t wanted = 0;
  pair.between_rounds = [&] {
    if (pair.client.status == PLUGTLS_WANT_WRITE && ++wanted == 3)
      pair.client.transport.full = false;
  };
  pair.handshake();
  INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
  CHECK(wanted == 3);
  CHECK(pair.client.error.name() == "cert_expired");
  CHECK(pair.server.error.name() == "alert_received");
  CHECK(pair.server.error.alert == 45);  // certificate_expired
}

TEST_CASE("freed at any moment of the handshake, nothing is left behind", "[faults]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  for (size_t rounds = 0; rounds < 6; ++rounds) {
    Pair pair(ends, options);
    for (size_t i = 0; i < rounds; ++i) {
      CHECK(pair.client.handshake() <= PLUGTLS_WANT_WRITE);
      if (i + 1 < rounds) CHECK(pair.server.handshake() <= PLUGTLS_WANT_WRITE);
    }
    const size_t before = pair.upward.carried();
    pair.client.connection.reset();
    CHECK(pair.upward.carried() == before);  // without I/O
  }
}
