// SPDX-License-Identifier: Apache-2.0
// Early data (B10): off unless both ends ask for it, and never taken twice.
#include "cases.hpp"

namespace {

constexpr uint32_t limit = 4096;

// Both ends' contexts, which allow early data, and a session that does.
struct Shop {
  ContextPtr client, server;
  SessionPtr session;

  Shop(const Ends &ends, PairOptions options)
      : client(make_context(ends.client, options.client)),
        server(make_context(ends.server, options.server)) {
    options.client_context = client.get();
    options.server_context = server.get();
    Pair pair(ends, options);
    pair.connect();
    CHECK(pair.to_client("ticket") == "ticket");
    plugtls_session *out = nullptr;
    REQUIRE(plugtls_session_get(pair.client.get(), &out, nullptr) == PLUGTLS_OK);
    session.reset(out);
  }
  PairOptions visit() const {
    PairOptions out;
    out.client_context = client.get();
    out.server_context = server.get();
    out.session = session.get();
    return out;
  }
};

std::optional<PairOptions> allowing(const Ends &ends) {
  PairOptions out;
  out.client.early_data_max = 1;
  out.server.early_data_max = limit;
  for (const bool client : {true, false}) {
    const std::string &backend = client ? ends.client : ends.server;
    if (supports(backend, PLUGTLS_FEATURE_EARLY_DATA)) continue;
    check_unsupported(context_error(backend, client ? out.client : out.server),
                      PLUGTLS_FEATURE_EARLY_DATA, backend);
    return std::nullopt;
  }
  return out;
}

plugtls_status write_early(End &end, std::string_view data, size_t *taken) {
  *taken = 0;
  return plugtls_write_early(end.get(), data.data(), data.size(), taken, &end.error);
}

// Everything that arrives early; the status is that of the last read.
std::string read_early(Pair &pair, plugtls_status *status) {
  std::string out;
  char buffer[512];
  for (;;) {
    size_t size = 0;
    *status =
        plugtls_read_early(pair.server.get(), buffer, sizeof buffer, &size, &pair.server.error);
    if (*status == PLUGTLS_OK) out.append(buffer, size);
    if (*status == PLUGTLS_WANT_READ) pair.client.handshake();
    if (*status == PLUGTLS_CLOSED || *status == PLUGTLS_FAILED) return out;
  }
}

}  // namespace

TEST_CASE("B10 early data arrive before the handshake is done, in both directions' view",
          "[early-data]") {
  FOR_EVERY_PAIR(ends);
  const auto options = allowing(ends);
  if (!options) return;
  const Shop shop(ends, *options);
  plugtls_session_info facts{};
  facts.size = sizeof facts;
  REQUIRE(plugtls_session_info_get(shop.session.get(), &facts, nullptr) == PLUGTLS_OK);
  CHECK(facts.early_data_max == limit);
  Pair pair(ends, shop.visit());
  size_t taken = 0;
  REQUIRE(write_early(pair.client, "GET / ", &taken) == PLUGTLS_OK);
  CHECK(taken == 6);
  REQUIRE(write_early(pair.client, "early", &taken) == PLUGTLS_OK);
  plugtls_status status = PLUGTLS_OK;
  CHECK(read_early(pair, &status) == "GET / early");
  CHECK(status == PLUGTLS_CLOSED);
  CHECK(pair.server.info().handshake_done == 0);
  pair.connect();
  CHECK(pair.client.info().early_data == PLUGTLS_EARLY_DATA_ACCEPTED);
  CHECK(pair.server.info().early_data == PLUGTLS_EARLY_DATA_ACCEPTED);
  CHECK(pair.client.info().resumed == 1);
  CHECK(pair.to_server("and then") == "and then");
  CHECK(pair.to_client("an answer") == "an answer");
}

TEST_CASE("B10 early data are taken once: the same session again is refused them", "[early-data]") {
  FOR_EVERY_PAIR(ends);
  const auto options = allowing(ends);
  if (!options) return;
  const Shop shop(ends, *options);
  for (const bool replay : {false, true}) {
    Pair pair(ends, shop.visit());
    size_t taken = 0;
    REQUIRE(write_early(pair.client, "pay 100", &taken) == PLUGTLS_OK);
    plugtls_status status = PLUGTLS_OK;
    CHECK(read_early(pair, &status) == (replay ? "" : "pay 100"));
    CHECK(status == PLUGTLS_CLOSED);
    pair.connect();
    CHECK(pair.client.info().early_data ==
          (replay ? PLUGTLS_EARLY_DATA_REJECTED + 0U : PLUGTLS_EARLY_DATA_ACCEPTED + 0U));
    CHECK(pair.to_server("goes on") == "goes on");
  }
}

