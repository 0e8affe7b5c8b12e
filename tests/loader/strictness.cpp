// SPDX-License-Identifier: Apache-2.0
// Nothing that is asked for is dropped in silence: what libplugtls does not know, or cannot do, is an error; and what
// it says about it fits on one line of any terminal.
#include "toy_pair.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <errno.h>

#include <algorithm>
#include <cstdint>
#include <string>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;

namespace {

// A struct of a later version of the API: ours, and a member that is not known here.
template <typename Known>
struct Later {
  Known known{};
  uint64_t news = 0;
  Later() { known.size = sizeof(Later); }
};

struct World {
  World() {
    directory.add_backend("good");
    directory.add_backend("layer");
    backend = Registry(directory).open("good");
    REQUIRE(backend != nullptr);
  }
  Directory directory;
  plugtls_backend *backend = nullptr;
};

bool is_printable(const char *text) {
  return std::all_of(text, text + std::char_traits<char>::length(text),
                     [](char c) { return (c < '\0' || c >= ' ') && c != '\x7f'; });
}

// Makes a connection of whatever size its options have, over a transport nobody uses.
plugtls_status connect_with(plugtls_backend *backend, const plugtls_connection_options &options,
                            plugtls_error *err, uint32_t role = PLUGTLS_ROLE_CLIENT) {
  const Config config(role);
  const ContextPtr context = make_context(backend, config.raw);
  plugtls_buffer *raw = nullptr;
  REQUIRE(plugtls_buffer_create(0, &raw, nullptr) == PLUGTLS_OK);
  const BufferPtr buffer(raw);
  plugtls_transport transport = {};
  transport.size = sizeof transport;
  plugtls_transport_from_buffers(raw, raw, &transport);
  plugtls_connection *connection = nullptr;
  const plugtls_status status =
      plugtls_connection_create(context.get(), &options, &transport, &connection, err);
  plugtls_connection_free(connection);
  return status;
}

}  // namespace

TEST_CASE("B19 a wrapper that was refused alone still wraps", "[strict]") {
  const World world;
  Registry registry(world.directory);
  CHECK(registry.open("layer") == nullptr);
  CHECK(error_name(registry.open_error()) == "backend_refused");
  plugtls_backend *layered = registry.open("layer(good)");
  CAPTURE(registry.open_error().message);
  REQUIRE(layered != nullptr);
  CHECK(describe_name(layered) == "layer(good)");
  // And alone it is refused as before.
  CHECK(registry.open("layer") == nullptr);
  CHECK(registry.candidate("layer").stage == PLUGTLS_STAGE_REFUSED);
  CHECK(registry.open("layer(good)") == layered);
}

TEST_CASE("P-ABI-3 the registry's options are refused where they are not known", "[strict]") {
  Later<plugtls_registry_options> options;
  options.known.flags = PLUGTLS_REGISTRY_ONLY_DIRECTORIES | PLUGTLS_REGISTRY_IGNORE_CONFIG;
  plugtls_registry *registry = nullptr;
  Error error;
  SECTION("a flag") {
    options.known.flags |= 1U << 30;
  }
  SECTION("a setting") {
    options.news = 1;
  }
  CHECK(plugtls_registry_create(&options.known, &registry, &error) == PLUGTLS_FAILED);
  CHECK(registry == nullptr);
  CHECK(error_name(error) == "invalid_argument");
}

TEST_CASE("P-ABI-3 the registry's options may be larger where the rest is zero", "[strict]") {
  Later<plugtls_registry_options> options;
  options.known.flags = PLUGTLS_REGISTRY_ONLY_DIRECTORIES | PLUGTLS_REGISTRY_IGNORE_CONFIG;
  plugtls_registry *registry = nullptr;
  REQUIRE(plugtls_registry_create(&options.known, &registry, nullptr) == PLUGTLS_OK);
  const RegistryPtr owned(registry);
}

TEST_CASE("P-ABI-3 a connection's options are refused where they are not known", "[strict]") {
  const World world;
  Later<plugtls_connection_options> options;
  options.known.server_hostname = "example.org";
  Error error;
  CHECK(connect_with(world.backend, options.known, &error) == PLUGTLS_OK);
  SECTION("a setting") {
    options.news = uint64_t{1} << 63;
    CHECK(connect_with(world.backend, options.known, &error) == PLUGTLS_FAILED);
    CHECK(error_name(error) == "unsupported");
    CHECK(std::string(error.backend) == "good");
  }
  SECTION("a flag") {
    options.known.flags = 2;
    CHECK(connect_with(world.backend, options.known, &error) == PLUGTLS_FAILED);
    CHECK(error_name(error) == "invalid_argument");
  }
}

TEST_CASE("P-ABI-3 callbacks are refused where they are not known", "[strict]") {
  const World world;
  const Config config(PLUGTLS_ROLE_CLIENT);
  Later<plugtls_callbacks> callbacks;
  Error error;
  CHECK(make_context(world.backend, config.raw, &callbacks.known, &error));
  callbacks.news = 1;
  CHECK_FALSE(make_context(world.backend, config.raw, &callbacks.known, &error));
  CHECK(error_name(error) == "unsupported");
}

