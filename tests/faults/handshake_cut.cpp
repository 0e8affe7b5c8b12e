// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

namespace {

void check_cut(const Ends &ends, const PairOptions &options, bool upward, size_t at) {
  INFO((upward ? "client's" : "server's") << " stream cut after " << at);
  Pair pair(ends, options);
  (upward ? pair.upward : pair.downward).cut_at = at;
  pair.handshake();
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
}

}  // namespace

TEST_CASE("B5 a handshake cut after any byte is truncation", "[faults]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  const bool upward = GENERATE(true, false);
  PairOptions options;
  options.client.version(version);
  const Length whole = length_of_handshake(ends, options);
  // The last bytes may be tickets, and lengths vary by a few with the signatures.
  const size_t end = (upward ? whole.upward : whole.downward) - 16;
  for (size_t at = 0; at < end; ++at)
    check_cut(ends, options, upward, at);
}
