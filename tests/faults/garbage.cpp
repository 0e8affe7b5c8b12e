// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <string_view>

using namespace std::string_literals;

namespace {

struct Garbage {
  const char *what;
  std::string bytes;
  const char *expect;  // or NULL: any fault of the peer's
};

std::string random_bytes() {
  std::string out(2000, '\0');
  uint32_t state = 99;
  for (char &byte : out) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  out[0] = '\x99';  // no content type of TLS
  return out;
}

std::vector<Garbage> garbage() {
  return {
      {"an HTTP request", "GET / HTTP/1.1\r\nHost: server.test\r\n\r\n", "not_tls"},
      {"an SSH banner", "SSH-2.0-OpenSSH_9.2\r\n", "not_tls"},
      {"random bytes", random_bytes(), "not_tls"},
      {"an SSLv2 hello", "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"s + std::string(37, 'c'),
       nullptr},
      {"a record of 65535 bytes", "\x16\x03\x01\xff\xff"s + std::string(70000, 'x'), nullptr},
      {"an empty handshake record", "\x16\x03\x01\x00\x00"s + std::string(100, 'x'), nullptr},
      {"application data", "\x17\x03\x03\x00\x05hello"s, nullptr},
      {"a record of a content type nobody knows", "\x63\x03\x03\x00\x05hello"s, nullptr},
      {"a change_cipher_spec", "\x14\x03\x03\x00\x01\x01\x14\x03\x03\x00\x02\x01\x01"s, nullptr},
      {"a handshake message of a type nobody knows", "\x16\x03\x03\x00\x06\xee\x00\x00\x02xx"s,
       nullptr},
      {"a hello that says it is longer than it may be", "\x16\x03\x03\x00\x04\x01\xff\xff\xff"s,
       nullptr},
  };
}

bool is_fault_of_peer(const Error &error) {
  return error.category() == PLUGTLS_CATEGORY_PEER ||
         error.category() == PLUGTLS_CATEGORY_TRANSPORT;
}

}  // namespace

TEST_CASE("garbage instead of a hello is a typed error, and is told to the peer", "[faults]") {
  FOR_EVERY_BACKEND(name);
  const bool client = GENERATE(true, false);
  for (const Garbage &item : garbage()) {
    INFO(item.what << (client ? ", to a client" : ", to a server"));
    Pair pair({name, name});
    End &end = pair.end(client);
    Wire &in = client ? pair.downward : pair.upward;
    if (client) REQUIRE(end.handshake() == PLUGTLS_WANT_READ);
    in.write(item.bytes.data(), item.bytes.size());
    in.end();
    for (int round = 0; round < 10 && !end.settled(); ++round)
      end.handshake();
    INFO(end.story());
    REQUIRE(end.over());
    check_typed(&end);
    if (item.expect != nullptr) CHECK(end.error.name() == item.expect);
    CHECK(is_fault_of_peer(end.error));
    if (end.error.alert != PLUGTLS_ALERT_NONE) {
      // P-IO-4: the alert that the error names has been handed to the transport.
      const std::string &sent = pair.wire_from(end).everything();
      CHECK(sent.find("\x15\x03") != std::string::npos);
    }
  }
}

TEST_CASE("garbage in place of a flight of the handshake is a typed error on both ends",
          "[faults]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool to_client = GENERATE(true, false);
  for (const Garbage &item : garbage()) {
    INFO(item.what << (to_client ? ", to the client" : ", to the server"));
    PairOptions options;
    options.client.version(version);
    Pair pair(ends, options);
    REQUIRE(pair.client.handshake() == PLUGTLS_WANT_READ);
    REQUIRE(pair.server.handshake() == PLUGTLS_WANT_READ);
    if (!to_client) pair.client.handshake();
    Wire &wire = to_client ? pair.downward : pair.upward;
    REQUIRE(wire.available() > 0);
    wire.discard();
    wire.write(item.bytes.data(), item.bytes.size());
    wire.end();
    pair.handshake();
    INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
    for (End *end : {&pair.client, &pair.server}) {
      REQUIRE(end->over());
      check_typed(end);
      const bool received = end->error.name() == "alert_received";
      CHECK((received || is_fault_of_peer(end->error)));
    }
  }
}

TEST_CASE("garbage after the handshake is a bad record", "[faults]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool to_client = GENERATE(true, false);
  PairOptions options;
  options.client.version(version);
  Pair pair(ends, options);
  pair.connect();
  pair.drain(pair.client);
  End &end = pair.end(to_client), &peer = pair.end(!to_client);
  const std::string record = "\x17\x03\x03\x00\x20"s + std::string(32, 'x');
  pair.wire_from(peer).write(record.data(), record.size());
  std::string data;
  CHECK(end.read(&data) == PLUGTLS_FAILED);
  CHECK(end.error.name() == "bad_record");
  CHECK(end.error.alert == 20);  // bad_record_mac
  check_typed(&end);
  pair.drain(peer);
  CHECK(peer.error.name() == "alert_received");
  CHECK(peer.error.alert == 20);
}
