// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

namespace {

// The sanitizers take their time, and look at the same code for the next byte.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t every_byte = 5;
#else
constexpr size_t every_byte = 1;
#endif

// False if the stream was no longer than that, so that nothing was cut.
bool check_cut(const Ends &ends, const PairOptions &options, bool upward, size_t at) {
  INFO((upward ? "client's" : "server's") << " stream cut after " << at);
  Pair pair(ends, options);
  Wire &wire = upward ? pair.upward : pair.downward;
  wire.cut_at = at;
  pair.handshake();
  if (!wire.is_cut()) return false;
  End &reader = pair.end(!upward);
  INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
  // A handshake that ends amid its messages, or right after the reader's part of it was done.
  if (reader.status == PLUGTLS_OK) {
    std::string data;
    CHECK(reader.read(&data) == PLUGTLS_TRUNCATED);
  }
  CHECK(reader.over());
  CHECK(reader.error.name() == "truncated");
  check_typed(&reader);
  return true;
}

}  // namespace

TEST_CASE("B5 a handshake cut after any byte is truncation", "[faults]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  const bool upward = GENERATE(true, false);
  PairOptions options;
  options.client.version(version);
  const Length whole = length_of_handshake(ends, options);
  // To the end of what is sent, tickets included; how much that is varies by a few bytes with the signatures.
  // Who sends is of little matter to who reads: with another backend's stream, not every byte.
  const size_t step = ends.client == ends.server ? every_byte : 13;
  size_t at = 0;
  while (check_cut(ends, options, upward, at))
    at += step;
  CHECK(at + 16 > (upward ? whole.upward : whole.downward));
}
