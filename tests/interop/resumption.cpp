// SPDX-License-Identifier: Apache-2.0
// B6: how many handshakes are resumed, and what becomes of tickets that open nothing.
#include "combination.hpp"
#include "support/clock.hpp"
#include "support/pair.hpp"
#include "support/summary.hpp"

#include <plugtls/kit/client_hello.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <sstream>

using namespace interop;
using namespace support;
using Catch::Generators::from_range;

namespace {

constexpr int connections = 1000;

std::string cell(const Ends &ends, uint16_t version) {
  return ends.client + " to " + ends.server +
         (version == PLUGTLS_VERSION_TLS1_3 ? ", TLS 1.3" : ", TLS 1.2");
}

plugtls_ticket_key ticket_key(uint8_t name, uint8_t seed) {
  plugtls_ticket_key out{};
  out.size = sizeof out;
  out.name[0] = name;
  for (size_t i = 0; i < sizeof out.key; ++i)
    out.key[i] = static_cast<uint8_t>(i * 37 + seed);
  return out;
}

// The contexts of both ends, and the session of the newest visit.
struct Visits {
  Ends ends;
  ContextPtr client, server;
  SessionPtr session = nullptr;

  Visits(const Ends &between, uint16_t version, const Config &served = server_config())
      : ends(between), server(make_context(ends.server, served)) {
    Config asking = client_config();
    asking.version(version);
    client = make_context(ends.client, asking);
  }

  PairOptions options() const {
    PairOptions out;
    out.client_context = client.get();
    out.server_context = server.get();
    out.session = session.get();
    return out;
  }

  // A handshake, data both ways, and the newest session there is.
  bool finish(Pair *pair) {
    pair->connect();
    CHECK(pair->to_server("question") == "question");
    CHECK(pair->to_client("answer") == "answer");
    const plugtls_connection_info info = pair->client.info();
    CHECK(info.resumed == pair->server.info().resumed);
    // In TLS 1.3 a ticket is for one visit (RFC 8446, C.4): each has to bring a new one. In TLS 1.2 it stays good.
    plugtls_session *newer = nullptr;
    Error error;
    const bool renewed = plugtls_session_get(pair->client.get(), &newer, &error) == PLUGTLS_OK;
    INFO(error.text());
    if (renewed)
      session.reset(newer);
    else if (session == nullptr || info.version == PLUGTLS_VERSION_TLS1_3)
      FAIL_CHECK("the visit left no session");
    return info.resumed == 1;
  }

  bool visit() {
    Pair pair(ends, options());
    return finish(&pair);
  }

  // The server goes on as ever. A client that keeps a ticket of TLS 1.2 gets no new one from a server on wolfSSL.
  void check_fresh() {
    session.reset();
    CHECK_FALSE(visit());
    CHECK(visit());
  }
};

// The ticket in a ClientHello: of TLS 1.2 an extension of its own (RFC 5077), of TLS 1.3 the first key that is offered.
std::string offered_ticket(const std::string &flight) {
  using plugtls::kit::ByteReader;
  using plugtls::kit::ByteView;
  ByteReader reader(ByteView(reinterpret_cast<const uint8_t *>(flight.data()), flight.size()));
  reader.take(5 + 4 + 2 + 32);  // record and message headers, version, random
  reader.vector(1);
  reader.vector(2);
  reader.vector(1);
  ByteReader extensions(reader.vector(2));
  std::string out;
  while (!extensions.at_end()) {
    const auto type = extensions.number(2);
    ByteView value = extensions.vector(2);
    if (type == 41) value = ByteReader(ByteReader(value).vector(2)).vector(2);
    if (type == 35 || type == 41)
      out.assign(reinterpret_cast<const char *>(value.data()), value.size());
  }
  return out;
}

// By what a ticket names its key (RFC 5077, 4), after a visit that offers it.
std::string key_name(Visits *visits, bool *resumed) {
  Pair pair(visits->ends, visits->options());
  CHECK(pair.client.handshake() == PLUGTLS_WANT_READ);
  const std::string ticket = offered_ticket(pair.upward.everything());
  *resumed = visits->finish(&pair);
  return ticket.substr(0, 16);
}

bool can_resume(const Ends &ends) {
  // That it is refused by name is tests/conformance/sessions.cpp's.
  return ends.support(PLUGTLS_FEATURE_RESUMPTION);
}

const std::vector<uint16_t> versions = {PLUGTLS_VERSION_TLS1_2, PLUGTLS_VERSION_TLS1_3};

}  // namespace

