// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

namespace {

// Data in which a byte lost, doubled or moved shows.
std::string pattern(size_t size) {
  std::string out(size, '\0');
  uint32_t state = 12345;
  for (char &byte : out) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  return out;
}

}  // namespace

TEST_CASE("S20 S18 data of every size arrive, both ways, in fragments of any size", "[io]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const size_t size = GENERATE(size_t{1}, size_t{16384}, size_t{16385}, size_t{1} << 20);
  PairOptions options;
  options.client.version(version);
  options.fragment = 5000;
  Pair pair(ends, options);
  pair.client.transport.random_fragments = pair.server.transport.random_fragments = true;
  pair.connect();
  const std::string data = pattern(size);
  CHECK((pair.to_server(data) == data));  // not printed when it fails
  CHECK((pair.to_client(data) == data));
}

TEST_CASE("S21 one byte at a time, and a transport that wants at every other call", "[io]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool stutters = GENERATE(false, true);
  PairOptions options;
  options.client.version(version);
  options.fragment = 1;
  Pair pair(ends, options);
  pair.client.transport.want_every_other = pair.server.transport.want_every_other = stutters;
  pair.connect();
  const std::string data = pattern(3000);
  CHECK((pair.to_server(data) == data));
  CHECK((pair.to_client(data) == data));
}

TEST_CASE("S21 a write that wants goes on when it is repeated, nothing lost or doubled", "[io]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  pair.upward.limit = 1000;
  const std::string data = pattern(100000);
  size_t taken = 0;
  CHECK(pair.client.write(data, &taken) == PLUGTLS_WANT_WRITE);
  CHECK(taken == 0);
  CHECK((pair.to_server(data) == data));
}

TEST_CASE("P-WRITE-2 a repeated write may move in memory, and must not become shorter", "[io]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  pair.upward.limit = 100;
  const std::string data = pattern(5000);
  size_t taken = 0;
  REQUIRE(pair.client.write(data, &taken) == PLUGTLS_WANT_WRITE);
  CHECK(pair.client.write(std::string_view(data).substr(0, 10), &taken) == PLUGTLS_FAILED);
  CHECK(pair.client.error.name() == "write_retry");
  CHECK(pair.client.error.category() == PLUGTLS_CATEGORY_PROGRAM);
  pair.client.status = PLUGTLS_WANT_WRITE;  // the connection survives that
  pair.upward.limit = 0;
  const std::string elsewhere = data + "more";
  CHECK((pair.to_server(elsewhere) == elsewhere));
}

TEST_CASE("P-WRITE-1 P-READ-1 nothing asked for is nothing done", "[io]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  pair.drain(pair.client);
  const size_t before = pair.upward.carried();
  size_t moved = 7;
  CHECK(plugtls_write(pair.client.get(), "", 0, &moved, nullptr) == PLUGTLS_OK);
  CHECK(moved == 0);
  CHECK(pair.upward.carried() == before);
  char byte = 0;
  moved = 7;
  CHECK(plugtls_read(pair.client.get(), &byte, 0, &moved, nullptr) == PLUGTLS_OK);
  CHECK(moved == 0);
  CHECK(pair.to_server("x") == "x");
}

TEST_CASE("P-READ-2 reading and writing before the handshake is a wrong state it survives",
          "[io]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  std::string data;
  size_t taken = 0;
  CHECK(pair.client.read(&data) == PLUGTLS_FAILED);
  CHECK(pair.client.error.name() == "wrong_state");
  CHECK(pair.server.write("x", &taken) == PLUGTLS_FAILED);
  CHECK(pair.server.error.name() == "wrong_state");
  CHECK(pair.client.shutdown() == PLUGTLS_FAILED);
  CHECK(pair.client.error.name() == "wrong_state");
  pair.client.status = pair.server.status = PLUGTLS_WANT_READ;
  pair.connect();
  CHECK(pair.to_server("x") == "x");
}

TEST_CASE("S19 small reads deliver a large record piece by piece, and pending tells the rest",
          "[io]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  const std::string data = pattern(1000);
  size_t taken = 0;
  REQUIRE(pair.client.write(data, &taken) == PLUGTLS_OK);
  REQUIRE(taken == data.size());
  std::string got, part;
  while (got.size() < data.size()) {
    REQUIRE(pair.server.read(&part, 7) == PLUGTLS_OK);
    REQUIRE(part.size() <= 7);
    got += part;
    CHECK(plugtls_pending(pair.server.get()) == data.size() - got.size());
  }
  CHECK((got == data));
  CHECK(pair.server.read(&part) == PLUGTLS_WANT_READ);
}

TEST_CASE("P-IO-2 a want is answered only after the transport answered it", "[io]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  pair.drain(pair.client);
  const size_t before = pair.client.transport.reads();
  std::string data;
  CHECK(pair.client.read(&data) == PLUGTLS_WANT_READ);
  CHECK(pair.client.transport.reads() > before);
}

