// SPDX-License-Identifier: Apache-2.0
#include "toy_pair.hpp"

#include <catch2/catch_test_macros.hpp>

namespace fixture {

Config::Config(uint32_t role, const std::string &certificate) : certificate_(certificate) {
  raw.size = sizeof raw;
  raw.role = role;
  if (role != PLUGTLS_ROLE_SERVER) return;
  leaf_.size = key_.size = sizeof leaf_;
  leaf_.kind = key_.kind = PLUGTLS_SOURCE_BYTES;
  leaf_.bytes = key_.bytes = bytes_of(certificate_);
  identity_.size = sizeof identity_;
  identity_.certificates = leaves_;
  identity_.certificate_count = 1;
  identity_.key = &key_;
  raw.identities = identities_;
  raw.identity_count = 1;
}

void Config::set_alpn(const std::vector<std::string> &names) {
  names_ = names;
  alpn_.clear();
  for (const std::string &name : names_)
    alpn_.push_back(bytes_of(name));
  raw.alpn = alpn_.data();
  raw.alpn_count = static_cast<uint32_t>(alpn_.size());
}

ContextPtr make_context(plugtls_backend *backend, const plugtls_config &config,
                        const plugtls_callbacks *callbacks, plugtls_error *err) {
  plugtls_context *context = nullptr;
  const plugtls_status status = plugtls_context_create(backend, &config, callbacks, &context, err);
  REQUIRE((status == PLUGTLS_OK) == (context != nullptr));
  return ContextPtr(context);
}

ConnectionPtr make_connection(plugtls_context *context, const plugtls_transport &transport,
                              const char *server_hostname, plugtls_error *err,
                              plugtls_session *session) {
  plugtls_connection_options options = {};
  options.size = sizeof options;
  options.server_hostname = server_hostname;
  options.session = session;
  plugtls_connection *connection = nullptr;
  const plugtls_status status =
      plugtls_connection_create(context, &options, &transport, &connection, err);
  REQUIRE((status == PLUGTLS_OK) == (connection != nullptr));
  return ConnectionPtr(connection);
}

void Pair::connect(const char *hostname, plugtls_session *session) {
  client_callbacks.size = server_callbacks.size = sizeof client_callbacks;
  Error error;
  plugtls_buffer *buffers[2] = {};
  for (plugtls_buffer *&buffer : buffers)
    REQUIRE(plugtls_buffer_create(0, &buffer, &error) == PLUGTLS_OK);
  client.reset();
  server.reset();
  to_server.reset(buffers[0]);
  to_client.reset(buffers[1]);
  if (!client_context)
    client_context = make_context(backend, client_config.raw, &client_callbacks, &error);
  if (!server_context)
    server_context = make_context(backend, server_config.raw, &server_callbacks, &error);
  INFO(error.message);
  REQUIRE(client_context);
  REQUIRE(server_context);
  plugtls_transport transport = {};
  transport.size = sizeof transport;
  plugtls_transport_from_buffers(to_client.get(), to_server.get(), &transport);
  client = make_connection(client_context.get(), transport, hostname, &error, session);
  transport = {};
  transport.size = sizeof transport;
  plugtls_transport_from_buffers(to_server.get(), to_client.get(), &transport);
  server = make_connection(server_context.get(), transport, nullptr, &error);
  INFO(error.message);
  REQUIRE(client);
  REQUIRE(server);
}

bool Pair::handshake() {
  for (int i = 0; i < 8; ++i) {
    client_status = plugtls_handshake(client.get(), &client_error);
    server_status = plugtls_handshake(server.get(), &server_error);
    if (client_status == PLUGTLS_OK && server_status == PLUGTLS_OK) return true;
  }
  return false;
}

std::string read_some(plugtls_connection *connection, size_t capacity) {
  std::string text(capacity, '\0');
  size_t size = 0;
  Error error;
  const plugtls_status status = plugtls_read(connection, text.data(), capacity, &size, &error);
  INFO(error.message);
  CHECK(status == PLUGTLS_OK);
  text.resize(size);
  return text;
}

void write_all(plugtls_connection *connection, std::string_view text) {
  while (!text.empty()) {
    size_t size = 0;
    Error error;
    const plugtls_status status =
        plugtls_write(connection, text.data(), text.size(), &size, &error);
    INFO(error.message);
    REQUIRE(status == PLUGTLS_OK);
    text.remove_prefix(size);
  }
}

}  // namespace fixture
