// SPDX-License-Identifier: Apache-2.0
// What would take too long in every combination: a byte at a time, 1 MiB, 64 MiB. Every client with every
// server in both versions, and for 1 MiB full and resumed, with certificates on both sides.
#include "combination.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace interop;
using namespace support;

namespace {

constexpr size_t kibibyte = 1024, mebibyte = kibibyte * kibibyte;

// One combination for each pair and version, of those with ALPN and SNI.
std::vector<Combination> rows(const std::string &kind, bool mutual) {
  std::vector<Combination> out;
  for (const Combination &one : every_combination())
    if (one.kind->name == kind && one.mutual == mutual && one.alpn && one.sni && !one.server_bounds)
      out.push_back(one);
  CHECK(out.size() == backend_names().size() * backend_names().size() * 2);
  return out;
}

void both_ways(BufferPair *pair, std::string_view data) {
  pair->handshake();
  INFO("client: " << pair->client.story() << "\nserver: " << pair->server.story());
  REQUIRE(pair->client.status == PLUGTLS_OK);
  REQUIRE(pair->server.status == PLUGTLS_OK);
  CHECK(pair->transfer(pair->client, pair->server, data));
  CHECK(pair->transfer(pair->server, pair->client, data));
}

// True if the combination is to be run; if not, that it is refused is checked.
bool possible(const Combination &combination, Contexts *contexts) {
  if (combination.possible()) return true;
  check_refused(combination, contexts);
  return false;
}

}  // namespace

TEST_CASE("S20 handshake and data a byte at a time, between all", "[interop]") {
  Random random(test_seed());
  Contexts contexts;
  for (const Combination &one : rows("P-256", false)) {
    INFO(one.text());
    if (!possible(one, &contexts)) continue;
    for (const size_t size : {size_t{1}, kibibyte}) {
      BufferPair pair(one.ends, contexts.visit(one), &random, 1);
      both_ways(&pair, random.bytes(size));
    }
  }
}

TEST_CASE("S20 a mebibyte both ways in random fragments, full and resumed", "[interop]") {
  const uint64_t seed = test_seed();
  Random random(seed);
  const std::string data = random.bytes(mebibyte);
  INFO("PLUGTLS_TEST_SEED=" << seed);
  Contexts contexts;
  for (const Combination &one : rows("RSA-2048", true)) {
    INFO(one.text());
    if (!possible(one, &contexts)) continue;
    BufferPair full(one.ends, contexts.visit(one), &random, 32 * kibibyte);
    both_ways(&full, data);
    if (!one.ends.support(PLUGTLS_FEATURE_RESUMPTION)) continue;
    const SessionPtr session = session_of(full.client);
    BufferPair resumed(one.ends, contexts.visit(one, session.get()), &random, 32 * kibibyte);
    both_ways(&resumed, data);
    CHECK(resumed.client.info().resumed == 1);
  }
}

TEST_CASE("S20 64 MiB both ways in random fragments, between all", "[interop]") {
  const uint64_t seed = test_seed();
  Random random(seed);
  const std::string data = random.bytes(64 * mebibyte);
  INFO("PLUGTLS_TEST_SEED=" << seed);
  Contexts contexts;
  for (const Combination &one : rows("P-256", false)) {
    INFO(one.text());
    if (!possible(one, &contexts)) continue;
    BufferPair pair(one.ends, contexts.visit(one), &random, 64 * kibibyte);
    both_ways(&pair, data);
  }
}
