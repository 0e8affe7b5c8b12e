// SPDX-License-Identifier: Apache-2.0
// The contract between libplugtls and a backend, and between libplugtls and a program: structs of other sizes, slots that
// are absent, who frees what, and whose words an error has.
#include "toy_world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <cstring>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("P-GEN-6 everything made is freed once, in any order", "[abi]") {
  ToyWorld world;
  const auto before = counters(world.backend);
  {
    Pair pair(world.backend);
    pair.connect();
    REQUIRE(pair.handshake());
    plugtls_session *raw = nullptr;
    REQUIRE(plugtls_session_get(pair.client.get(), &raw, nullptr) == PLUGTLS_OK);
    const SessionPtr session(raw);
    // Contexts first, while connection and session still need them.
    pair.client_context.reset();
    pair.server_context.reset();
    write_all(pair.client.get(), "alive");
    CHECK(read_some(pair.server.get()) == "alive");
  }
  plugtls_context_free(nullptr);
  plugtls_connection_free(nullptr);
  plugtls_session_free(nullptr);
  plugtls_chain_free(nullptr);
  plugtls_buffer_free(nullptr);
  plugtls_registry_free(nullptr);
  const auto after = counters(world.backend);
  CHECK(after[TOY_COUNT_CONTEXT_CREATE] == before[TOY_COUNT_CONTEXT_CREATE] + 2);
  CHECK(after[TOY_COUNT_CONTEXT_FREE] == after[TOY_COUNT_CONTEXT_CREATE]);
  CHECK(after[TOY_COUNT_CONNECTION_FREE] == after[TOY_COUNT_CONNECTION_CREATE]);
  CHECK(after[TOY_COUNT_SESSION_FREE] == after[TOY_COUNT_SESSION_CREATE]);
}

TEST_CASE("P-ABI-4 what a backend lacks answers unsupported, naming it", "[abi]") {
  const std::string variant = GENERATE("no_optional", "required_only");
  CAPTURE(variant);
  ToyWorld world(variant);
  Pair pair(world.backend);
  pair.connect();
  REQUIRE(pair.handshake());
  plugtls_connection *client = pair.client.get();
  const auto check = [&](plugtls_status status, const Error &error) {
    CHECK(status == PLUGTLS_FAILED);
    CHECK(error_name(error) == "unsupported");
    CHECK(error.feature != PLUGTLS_FEATURE_NONE);
    CHECK_THAT(error.message, ContainsSubstring(plugtls_feature_name(error.feature)));
    CHECK(std::string(error.backend) == backend_name(variant));
  };
  uint8_t out[32] = {};
  size_t size = 0;
  Error error;
  check(plugtls_key_update(client, 0, &error), error);
  check(plugtls_export_keying_material(client, "label", {}, out, sizeof out, &error), error);
  check(
      plugtls_channel_binding(client, PLUGTLS_BINDING_TLS_EXPORTER, out, sizeof out, &size, &error),
      error);
  check(plugtls_request_client_certificate(pair.server.get(), &error), error);
  check(plugtls_write_early(client, "x", 1, &size, &error), error);
  check(plugtls_read_early(pair.server.get(), out, 1, &size, &error), error);
  check(plugtls_connection_set_context(client, pair.client_context.get(), &error), error);
  plugtls_session *session = nullptr;
  check(plugtls_session_get(client, &session, &error), error);
  check(plugtls_session_import(pair.client_context.get(), bytes_of("x"), &session, &error), error);
  plugtls_chain *chain = nullptr;
  check(plugtls_connection_chain(client, PLUGTLS_CHAIN_PEER, &chain, &error), error);
  const plugtls_ticket_key key = {sizeof key, 0, {}, {}};
  const plugtls_ticket_key *keys[] = {&key};
  uint64_t value = 0;
  check(plugtls_context_value(pair.client_context.get(), PLUGTLS_VALUE_FLAGS, &value, &error),
        error);
  check(plugtls_context_set_ticket_keys(pair.server_context.get(), keys, 1, &error), error);
  plugtls_verify_request request = {};
  request.size = sizeof request;
  request.purpose = PLUGTLS_PURPOSE_SERVER;
  request.chain = pair.server_config.raw.identities[0]->certificates;
  request.chain_count = 1;
  int32_t code = 0, depth = 0;
  check(
      plugtls_verify_chain(world.backend, &pair.client_config.raw, &request, &code, &depth, &error),
      error);
  // And what it has still works.
  write_all(client, "works");
  CHECK(read_some(pair.server.get()) == "works");
}

