// SPDX-License-Identifier: Apache-2.0
// wrap_buffers through libplugtls' own buffers rather than the harness' transport.
#include "cases.hpp"

namespace {

BufferPtr make_buffer(size_t limit) {
  plugtls_buffer *out = nullptr;
  REQUIRE(plugtls_buffer_create(limit, &out, nullptr) == PLUGTLS_OK);
  return BufferPtr(out);
}

struct Side {
  ContextPtr context;
  ConnectionPtr connection;
};

Side wrap(const std::string &backend, const Config &config, plugtls_buffer *in,
          plugtls_buffer *out) {
  Side side{make_context(backend, config), nullptr};
  plugtls_transport transport{};
  transport.size = sizeof transport;
  plugtls_transport_from_buffers(in, out, &transport);
  plugtls_connection_options options{};
  options.size = sizeof options;
  options.server_hostname = config.role == PLUGTLS_ROLE_CLIENT ? "server.test" : nullptr;
  plugtls_connection *raw = nullptr;
  Error error;
  const plugtls_status status =
      plugtls_connection_create(side.context.get(), &options, &transport, &raw, &error);
  INFO(error.text());
  REQUIRE(status == PLUGTLS_OK);
  side.connection.reset(raw);
  return side;
}

}  // namespace

TEST_CASE("S9 wrap_buffers does no I/O of its own; bounded buffers want and go on", "[buffers]") {
  FOR_EVERY_PAIR(ends);
  const size_t limit = GENERATE(size_t{0}, size_t{1}, size_t{100});
  const BufferPtr up = make_buffer(limit), down = make_buffer(limit);
  const Side client = wrap(ends.client, client_config(), down.get(), up.get());
  const Side server = wrap(ends.server, server_config(), up.get(), down.get());
  CHECK(plugtls_buffer_size(up.get()) == 0);
  plugtls_status one = PLUGTLS_WANT_READ, other = PLUGTLS_WANT_READ;
  for (int round = 0; round < 100000 && (one != PLUGTLS_OK || other != PLUGTLS_OK); ++round) {
    one = plugtls_handshake(client.connection.get(), nullptr);
    other = plugtls_handshake(server.connection.get(), nullptr);
    // Tickets follow the handshake; with so little room the server waits until somebody reads them.
    uint8_t byte = 0;
    size_t size = 0;
    if (one == PLUGTLS_OK)
      CHECK(plugtls_read(client.connection.get(), &byte, 1, &size, nullptr) == PLUGTLS_WANT_READ);
    REQUIRE(one <= PLUGTLS_WANT_WRITE);
    REQUIRE(other <= PLUGTLS_WANT_WRITE);
  }
  REQUIRE(one == PLUGTLS_OK);
  REQUIRE(other == PLUGTLS_OK);
}

TEST_CASE("S9 a buffer that was ended is the end of the stream", "[buffers]") {
  FOR_EVERY_BACKEND(name);
  const BufferPtr up = make_buffer(0), down = make_buffer(0);
  const Side client = wrap(name, client_config(), down.get(), up.get());
  CHECK(plugtls_handshake(client.connection.get(), nullptr) == PLUGTLS_WANT_READ);
  CHECK(plugtls_buffer_size(up.get()) > 0);
  plugtls_buffer_end(down.get());
  Error error;
  CHECK(plugtls_handshake(client.connection.get(), &error) == PLUGTLS_TRUNCATED);
  CHECK(error.name() == "truncated");
}