TEST_CASE("P-GEN-5 every element of a list is looked at", "[strict]") {
  const World world;
  Config config(PLUGTLS_ROLE_SERVER);
  Later<plugtls_ticket_key> key;
  Later<plugtls_psk> psk;
  psk.known.hash = PLUGTLS_HASH_SHA256;
  psk.known.identity = psk.known.key = bytes_of("secret");
  const plugtls_ticket_key *keys[] = {&key.known, &key.known};
  const plugtls_psk *psks[] = {&psk.known, &psk.known};
  config.raw.ticket_keys = keys;
  config.raw.psks = psks;
  std::string expected = "invalid_argument";
  SECTION("a ticket key that is NULL") {
    keys[1] = nullptr;
    config.raw.ticket_key_count = 2;
  }
  SECTION("a ticket key with a setting that is not known") {
    key.news = 1;
    config.raw.ticket_key_count = 2;
  }
  SECTION("a PSK that is NULL") {
    psks[1] = nullptr;
    config.raw.role = PLUGTLS_ROLE_CLIENT;
    config.raw.psk_count = 2;
  }
  SECTION("a PSK with a setting that is not known") {
    psk.news = 1;
    config.raw.role = PLUGTLS_ROLE_CLIENT;
    config.raw.psk_count = 2;
  }
  SECTION("good ones, which this backend has no use for") {
    config.raw.ticket_key_count = 2;
    expected = "unsupported";
  }
  SECTION("good PSKs, which this backend has no use for") {
    config.raw.role = PLUGTLS_ROLE_CLIENT;
    config.raw.psk_count = 2;
    expected = "unsupported";
  }
  SECTION("good PSKs, which are no server's") {
    config.raw.psk_count = 2;
  }
  Error error;
  CHECK_FALSE(make_context(world.backend, config.raw, nullptr, &error));
  CHECK(error_name(error) == expected);
}

TEST_CASE("P-GEN-5 ticket keys that are set later are looked at too", "[strict]") {
  const World world;
  const Config config(PLUGTLS_ROLE_SERVER);
  const ContextPtr context = make_context(world.backend, config.raw);
  Later<plugtls_ticket_key> key;
  const plugtls_ticket_key *keys[] = {&key.known, nullptr};
  Error error;
  const auto set = [&](const plugtls_ticket_key *const *list, size_t count) {
    error = Error();
    CHECK(plugtls_context_set_ticket_keys(context.get(), list, count, &error) == PLUGTLS_FAILED);
    return error_name(error);
  };
  CHECK(set(keys, 0) == "invalid_argument");
  CHECK(set(nullptr, 1) == "invalid_argument");
  CHECK(set(keys, 2) == "invalid_argument");
  CHECK(set(keys, 1) == "unsupported");  // a good one; the mock has no slot for it
  key.news = 1;
  CHECK(set(keys, 1) == "invalid_argument");
}

TEST_CASE("P-GEN-5 what is for a client's connection is refused for a server's", "[strict]") {
  const World world;
  const Config config(PLUGTLS_ROLE_SERVER);
  const ContextPtr context = make_context(world.backend, config.raw);
  plugtls_session *raw = nullptr;
  REQUIRE(plugtls_session_import(context.get(), bytes_of("toy-session:x"), &raw, nullptr) ==
          PLUGTLS_OK);
  const SessionPtr session(raw);
  const char *subjects[] = {"example.org"};
  plugtls_connection_options options = {};
  options.size = sizeof options;
  Error error;
  REQUIRE(connect_with(world.backend, options, &error, PLUGTLS_ROLE_SERVER) == PLUGTLS_OK);
  const char *expected = nullptr;
  SECTION("a name") {
    options.server_hostname = "example.org";
    expected = "server_hostname";
  }
  SECTION("subjects") {
    options.subjects = subjects;
    options.subject_count = 1;
    expected = "subjects";
  }
  SECTION("a session") {
    options.session = session.get();
    expected = "session";
  }
  SECTION("flags") {
    options.flags = PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK;
    expected = "flags";
  }
  CHECK(connect_with(world.backend, options, &error, PLUGTLS_ROLE_SERVER) == PLUGTLS_FAILED);
  CHECK(error_name(error) == "invalid_argument");
  CHECK_THAT(error.message, ContainsSubstring(expected) && ContainsSubstring("server's"));
}

TEST_CASE("B6 a session is refused where the configuration says to resume none", "[strict]") {
  const World world;
  Pair pair(world.backend);
  const ContextPtr context = make_context(world.backend, pair.client_config.raw);
  plugtls_session *raw = nullptr;
  REQUIRE(plugtls_session_import(context.get(), bytes_of("toy-session:x"), &raw, nullptr) ==
          PLUGTLS_OK);
  const SessionPtr session(raw);
  plugtls_buffer *bytes = nullptr;
  REQUIRE(plugtls_buffer_create(0, &bytes, nullptr) == PLUGTLS_OK);
  const BufferPtr buffer(bytes);
  plugtls_transport transport = {};
  transport.size = sizeof transport;
  plugtls_transport_from_buffers(bytes, bytes, &transport);
  Error error;
  CHECK(make_connection(context.get(), transport, "example.org", &error, session.get()));
  pair.client_config.raw.flags = PLUGTLS_CONFIG_NO_RESUMPTION;
  const ContextPtr none = make_context(world.backend, pair.client_config.raw);
  CHECK_FALSE(make_connection(none.get(), transport, "example.org", &error, session.get()));
  CHECK(error_name(error) == "invalid_argument");
  CHECK_THAT(error.message, ContainsSubstring("NO_RESUMPTION"));
  CHECK(make_connection(none.get(), transport, "example.org", &error));
}

