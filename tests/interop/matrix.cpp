// SPDX-License-Identifier: Apache-2.0
// Every backend as client with every backend as server, in every way there is; how much of it there was is
// told at the end, and counted against the product.
#include "combination.hpp"
#include "support/summary.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sstream>

using namespace interop;
using namespace support;

namespace {

struct Tally {
  size_t run = 0, refused = 0;
};

// A byte and a large record, both ways, in pieces that end anywhere.
void exchange(BufferPair *pair, Random *random) {
  for (const size_t size : {size_t{1}, size_t{16384}}) {
    const std::string data = random->bytes(size);
    CHECK(pair->transfer(pair->client, pair->server, data));
    CHECK(pair->transfer(pair->server, pair->client, data));
  }
}

SessionPtr connect(const Combination &combination, Contexts *contexts, Random *random,
                   plugtls_session *session) {
  BufferPair pair(combination.ends, contexts->visit(combination, session), random, 4096);
  pair.handshake();
  INFO("client: " << pair.client.story() << "\nserver: " << pair.server.story());
  REQUIRE(pair.client.status == PLUGTLS_OK);
  REQUIRE(pair.server.status == PLUGTLS_OK);
  check_negotiated(combination, pair, session != nullptr);
  exchange(&pair, random);
  if (session != nullptr || !supports(combination.ends.client, PLUGTLS_FEATURE_RESUMPTION))
    return nullptr;
  return session_of(pair.client);
}

// Each combination is two: a full handshake, and one that resumes its session.
void run(const Combination &combination, Contexts *contexts, Random *random, Tally *tally) {
  INFO(combination.text());
  if (!combination.possible()) {
    check_refused(combination, contexts);
    tally->refused += 2;
    return;
  }
  const SessionPtr session = connect(combination, contexts, random, nullptr);
  ++tally->run;
  if (!combination.ends.support(PLUGTLS_FEATURE_RESUMPTION)) {
    ++tally->refused;  // that it is by name is tests/conformance/sessions.cpp's
    return;
  }
  (void)connect(combination, contexts, random, session.get());
  ++tally->run;
}

std::string summary(const Tally &tally, uint64_t seed) {
  const size_t count = backend_names().size();
  std::ostringstream out;
  out << "interop: " << count << " x " << count << " backends x 2 versions set by either x "
      << kinds().size() << " kinds of keys x mutual x ALPN x SNI x resumption: " << tally.run
      << " combinations run, " << tally.refused << " refused by capability (seed " << seed << ")\n";
  return out.str();
}

}  // namespace

TEST_CASE("S11 every client talks to every server in every combination", "[interop]") {
  const uint64_t seed = test_seed();
  Random random(seed);
  Contexts contexts;
  Tally tally;
  INFO("PLUGTLS_TEST_SEED=" << seed);
  for (const Combination &combination : every_combination())
    run(combination, &contexts, &random, &tally);
  publish("interop", summary(tally, seed));
  const size_t count = backend_names().size();
  CHECK(tally.run + tally.refused == count * count * 2 * 2 * kinds().size() * 2 * 2 * 2 * 2);
  CHECK(tally.run > tally.refused);
}
