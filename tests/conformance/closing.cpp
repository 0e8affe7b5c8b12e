// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

using Catch::Generators::range;

TEST_CASE("S22 shutdown sends close_notify, and the peer reads the end of the data", "[closing]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const size_t fragment = GENERATE(size_t{0}, size_t{1});
  PairOptions options;
  options.client.version(version);
  options.fragment = fragment;
  Pair pair(ends, options);
  pair.connect();
  size_t taken = 0;
  REQUIRE(pair.client.write("last", &taken) == PLUGTLS_OK);
  CHECK(pair.client.shutdown() == PLUGTLS_OK);
  CHECK(pair.client.shutdown() == PLUGTLS_OK);  // P-SHUT-1
  std::string data;
  CHECK(pair.server.read(&data) == PLUGTLS_OK);  // P-READ-3: what came before it is delivered first
  CHECK(data == "last");
  CHECK(pair.server.read(&data) == PLUGTLS_CLOSED);
  CHECK(pair.server.read(&data) == PLUGTLS_CLOSED);
  CHECK(pair.client.write("more", &taken) == PLUGTLS_FAILED);
  CHECK(pair.client.error.name() == "closed_for_writing");
}

TEST_CASE("S22 the other direction stays open after one is closed", "[closing]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool client_closes = GENERATE(true, false);
  PairOptions options;
  options.client.version(version);
  Pair pair(ends, options);
  pair.connect();
  End &closing = pair.end(client_closes), &other = pair.end(!client_closes);
  REQUIRE(closing.shutdown() == PLUGTLS_OK);
  std::string data;
  CHECK(other.read(&data) == PLUGTLS_CLOSED);
  if (const std::string &writer = client_closes ? ends.server : ends.client;
      !supports(writer, PLUGTLS_FEATURE_HALF_CLOSE)) {
    size_t taken = 0;
    CHECK(other.write("still here", &taken) == PLUGTLS_FAILED);
    check_unsupported(other.error, PLUGTLS_FEATURE_HALF_CLOSE, writer);
    return;
  }
  if (const std::string &reader = client_closes ? ends.client : ends.server;
      !supports(reader, PLUGTLS_FEATURE_HALF_CLOSE)) {
    CHECK(closing.read(&data) == PLUGTLS_FAILED);
    check_unsupported(closing.error, PLUGTLS_FEATURE_HALF_CLOSE, reader);
    return;
  }
  CHECK(pair.transfer(other, closing, "still here") == "still here");
  CHECK(other.shutdown() == PLUGTLS_OK);
  CHECK(closing.read(&data) == PLUGTLS_CLOSED);
}

TEST_CASE("B5 truncation is never the end of the data", "[closing]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool client_reads = GENERATE(true, false);
  PairOptions options;
  options.client.version(version);
  Pair pair(ends, options);
  pair.connect();
  End &reader = pair.end(client_reads), &writer = pair.end(!client_reads);
  size_t taken = 0;
  REQUIRE(writer.write("data", &taken) == PLUGTLS_OK);
  pair.wire_from(writer).end();
  std::string data;
  CHECK(reader.read(&data) == PLUGTLS_OK);
  CHECK(data == "data");
  CHECK(reader.read(&data) == PLUGTLS_TRUNCATED);
  CHECK(reader.error.name() == "truncated");
  CHECK(reader.error.category() == PLUGTLS_CATEGORY_TRANSPORT);
  CHECK(reader.read(&data) == PLUGTLS_TRUNCATED);  // P-IO-5
  CHECK(reader.error.name() == "truncated");
}

TEST_CASE("B5 a record cut in the middle is truncation too", "[closing]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool to_client = GENERATE(true, false);
  const size_t after = GENERATE(range(size_t{1}, size_t{40}));
  PairOptions options;
  options.client.version(version);
  Pair pair(ends, options);
  pair.connect();
  pair.drain(pair.client);
  End &reader = pair.end(to_client), &writer = pair.end(!to_client);
  Wire &wire = pair.wire_from(writer);
  wire.cut_at = wire.carried() + after;
  size_t taken = 0;
  REQUIRE(writer.write("a record that does not arrive", &taken) == PLUGTLS_OK);
  std::string data;
  CHECK(reader.read(&data) == PLUGTLS_TRUNCATED);
  CHECK(data.empty());
  CHECK(reader.error.name() == "truncated");
}

TEST_CASE("S16 unwrap passes close_notify both ways and leaves what follows alone", "[closing]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const size_t fragment = GENERATE(size_t{0}, size_t{1});
  PairOptions options;
  options.client.version(version);
  options.fragment = fragment;
  Pair pair(ends, options);
  pair.connect();
  Error error;
  CHECK(plugtls_unwrap(pair.client.get(), &error) == PLUGTLS_WANT_READ);
  CHECK(plugtls_unwrap(pair.server.get(), &error) == PLUGTLS_OK);
  pair.downward.write("plain", 5);  // P-IO-6
  CHECK(plugtls_unwrap(pair.client.get(), &error) == PLUGTLS_OK);
  char plain[8] = "";
  CHECK(pair.downward.read(plain, sizeof plain) == 5);
  CHECK(std::string(plain) == "plain");
  CHECK(pair.upward.available() == 0);
}

TEST_CASE("S16 unwrap that meets data says so, and goes on after they were read", "[closing]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  pair.drain(pair.client);
  size_t taken = 0;
  REQUIRE(pair.server.write("unread", &taken) == PLUGTLS_OK);
  Error error;
  CHECK(plugtls_unwrap(pair.client.get(), &error) == PLUGTLS_FAILED);
  CHECK(error.name() == "data_pending");
  std::string data;
  REQUIRE(pair.client.read(&data) == PLUGTLS_OK);
  CHECK(data == "unread");
  CHECK(plugtls_unwrap(pair.server.get(), &error) == PLUGTLS_OK);
  CHECK(pair.client.read(&data) == PLUGTLS_CLOSED);
  CHECK(plugtls_unwrap(pair.client.get(), &error) == PLUGTLS_OK);
}