TEST_CASE("P-GEN-5 a setting the backend cannot do is refused, naming feature and backend",
          "[abi]") {
  ToyWorld world;
  Config config(PLUGTLS_ROLE_SERVER);
  uint32_t feature = 0;
  const plugtls_ticket_key key = {sizeof key, 0, {}, {}};
  const plugtls_ticket_key *keys[] = {&key};
  SECTION("early data") {
    config.raw.early_data_max = 1;
    feature = PLUGTLS_FEATURE_EARLY_DATA;
  }
  SECTION("record size") {
    config.raw.record_size_limit = 1024;
    feature = PLUGTLS_FEATURE_RECORD_SIZE_LIMIT;
  }
  SECTION("client authentication") {
    config.raw.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
    feature = PLUGTLS_FEATURE_CLIENT_AUTH;
  }
  SECTION("ticket keys") {
    config.raw.ticket_keys = keys;
    config.raw.ticket_key_count = 1;
    feature = PLUGTLS_FEATURE_TICKET_KEYS;
  }
  SECTION("verification time") {
    config.raw.flags |= PLUGTLS_CONFIG_VERIFY_TIME;
    feature = PLUGTLS_FEATURE_VERIFY_TIME;
  }
  SECTION("TLS 1.0") {
    config.raw.version_min = PLUGTLS_VERSION_TLS1_0;
    feature = PLUGTLS_FEATURE_TLS1_0;
  }
  Error error;
  CHECK_FALSE(make_context(world.backend, config.raw, nullptr, &error));
  CHECK(error_name(error) == "unsupported");
  CHECK(std::string(plugtls_feature_name(error.feature)) == plugtls_feature_name(feature));
  CHECK_THAT(error.message,
             ContainsSubstring("good") && ContainsSubstring(plugtls_feature_name(feature)));
}

TEST_CASE("P-GEN-2 what a backend says when it fails arrives, and silence is called internal",
          "[abi]") {
  ToyWorld world;
  Config config(PLUGTLS_ROLE_CLIENT);
  Error error;
  SECTION("a reason") {
    config.set_alpn({TOY_SCRIPT_FAIL_CONTEXT});
    CHECK_FALSE(make_context(world.backend, config.raw, nullptr, &error));
    CHECK(error_name(error) == "certificate_malformed");
    CHECK_THAT(error.message, ContainsSubstring("as the script says"));
    CHECK(std::string(error.backend) == "good");
  }
  SECTION("nothing") {
    config.set_alpn({TOY_SCRIPT_EMPTY_ERROR});
    CHECK_FALSE(make_context(world.backend, config.raw, nullptr, &error));
    CHECK(error_name(error) == "internal");
    CHECK_THAT(error.message, ContainsSubstring("good"));
  }
  SECTION("success, and no object") {
    config.set_alpn({TOY_SCRIPT_NO_OBJECT});
    CHECK_FALSE(make_context(world.backend, config.raw, nullptr, &error));
    CHECK(error.code != PLUGTLS_E_NONE);
  }
  SECTION("text without an end") {
    config.set_alpn({TOY_SCRIPT_LONG_MESSAGE});
    CHECK_FALSE(make_context(world.backend, config.raw, nullptr, &error));
    CHECK(strnlen(error.message, sizeof error.message) < sizeof error.message);
    CHECK(strnlen(error.native, sizeof error.native) < sizeof error.native);
    CHECK(strnlen(error.backend, sizeof error.backend) < sizeof error.backend);
  }
  SECTION("to nobody") {
    config.set_alpn({TOY_SCRIPT_FAIL_CONTEXT});
    CHECK_FALSE(make_context(world.backend, config.raw, nullptr, nullptr));
  }
}

namespace {

// A configuration of a later version of the API.
struct LaterConfig {
  plugtls_config known;
  uint64_t later;
};

}  // namespace

TEST_CASE("P-ABI-3 a configuration newer than libplugtls is good only while its news is zero",
          "[abi]") {
  ToyWorld world;
  LaterConfig config = {Config(PLUGTLS_ROLE_CLIENT).raw, 0};
  config.known.size = sizeof config;
  Error error;
  CHECK(make_context(world.backend, config.known, nullptr, &error));
  config.later = uint64_t{1} << 63;
  CHECK_FALSE(make_context(world.backend, config.known, nullptr, &error));
  CHECK(error_name(error) == "unsupported");
}