TEST_CASE("B9 a key log that cannot be opened is an error", "[strict]") {
  const World world;
  const std::string path = world.directory / "no" / "such" / "keys.log";
  const Environment environment("SSLKEYLOGFILE", path);
  Config config(PLUGTLS_ROLE_CLIENT);
  Error error;
  SECTION("where the program allows one") {
    config.raw.flags = PLUGTLS_CONFIG_INSECURE_ALLOW_KEYLOG_ENV;
    CHECK_FALSE(make_context(world.backend, config.raw, nullptr, &error));
    CHECK(error_name(error) == "file");
    CHECK(error.os_error == ENOENT);
    CHECK_THAT(error.message, ContainsSubstring(path) && ContainsSubstring("SSLKEYLOGFILE"));
  }
  SECTION("and is not even tried where it does not") {
    CHECK(make_context(world.backend, config.raw, nullptr, &error));
  }
}

TEST_CASE("S26 control characters in names reach no message", "[strict]") {
  const World world;
  const std::string bad = GENERATE("a\x1b[31mb", "a\nb", "a\rb", "a\tb", "a\x7f", "\x01");
  Error error;
  SECTION("host names") {
    plugtls_connection_options options = {};
    options.size = sizeof options;
    options.server_hostname = bad.c_str();
    CHECK(connect_with(world.backend, options, &error) == PLUGTLS_FAILED);
    CHECK(error_name(error) == "hostname_invalid");
  }
  SECTION("names that are converted") {
    char out[256];
    CHECK(plugtls_name_to_ascii(bad.c_str(), out, sizeof out, &error) == PLUGTLS_FAILED);
  }
  SECTION("backends") {
    Registry registry(world.directory);
    CHECK(registry.open(bad.c_str()) == nullptr);
    error = registry.open_error();
  }
  SECTION("configuration files") {
    Registry registry(Options{.flags = PLUGTLS_REGISTRY_ONLY_DIRECTORIES,
                              .config_file = (world.directory / bad).string()});
    CHECK(registry.status() == PLUGTLS_FAILED);
    error = registry.error();
  }
  CAPTURE(error.message);
  CHECK(error.message[0] != '\0');
  CHECK(is_printable(error.message));
}

TEST_CASE("S11 brackets are for IPv6 addresses", "[strict]") {
  const World world;
  plugtls_connection_options options = {};
  options.size = sizeof options;
  Error error;
  for (const char *name : {"[::1]", "::1", "127.0.0.1", "example.org", "example.org."}) {
    CAPTURE(name);
    options.server_hostname = name;
    CHECK(connect_with(world.backend, options, &error) == PLUGTLS_OK);
  }
  for (const char *name : {"[example.org]", "[127.0.0.1]", "[::1", "::1]", "[]", "[[::1]]"}) {
    CAPTURE(name);
    options.server_hostname = name;
    CHECK(connect_with(world.backend, options, &error) == PLUGTLS_FAILED);
    CHECK(error_name(error) == "hostname_invalid");
  }
}

TEST_CASE("S9 a buffer without a limit that runs out of memory fails, and waits for nobody",
          "[strict]") {
  plugtls_buffer *raw = nullptr;
  REQUIRE(plugtls_buffer_create(0, &raw, nullptr) == PLUGTLS_OK);
  const BufferPtr buffer(raw);
  plugtls_transport transport = {};
  transport.size = sizeof transport;
  plugtls_transport_from_buffers(raw, raw, &transport);
  const volatile size_t more_than_there_is = SIZE_MAX / 2 + 2;
  size_t size = 99;
  const char byte = 'x';
  CHECK(transport.write(transport.user, &byte, more_than_there_is, &size) == PLUGTLS_FAILED);
  CHECK(size == 0);
  // What fits still goes in.
  CHECK(transport.write(transport.user, &byte, 1, &size) == PLUGTLS_OK);
  CHECK(size == 1);
}

TEST_CASE("S9 a buffer that is full wants to be read", "[strict]") {
  plugtls_buffer *raw = nullptr;
  REQUIRE(plugtls_buffer_create(1, &raw, nullptr) == PLUGTLS_OK);
  const BufferPtr buffer(raw);
  plugtls_transport transport = {};
  transport.size = sizeof transport;
  plugtls_transport_from_buffers(raw, raw, &transport);
  size_t size = 0;
  CHECK(transport.write(transport.user, "xy", 2, &size) == PLUGTLS_OK);
  CHECK(size == 1);
  CHECK(transport.write(transport.user, "y", 1, &size) == PLUGTLS_WANT_WRITE);
}