TEST_CASE("B6 each of a thousand connections after the first is resumed, between all",
          "[interop][long]") {
  std::ostringstream table;
  table << "Resumed after the first, of " << connections << " connections:\n";
  for (const Ends &ends : every_pair())
    for (const uint16_t version : versions) {
      INFO(cell(ends, version));
      if (!can_resume(ends)) continue;
      Visits visits(ends, version);
      CHECK_FALSE(visits.visit());
      const auto begun = std::chrono::steady_clock::now();
      int resumed = 0;
      for (int i = 1; i < connections; ++i)
        resumed += visits.visit() ? 1 : 0;
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - begun;
      CHECK(resumed == connections - 1);
      std::array<char, 160> line{};
      std::snprintf(line.data(), line.size(), "  %-30s %5.1f %% (%d of %d), %.2f ms each\n",
                    cell(ends, version).c_str(), 100.0 * resumed / (connections - 1), resumed,
                    connections - 1, took.count() / (connections - 1));
      table << line.data();
    }
  publish("resumption", table.str());
}

TEST_CASE("B6 a ticket of a server with other keys falls back to a full handshake", "[interop]") {
  const Ends ends = GENERATE(from_range(every_pair()));
  const uint16_t version = GENERATE(from_range(versions));
  INFO(cell(ends, version));
  if (!can_resume(ends)) return;
  Visits visits(ends, version);
  CHECK_FALSE(visits.visit());
  for (const std::string &other : backend_names()) {
    if (!can_resume({ends.client, other})) continue;
    INFO("another server, on " << other);
    visits.ends.server = other;
    visits.server = make_context(other, server_config());
    CHECK_FALSE(visits.visit());
    visits.check_fresh();
  }
}

TEST_CASE("B6 a ticket that is wrong falls back to a full handshake", "[interop]") {
  const Ends ends = GENERATE(from_range(every_pair()));
  const uint16_t version = GENERATE(from_range(versions));
  INFO(cell(ends, version));
  if (!can_resume(ends) || !supports(ends.server, PLUGTLS_FEATURE_TICKET_KEYS)) return;
  Config served = server_config();
  served.ticket_keys = {ticket_key(1, 1)};
  Visits visits(ends, version, served);
  CHECK_FALSE(visits.visit());
  CHECK(visits.visit());
  // A key of the same name, for which everything in the ticket is nonsense.
  served.ticket_keys = {ticket_key(1, 2)};
  visits.server = make_context(ends.server, served);
  CHECK_FALSE(visits.visit());
  visits.check_fresh();
}

TEST_CASE("B6 a ticket that has expired falls back to a full handshake", "[interop]") {
  const Ends ends = GENERATE(from_range(every_pair()));
  const uint16_t version = GENERATE(from_range(versions));
  INFO(cell(ends, version));
  if (!can_resume(ends)) return;
  Clock clock;
  Config served = server_config();
  served.ticket_lifetime_s = 1000;
  Visits visits(ends, version, served);
  CHECK_FALSE(visits.visit());
  CHECK(visits.visit());
  clock.advance(900);
  {
    // The client offers it in time, and the server looks at it too late.
    Pair pair(ends, visits.options());
    CHECK(pair.client.handshake() == PLUGTLS_WANT_READ);
    CHECK_FALSE(offered_ticket(pair.upward.everything()).empty());
    clock.advance(200);
    CHECK_FALSE(visits.finish(&pair));
  }
  // What has expired is not even offered.
  clock.advance(1100);
  Pair late(ends, visits.options());
  CHECK(late.client.handshake() == PLUGTLS_WANT_READ);
  CHECK(offered_ticket(late.upward.everything()).empty());
  CHECK_FALSE(visits.finish(&late));
  visits.check_fresh();
}

TEST_CASE("B6 a server's own ticket keys rotate, and the one before still opens", "[interop]") {
  const Ends ends = GENERATE(from_range(every_pair()));
  const uint16_t version = GENERATE(from_range(versions));
  INFO(cell(ends, version));
  if (!can_resume(ends)) return;
  Clock clock;
  Visits visits(ends, version);  // tickets good for two hours, and so long is a key in use
  CHECK_FALSE(visits.visit());
  bool resumed = false;
  const std::string first = key_name(&visits, &resumed);
  CHECK(resumed);
  clock.advance(7100);
  visits.session.reset();
  CHECK_FALSE(visits.visit());  // a ticket by the first key still
  clock.advance(200);
  CHECK(key_name(&visits, &resumed) == first);
  CHECK(resumed);
  visits.session.reset();
  CHECK_FALSE(visits.visit());
  CHECK(key_name(&visits, &resumed) != first);
  CHECK(resumed);
}
