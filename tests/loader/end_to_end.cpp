// SPDX-License-Identifier: Apache-2.0
// The whole C API over the mock backend: what the program says reaches the backend, and the other way round.
#include "toy_world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sys/socket.h>

#include <unistd.h>

#include <array>
#include <cstring>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string leaf_of(plugtls_connection *connection) {
  plugtls_chain *raw = nullptr;
  REQUIRE(plugtls_connection_chain(connection, PLUGTLS_CHAIN_PEER, &raw, nullptr) == PLUGTLS_OK);
  const ChainPtr chain(raw);
  if (!chain) return "(none)";
  CHECK(plugtls_chain_size(chain.get()) == 1);
  CHECK(plugtls_chain_at(chain.get(), 1).size == 0);
  return text_of(plugtls_chain_at(chain.get(), 0));
}

}  // namespace

TEST_CASE("S9 a whole connection over buffers", "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  pair.client_config.set_alpn({"h2", "http/1.1"});
  pair.server_config.set_alpn({"http/1.1", "h2"});
  pair.connect();
  REQUIRE(pair.handshake());

  plugtls_connection_info info = {};
  info.size = sizeof info;
  REQUIRE(plugtls_connection_info_get(pair.client.get(), &info) == PLUGTLS_OK);
  CHECK(info.version == PLUGTLS_VERSION_TLS1_3);
  CHECK(info.cipher_suite == 0x1301);
  CHECK(info.handshake_done == 1);
  CHECK(text_of(info.alpn) == "http/1.1");
  REQUIRE(plugtls_connection_info_get(pair.server.get(), &info) == PLUGTLS_OK);
  CHECK(text_of(info.server_name) == "example.org");
  CHECK(leaf_of(pair.client.get()) == "cert:example.org");
  CHECK(leaf_of(pair.server.get()) == "(none)");

  const std::string large(100000, 'x');
  write_all(pair.client.get(), "hello");
  write_all(pair.client.get(), large);
  CHECK(read_some(pair.server.get(), 2) == "he");
  CHECK(plugtls_pending(pair.server.get()) == 3);
  CHECK(read_some(pair.server.get()) == "llo");
  std::string got;
  while (got.size() < large.size())
    got += read_some(pair.server.get());
  CHECK(got == large);

  char byte = 0;
  size_t size = 0;
  CHECK(plugtls_read(pair.server.get(), &byte, 1, &size, nullptr) == PLUGTLS_WANT_READ);
  CHECK(plugtls_shutdown(pair.client.get(), nullptr) == PLUGTLS_OK);
  CHECK(plugtls_read(pair.server.get(), &byte, 1, &size, nullptr) == PLUGTLS_CLOSED);
  CHECK(plugtls_read(pair.server.get(), &byte, 1, &size, nullptr) == PLUGTLS_CLOSED);
  Error error;
  CHECK(plugtls_write(pair.client.get(), "x", 1, &size, &error) == PLUGTLS_FAILED);
  CHECK(error_name(error) == "closed_for_writing");
  CHECK(std::string(error.backend) == "good");
  write_all(pair.server.get(), "still here");
  CHECK(read_some(pair.client.get()) == "still here");
}

TEST_CASE("S9 a stream that ends without close_notify is truncated", "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  pair.connect();
  SECTION("in the handshake") {
    plugtls_buffer_end(pair.to_server.get());
    Error error;
    CHECK(plugtls_handshake(pair.server.get(), &error) == PLUGTLS_TRUNCATED);
    CHECK(error_name(error) == "truncated");
  }
  SECTION("in the data") {
    REQUIRE(pair.handshake());
    plugtls_buffer_end(pair.to_server.get());
    char byte = 0;
    size_t size = 0;
    Error error;
    CHECK(plugtls_read(pair.server.get(), &byte, 1, &size, &error) == PLUGTLS_TRUNCATED);
    CHECK(error_name(error) == "truncated");
    CHECK(plugtls_write(pair.server.get(), "x", 1, &size, nullptr) == PLUGTLS_TRUNCATED);
  }
}