TEST_CASE("P-ABI-2 a configuration older than libplugtls means zero for the rest", "[abi]") {
  ToyWorld world;
  Config config(PLUGTLS_ROLE_CLIENT);
  config.raw.size = offsetof(plugtls_config, ticket_count);
  config.raw.ticket_count = 0xdeadbeef;  // not the library's business
  Error error;
  CHECK(make_context(world.backend, config.raw, nullptr, &error));
  INFO(error.message);
  SECTION("of no size") {
    config.raw.size = 0;
    CHECK_FALSE(make_context(world.backend, config.raw, nullptr, &error));
    CHECK(error_name(error) == "invalid_argument");
  }
}

TEST_CASE("P-ABI-2 a newer backend serves an older host, and the other way round", "[abi]") {
  ToyWorld world("newer");
  plugtls_backend_description description = {};
  description.size = sizeof description;
  plugtls_backend_describe(world.backend, &description);
  CHECK(description.abi_major == 1);
  CHECK(description.abi_minor == 7);
  Pair pair(world.backend);
  pair.connect();
  REQUIRE(pair.handshake());
  write_all(pair.client.get(), "between the times");
  CHECK(read_some(pair.server.get()) == "between the times");
}

TEST_CASE("P-ABI-2 errors of any size are filled as far as they go, and no further", "[abi]") {
  ToyWorld world;
  Config config(PLUGTLS_ROLE_CLIENT);
  config.set_alpn({TOY_SCRIPT_FAIL_CONTEXT});
  struct {
    plugtls_error known;
    std::array<uint8_t, 64> later;
  } err = {};
  std::memset(&err, 0x5a, sizeof err);
  const auto untouched_from = [&](size_t offset) {
    const auto *bytes = reinterpret_cast<const uint8_t *>(&err);
    for (size_t i = offset; i < sizeof err; ++i) {
      if (bytes[i] != 0x5a) return false;
    }
    return true;
  };
  uint32_t size = 0;
  SECTION("code alone") {
    size = offsetof(plugtls_error, alert);
  }
  SECTION("no text") {
    size = offsetof(plugtls_error, backend);
  }
  SECTION("text cut in the middle") {
    size = offsetof(plugtls_error, message) + 8;
  }
  SECTION("larger than ours") {
    size = sizeof err;
  }
  err.known.size = size;
  CHECK_FALSE(make_context(world.backend, config.raw, nullptr, &err.known));
  CHECK(err.known.size == size);
  CHECK(err.known.code == PLUGTLS_E_CERTIFICATE_MALFORMED);
  CHECK(untouched_from(size < sizeof err.known ? size : sizeof err.known));
  if (size > offsetof(plugtls_error, message) && size < sizeof err.known)
    CHECK(strnlen(err.known.message, 8) < 8);  // a cut text ends within what was given
}

TEST_CASE("P-ABI-2 other outputs of any size are filled as far as they go", "[abi]") {
  ToyWorld world;
  struct {
    plugtls_capability known;
    std::array<uint8_t, 64> later;
  } out = {};
  const auto untouched_from = [&](size_t offset) {
    const auto *bytes = reinterpret_cast<const uint8_t *>(&out);
    for (size_t i = offset; i < sizeof out; ++i) {
      if (bytes[i] != 0x5a) return false;
    }
    return true;
  };
  for (const size_t size : {offsetof(plugtls_capability, value), sizeof out.known, sizeof out}) {
    std::memset(&out, 0x5a, sizeof out);
    out.known.size = static_cast<uint32_t>(size);
    plugtls_backend_capability(world.backend, PLUGTLS_FEATURE_ALPN, &out.known);
    CHECK(out.known.level == PLUGTLS_YES);
    CHECK(untouched_from(size < sizeof out.known ? size : sizeof out.known));
  }
  plugtls_capability unknown = {};
  unknown.size = sizeof unknown;
  plugtls_backend_capability(world.backend, 54321, &unknown);
  CHECK(unknown.level == PLUGTLS_NO);
}

TEST_CASE("B2 a layer hands everything on", "[abi]") {
  ToyWorld world;
  plugtls_backend *layered = Registry(world.directory).open("layer(good)");
  REQUIRE(layered != nullptr);
  const auto before = counters(world.backend);
  Pair pair(layered);
  pair.connect();
  REQUIRE(pair.handshake());
  write_all(pair.client.get(), "through the layer");
  CHECK(read_some(pair.server.get()) == "through the layer");
  CHECK(counters(world.backend)[TOY_COUNT_WRITE] == before[TOY_COUNT_WRITE] + 1);

  Config config(PLUGTLS_ROLE_CLIENT);
  config.set_alpn({TOY_SCRIPT_FAIL_CONTEXT});
  Error error;
  CHECK_FALSE(make_context(layered, config.raw, nullptr, &error));
  CHECK(std::string(error.backend) == "layer(good)");
}