TEST_CASE("P-HS-1 a handshake that is done stays done", "[io]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  CHECK(pair.client.info().handshake_done == 0);
  pair.connect();
  const size_t carried = pair.upward.carried();
  CHECK(pair.client.info().handshake_done == 1);
  CHECK(pair.client.handshake() == PLUGTLS_OK);
  CHECK(pair.upward.carried() == carried);
}

TEST_CASE("B10 KeyUpdate both ways, data before and after", "[io]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  Error error;
  const plugtls_status status =
      plugtls_key_update(pair.client.get(), PLUGTLS_KEY_UPDATE_REQUEST_PEER, &error);
  if (!supports(ends.client, PLUGTLS_FEATURE_KEY_UPDATE)) {
    CHECK(status == PLUGTLS_FAILED);
    check_unsupported(error, PLUGTLS_FEATURE_KEY_UPDATE, ends.client);
    return;
  }
  INFO(error.text());
  REQUIRE(status == PLUGTLS_OK);
  if (!supports(ends.server, PLUGTLS_FEATURE_KEY_UPDATE)) {
    CHECK(plugtls_key_update(pair.server.get(), 0, &error) == PLUGTLS_FAILED);
    check_unsupported(error, PLUGTLS_FEATURE_KEY_UPDATE, ends.server);
    // It cannot take one either, and says so to the peer.
    std::string data;
    CHECK(pair.server.read(&data) == PLUGTLS_FAILED);
    CHECK(pair.server.error.category() == PLUGTLS_CATEGORY_PEER);
    CHECK(pair.client.read(&data) == PLUGTLS_FAILED);
    CHECK(pair.client.error.name() == "alert_received");
    return;
  }
  const std::string data = pattern(40000);
  CHECK((pair.to_server(data) == data));
  CHECK((pair.to_client(data) == data));
}

TEST_CASE("P-IO-4 an alert goes out behind a record that waits for the transport", "[io]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.to_client("x") == "x");  // tickets are out of the way
  pair.client.transport.full = true;
  size_t taken = 0;
  const std::string data = pattern(16384);
  REQUIRE(pair.client.write(data, &taken) == PLUGTLS_WANT_WRITE);

  pair.downward.write(
      "\x17\x03\x03\x00\x20"
      "this is no record of this stream.",
      37);
  std::string got;
  CHECK(pair.client.read(&got) == PLUGTLS_WANT_WRITE);
  pair.client.transport.full = false;
  CHECK(pair.client.read(&got) == PLUGTLS_FAILED);
  CHECK(pair.client.error.name() == "bad_record");

  CHECK(pair.server.read(&got) == PLUGTLS_OK);
  CHECK(data.rfind(got, 0) == 0);  // as much of it as the library makes a record of
  CHECK(pair.server.read(&got) == PLUGTLS_FAILED);
  CHECK(pair.server.error.name() == "alert_received");
  CHECK(pair.server.error.alert == 20);  // bad_record_mac
}

TEST_CASE("P-IO-2 reading goes on while a write waits for the transport", "[io]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  CHECK(pair.to_client("x") == "x");
  pair.client.transport.full = true;
  size_t taken = 0;
  const std::string data = pattern(16384);
  REQUIRE(pair.client.write(data, &taken) == PLUGTLS_WANT_WRITE);
  std::string got;
  CHECK(pair.client.read(&got) == PLUGTLS_WANT_READ);
  CHECK(pair.to_client("are you there?") == "are you there?");
  pair.client.transport.full = false;
  CHECK(pair.client.write(data, &taken) == PLUGTLS_OK);
  CHECK(pair.server.read(&got) == PLUGTLS_OK);
}

TEST_CASE("B10 no record is longer than the record size limit allows", "[io]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  options.client.record_size_limit = 1024;
  if (!made_or_refused(ends.client, options.client, PLUGTLS_FEATURE_RECORD_SIZE_LIMIT)) return;
  Pair pair(ends, options);
  pair.connect();
  const size_t before = pair.upward.carried();
  const std::string data = pattern(20000);
  CHECK((pair.to_server(data) == data));
  const std::string sent = pair.upward.everything().substr(before);
  constexpr size_t overhead = 256;  // RFC 8446, 5.2, at most
  size_t records = 0;
  for (size_t at = 0; at + 5 <= sent.size(); ++records) {
    const auto high = static_cast<unsigned char>(sent[at + 3]);
    const auto low = static_cast<unsigned char>(sent[at + 4]);
    const size_t length = size_t{high} * 256 + low;
    CHECK(length <= 1024 + overhead);
    at += 5 + length;
  }
  CHECK(records >= 20);
}