TEST_CASE("S8 a whole connection over a socket pair", "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  pair.connect();
  int ends[2] = {-1, -1};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  plugtls_transport transport = {};
  transport.size = sizeof transport;
  Error error;
  REQUIRE(plugtls_transport_from_socket(ends[0], &transport, &error) == PLUGTLS_OK);
  pair.client = make_connection(pair.client_context.get(), transport, "example.org", &error);
  transport = {};
  transport.size = sizeof transport;
  REQUIRE(plugtls_transport_from_socket(ends[1], &transport, &error) == PLUGTLS_OK);
  pair.server = make_connection(pair.server_context.get(), transport, nullptr, &error);
  REQUIRE(pair.handshake());
  write_all(pair.server.get(), "over a socket");
  CHECK(read_some(pair.client.get()) == "over a socket");

  // A full socket wants write; the repeated call goes on and nothing is lost or doubled.
  const std::string block(16384, 'b');
  size_t sent = 0, received = 0, size = 0;
  plugtls_status status = PLUGTLS_OK;
  while ((status = plugtls_write(pair.client.get(), block.data(), block.size(), &size, &error)) ==
         PLUGTLS_OK)
    sent += size;
  CHECK(status == PLUGTLS_WANT_WRITE);
  CHECK(plugtls_write(pair.client.get(), block.data(), 1, &size, &error) == PLUGTLS_FAILED);
  CHECK(error_name(error) == "write_retry");
  do {
    received += read_some(pair.server.get()).size();
    status = plugtls_write(pair.client.get(), block.data(), block.size(), &size, &error);
  } while (status == PLUGTLS_WANT_WRITE);
  REQUIRE(status == PLUGTLS_OK);
  sent += size;
  while (received < sent)
    received += read_some(pair.server.get()).size();
  CHECK(received == sent);

  // A peer that is gone is an error, not a signal.
  pair.server.reset();
  close(ends[1]);
  status = plugtls_write(pair.client.get(), "x", 1, &size, &error);
  CHECK(status == PLUGTLS_FAILED);
  CHECK(error_name(error) == "transport");
  CHECK(error.os_error == EPIPE);
  close(ends[0]);
}