TEST_CASE("B10 early data are not taken again by another server that has the same ticket keys",
          "[early-data]") {
  FOR_EVERY_PAIR(ends);
  auto options = allowing(ends);
  if (!options) return;
  plugtls_ticket_key key{};
  key.size = sizeof key;
  std::fill(std::begin(key.key), std::end(key.key), uint8_t{7});
  options->server.ticket_keys = {key};
  if (const auto refused = refusal(ends.server, options->server)) {
    check_unsupported(*refused, PLUGTLS_FEATURE_EARLY_DATA, ends.server);
    return;
  }
  const Shop shop(ends, *options);
  const ContextPtr other = make_context(ends.server, options->server);
  for (const bool replay : {false, true}) {
    PairOptions visit = shop.visit();
    if (replay) visit.server_context = other.get();
    Pair pair(ends, visit);
    size_t taken = 0;
    REQUIRE(write_early(pair.client, "pay 100", &taken) == PLUGTLS_OK);
    plugtls_status status = PLUGTLS_OK;
    CHECK(read_early(pair, &status) == (replay ? "" : "pay 100"));
    CHECK(status == PLUGTLS_CLOSED);
    pair.connect();
    CHECK(pair.server.info().resumed == 1);
    CHECK(pair.to_server("goes on") == "goes on");
  }
}

TEST_CASE("B10 a server that does not read early rejects them, and loses nothing else",
          "[early-data]") {
  FOR_EVERY_PAIR(ends);
  const auto options = allowing(ends);
  if (!options) return;
  const Shop shop(ends, *options);
  Pair pair(ends, shop.visit());
  size_t taken = 0;
  REQUIRE(write_early(pair.client, "unread", &taken) == PLUGTLS_OK);
  pair.connect();
  CHECK(pair.client.info().early_data == PLUGTLS_EARLY_DATA_REJECTED);
  CHECK(pair.to_server("read") == "read");
}

TEST_CASE("B10 without early data read_early says closed and the handshake goes on",
          "[early-data]") {
  FOR_EVERY_PAIR(ends);
  const auto options = allowing(ends);
  if (!options) return;
  Pair pair(ends, *options);
  plugtls_status status = PLUGTLS_OK;
  pair.client.handshake();
  CHECK(read_early(pair, &status).empty());
  CHECK(status == PLUGTLS_CLOSED);
  pair.connect();
  CHECK(pair.client.info().early_data == PLUGTLS_EARLY_DATA_NONE);
  CHECK(pair.server.info().early_data == PLUGTLS_EARLY_DATA_NONE);
}

TEST_CASE("B10 early data need a session, permission and a handshake still to come",
          "[early-data]") {
  FOR_EVERY_PAIR(ends);
  const auto options = allowing(ends);
  if (!options) return;
  size_t taken = 0;
  Pair fresh(ends, *options);
  CHECK(write_early(fresh.client, "x", &taken) == PLUGTLS_FAILED);
  CHECK(fresh.client.error.name() == "no_session");
  fresh.connect();  // the connection survives that
  CHECK(write_early(fresh.client, "x", &taken) == PLUGTLS_FAILED);
  CHECK(fresh.client.error.name() == "wrong_state");
  CHECK(write_early(fresh.server, "x", &taken) == PLUGTLS_FAILED);
  CHECK(fresh.server.error.name() == "wrong_state");
  PairOptions off;
  off.server.early_data_max = limit;
  const Shop shop(ends, off);
  Pair refused(ends, shop.visit());
  CHECK(write_early(refused.client, "x", &taken) == PLUGTLS_FAILED);
  CHECK(refused.client.error.name() == "wrong_state");
  refused.connect();
  CHECK(refused.client.info().resumed == 1);
}

TEST_CASE("B10 a server accepts no more early data than it said", "[early-data]") {
  FOR_EVERY_PAIR(ends);
  auto options = allowing(ends);
  if (!options) return;
  const Shop shop(ends, *options);
  Pair pair(ends, shop.visit());
  const std::string much(limit + 1, 'm');
  size_t taken = 0;
  plugtls_status status = write_early(pair.client, much, &taken);
  // A client that knows the limit refuses, or takes what is within it.
  if (status == PLUGTLS_OK) {
    CHECK(taken <= limit);
  } else {
    CHECK(status == PLUGTLS_FAILED);
  }
}

TEST_CASE("B10 early data that cannot be guarded against replay are refused by name",
          "[early-data]") {
  FOR_EVERY_BACKEND(name);
  if (!supports(name, PLUGTLS_FEATURE_EARLY_DATA)) return;
  Config server = server_config();
  server.early_data_max = limit;
  SECTION("without resumption") {
    server.flags = PLUGTLS_CONFIG_NO_RESUMPTION;
  }
  SECTION("without TLS 1.3") {
    server.version(PLUGTLS_VERSION_TLS1_2);
  }
  check_unsupported(context_error(name, server), PLUGTLS_FEATURE_EARLY_DATA, name);
}

TEST_CASE("B10 B21 the limit on early data can be read back", "[early-data]") {
  FOR_EVERY_BACKEND(name);
  if (!supports(name, PLUGTLS_FEATURE_EARLY_DATA)) return;
  Config server = server_config();
  server.early_data_max = limit;
  uint64_t value = 0;
  const ContextPtr context = make_context(name, server);
  REQUIRE(plugtls_context_value(context.get(), PLUGTLS_VALUE_EARLY_DATA_MAX, &value, nullptr) ==
          PLUGTLS_OK);
  CHECK(value == limit);
}
