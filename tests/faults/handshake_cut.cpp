// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <chrono>

namespace {

// Every byte where a handshake takes no time to speak of; some libraries, and sanitizers, would take many minutes.
size_t step_for(const Ends &ends, std::chrono::steady_clock::duration handshake) {
  // Who sends is of little matter to who reads: with another backend's stream, not every byte.
  if (ends.client != ends.server) return 13;
  return handshake < std::chrono::milliseconds(5) ? 1 : 7;
}

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
  if (!speak(ends, version)) return;
  const bool upward = GENERATE(true, false);
  PairOptions options;
  options.client.version(version);
  const auto begun = std::chrono::steady_clock::now();
  const Length whole = length_of_handshake(ends, options);
  // To the end of what is sent, tickets included; how much that is varies by a few bytes with the signatures.
  const size_t step = step_for(ends, std::chrono::steady_clock::now() - begun);
  size_t at = 0;
  while (check_cut(ends, options, upward, at))
    at += step;
  CHECK(at + 16 > (upward ? whole.upward : whole.downward));
}