TEST_CASE("S8 a descriptor that is no stream socket is refused", "[end-to-end]") {
  plugtls_transport transport = {};
  transport.size = sizeof transport;
  Error error;
  int ends[2] = {-1, -1};
  REQUIRE(pipe(ends) == 0);
  CHECK(plugtls_transport_from_socket(ends[0], &transport, &error) == PLUGTLS_FAILED);
  CHECK(error_name(error) == "not_a_stream");
  close(ends[0]);
  close(ends[1]);
  CHECK(plugtls_transport_from_socket(-1, &transport, nullptr) == PLUGTLS_FAILED);
  REQUIRE(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
  CHECK(plugtls_transport_from_socket(ends[0], &transport, &error) == PLUGTLS_FAILED);
  CHECK(error_name(error) == "not_a_stream");
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("S16 unwrap leaves what follows close_notify to the program", "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  pair.connect();
  REQUIRE(pair.handshake());
  Error error;
  CHECK(plugtls_unwrap(pair.client.get(), &error) == PLUGTLS_WANT_READ);
  CHECK(plugtls_unwrap(pair.server.get(), &error) == PLUGTLS_OK);
  CHECK(plugtls_buffer_write(pair.to_client.get(), "plain", 5) == 5);
  CHECK(plugtls_unwrap(pair.client.get(), &error) == PLUGTLS_OK);
  CHECK(text_of(plugtls_buffer_peek(pair.to_client.get())) == "plain");
}

TEST_CASE("S16 unwrap tells of data that have to be read first", "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  pair.connect();
  REQUIRE(pair.handshake());
  write_all(pair.server.get(), "data");
  Error error;
  CHECK(plugtls_unwrap(pair.client.get(), &error) == PLUGTLS_FAILED);
  CHECK(error_name(error) == "data_pending");
  CHECK(read_some(pair.client.get()) == "data");
  CHECK(plugtls_unwrap(pair.server.get(), &error) == PLUGTLS_OK);
  CHECK(plugtls_unwrap(pair.client.get(), &error) == PLUGTLS_OK);
}

TEST_CASE("S3 the name is verified, and its errors arrive whole", "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  pair.connect("wrong.example.org");
  CHECK_FALSE(pair.handshake());
  CHECK(pair.client_status == PLUGTLS_FAILED);
  CHECK(error_name(pair.client_error) == "cert_name_mismatch");
  CHECK(pair.client_error.alert == 42);
  CHECK(pair.client_error.alert_received == 0);
  CHECK(pair.client_error.certificate_depth == 0);
  CHECK(pair.client_error.native_code == 4711);
  CHECK(std::string(pair.client_error.native) == "toy: the certificate was refused");
  CHECK(std::string(pair.client_error.backend) == "good");
}

TEST_CASE("S3 a verifying client without a name is refused", "[end-to-end]") {
  ToyWorld world;
  Config config(PLUGTLS_ROLE_CLIENT);
  const ContextPtr context = make_context(world.backend, config.raw);
  plugtls_transport transport = {};
  transport.size = sizeof transport;
  plugtls_buffer *raw = nullptr;
  REQUIRE(plugtls_buffer_create(0, &raw, nullptr) == PLUGTLS_OK);
  const BufferPtr buffer(raw);
  plugtls_transport_from_buffers(raw, raw, &transport);
  Error error;
  CHECK_FALSE(make_connection(context.get(), transport, nullptr, &error));
  CHECK(error_name(error) == "hostname_required");
  CHECK_FALSE(make_connection(context.get(), transport, "", &error));
  CHECK_FALSE(make_connection(context.get(), transport, "a b", &error));
  CHECK(error_name(error) == "hostname_invalid");
}

TEST_CASE("S10 the server's name callback sees Unicode and may change the context",
          "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  const Config other(PLUGTLS_ROLE_SERVER, "cert:xn--bcher-kva.example");
  const ContextPtr replacement = make_context(world.backend, other.raw);
  struct Seen {
    std::string name;
    plugtls_context *replacement;
  } seen = {{}, replacement.get()};
  pair.server_callbacks.user = &seen;
  pair.server_callbacks.server_name = [](void *user, plugtls_connection *, const char *name,
                                         plugtls_context *, plugtls_context **out,
                                         plugtls_error *) -> plugtls_status {
    auto *seen_here = static_cast<Seen *>(user);
    seen_here->name = name != nullptr ? name : "(none)";
    *out = seen_here->replacement;
    return PLUGTLS_OK;
  };
  pair.connect(
      "b\xc3\xbc"
      "cher.example");
  REQUIRE(pair.handshake());
  CHECK(seen.name ==
        "b\xc3\xbc"
        "cher.example");
  CHECK(leaf_of(pair.client.get()) == "cert:xn--bcher-kva.example");
}

TEST_CASE("S10 the server's name callback may refuse", "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  pair.server_callbacks.server_name =
      [](void *, plugtls_connection *, const char *, plugtls_context *, plugtls_context **,
         plugtls_error *) -> plugtls_status { return PLUGTLS_FAILED; };
  pair.connect();
  CHECK_FALSE(pair.handshake());
  CHECK(error_name(pair.server_error) == "unrecognized_name");
  CHECK(pair.server_error.alert == 112);
  CHECK(error_name(pair.client_error) == "alert_received");
  CHECK(pair.client_error.alert == 112);
  CHECK(pair.client_error.alert_received == 1);
}

TEST_CASE("B7 the verify callback decides, and may take its time", "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  struct Answers {
    int32_t next;
    int32_t code;
    std::string leaf;
  } answers = {PLUGTLS_VERIFY_PENDING, -1, {}};
  pair.client_callbacks.user = &answers;
  pair.client_callbacks.verify = [](void *user, plugtls_connection *,
                                    const plugtls_verdict *verdict, plugtls_error *) -> int32_t {
    auto *all = static_cast<Answers *>(user);
    all->code = verdict->code;
    all->leaf = text_of(verdict->chain[0]);
    return all->next;
  };
  pair.connect("wrong.example.org");
  CHECK_FALSE(pair.handshake());
  CHECK(pair.client_status == PLUGTLS_WANT_CALLBACK);
  CHECK(answers.code == PLUGTLS_E_CERT_NAME_MISMATCH);
  CHECK(answers.leaf == "cert:example.org");
  SECTION("accept") {
    answers.next = PLUGTLS_VERIFY_INSECURE_ACCEPT;
    CHECK(pair.handshake());
  }
  SECTION("reject") {
    answers.next = PLUGTLS_VERIFY_REJECT;
    CHECK_FALSE(pair.handshake());
    CHECK(error_name(pair.client_error) == "cert_rejected");
  }
  SECTION("keep") {
    answers.next = PLUGTLS_VERIFY_KEEP;
    CHECK_FALSE(pair.handshake());
    CHECK(error_name(pair.client_error) == "cert_name_mismatch");
  }
}

TEST_CASE("B6 a session is kept, exported, imported and resumed", "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  SessionPtr arrived;
  pair.client_callbacks.user = &arrived;
  pair.client_callbacks.new_session = [](void *user, plugtls_connection *,
                                         plugtls_session *session) {
    static_cast<SessionPtr *>(user)->reset(session);
  };
  pair.connect();
  REQUIRE(pair.handshake());
  REQUIRE(arrived);
  std::array<uint8_t, 256> bytes = {};
  size_t size = 0;
  Error error;
  CHECK(plugtls_session_export(arrived.get(), bytes.data(), 3, &size, &error) == PLUGTLS_FAILED);
  CHECK(error_name(error) == "buffer_too_small");
  CHECK(size == 23);
  REQUIRE(plugtls_session_export(arrived.get(), bytes.data(), bytes.size(), &size, &error) ==
          PLUGTLS_OK);

  plugtls_session *raw = nullptr;
  REQUIRE(plugtls_session_import(pair.client_context.get(), {bytes.data(), size}, &raw, &error) ==
          PLUGTLS_OK);
  const SessionPtr imported(raw);
  plugtls_session_info about = {};
  about.size = sizeof about;
  REQUIRE(plugtls_session_info_get(imported.get(), &about, &error) == PLUGTLS_OK);
  CHECK(about.expires == 2000);
  CHECK(plugtls_session_import(pair.client_context.get(), bytes_of("foreign"), &raw, &error) ==
        PLUGTLS_FAILED);
  CHECK(error_name(error) == "session_invalid");

  pair.connect("example.org", imported.get());
  REQUIRE(pair.handshake());
  plugtls_connection_info info = {};
  info.size = sizeof info;
  REQUIRE(plugtls_connection_info_get(pair.server.get(), &info) == PLUGTLS_OK);
  CHECK(info.resumed == 1);
}

TEST_CASE("B9 a key log line reaches the program", "[end-to-end]") {
  ToyWorld world;
  Pair pair(world.backend);
  std::string lines;
  pair.client_callbacks.user = &lines;
  pair.client_callbacks.insecure_keylog = [](void *user, plugtls_connection *, const char *line) {
    *static_cast<std::string *>(user) += line;
  };
  pair.connect();
  REQUIRE(pair.handshake());
  CHECK(lines == "TOY_SECRET 00 00");
}
