// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

namespace {

constexpr size_t step = 7;  // keeps the run under 20 seconds; prime, so that fields do not repeat

// The peers may agree in spite of it (a byte of a legacy field, say), or fail with a type; they never hang, and
// neither takes for true what the other did not say.
void check_flip(const Ends &ends, const PairOptions &options, bool upward, size_t at) {
  INFO((upward ? "client's" : "server's") << " byte " << at << " flipped");
  Pair pair(ends, options);
  Wire &wire = upward ? pair.upward : pair.downward;
  wire.flip_at = at;
  wire.flip_mask = static_cast<unsigned char>(1U << (at % 8));
  // A length that grew leaves both ends waiting: then the stream ends.
  size_t idle = 0, carried = 0;
  pair.between_rounds = [&] {
    const size_t now = pair.upward.carried() + pair.downward.carried();
    idle = now == carried ? idle + 1 : 0;
    carried = now;
    if (idle < 5) return;
    pair.upward.end();
    pair.downward.end();
  };
  pair.handshake();
  INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
  if (pair.client.status == PLUGTLS_OK && pair.server.status == PLUGTLS_OK) {
    CHECK(pair.client.info().cipher_suite == pair.server.info().cipher_suite);
    CHECK(pair.client.info().version == pair.server.info().version);
    return;
  }
  for (End *end : {&pair.client, &pair.server})
    if (end->over()) check_typed(end);
}

}  // namespace

TEST_CASE("a flipped bit in the handshake is a typed error or makes no difference", "[faults]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool upward = GENERATE(true, false);
  PairOptions options;
  options.client.version(version);
  const Length whole = length_of_handshake(ends, options);
  const size_t end = upward ? whole.upward : whole.downward;
  for (size_t at = 0; at < end; at += step)
    check_flip(ends, options, upward, at);
}

TEST_CASE("a flipped bit in a data record is a bad record, wherever it is", "[faults]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const bool to_client = GENERATE(true, false);
  for (size_t at = 5; at < 40; ++at) {  // behind the record's header
    INFO("byte " << at);
    PairOptions options;
    options.client.version(version);
    Pair pair(ends, options);
    pair.connect();
    pair.drain(pair.client);
    End &reader = pair.end(to_client), &writer = pair.end(!to_client);
    Wire &wire = pair.wire_from(writer);
    wire.flip_at = wire.carried() + at;
    size_t taken = 0;
    REQUIRE(writer.write(std::string(100, 'd'), &taken) == PLUGTLS_OK);
    std::string data;
    CHECK(reader.read(&data) == PLUGTLS_FAILED);
    CHECK(data.empty());
    CHECK(reader.error.name() == "bad_record");
  }
}
