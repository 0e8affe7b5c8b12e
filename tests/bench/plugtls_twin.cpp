// SPDX-License-Identifier: Apache-2.0
#include "support/config.hpp"
#include "support/handles.hpp"
#include "twins.hpp"

namespace bench {

plugtls_transport transport_over(Pipe *pipe) {
  plugtls_transport out{};
  out.size = sizeof out;
  out.user = pipe;
  out.read = [](void *self, void *buffer, size_t capacity, size_t *out_size) -> plugtls_status {
    *out_size = static_cast<Pipe *>(self)->in->read(buffer, capacity);
    return *out_size == 0 ? PLUGTLS_WANT_READ : PLUGTLS_OK;
  };
  out.write = [](void *self, const void *data, size_t size, size_t *out_size) -> plugtls_status {
    *out_size = static_cast<Pipe *>(self)->out->write(data, size);
    return *out_size == 0 ? PLUGTLS_WANT_WRITE : PLUGTLS_OK;
  };
  return out;
}

namespace {

using namespace support;

class PlugtlsTwin final : public Twin {
 public:
  PlugtlsTwin()
      : client_context_(context(client_config())), server_context_(context(server_config())) {}

  bool connect() override {
    client_.reset();
    server_.reset();
    pipes_.clear();
    client_ = connection(client_context_.get(), "server.test", &pipes_.client);
    server_ = connection(server_context_.get(), nullptr, &pipes_.server);
    return shake_hands() && read_tickets();
  }

 private:
  size_t write(const unsigned char *data, size_t size) override {
    size_t taken = 0;
    return plugtls_write(client_.get(), data, size, &taken, nullptr) == PLUGTLS_OK ? taken : 0;
  }

  size_t read(unsigned char *buffer, size_t capacity) override {
    size_t got = 0;
    return plugtls_read(server_.get(), buffer, capacity, &got, nullptr) == PLUGTLS_OK ? got : 0;
  }

  static ContextPtr context(Config config) {
    config.version(PLUGTLS_VERSION_TLS1_3);
    config.cipher_suites = {tls_aes_256_gcm_sha384};
    return make_context(BENCH_BACKEND, config);
  }

  static ConnectionPtr connection(plugtls_context *context, const char *name, Pipe *pipe) {
    plugtls_connection_options options{};
    options.size = sizeof options;
    options.server_hostname = name;
    const plugtls_transport transport = transport_over(pipe);
    plugtls_connection *out = nullptr;
    Error error;
    if (plugtls_connection_create(context, &options, &transport, &out, &error) != PLUGTLS_OK)
      throw Failure("plugtls_connection_create", error);
    return ConnectionPtr(out);
  }

  bool shake_hands() {
    plugtls_status one = PLUGTLS_WANT_READ, other = PLUGTLS_WANT_READ;
    for (int i = 0; i < most_rounds && (one != PLUGTLS_OK || other != PLUGTLS_OK); ++i) {
      one = plugtls_handshake(client_.get(), nullptr);
      other = plugtls_handshake(server_.get(), nullptr);
    }
    return one == PLUGTLS_OK && other == PLUGTLS_OK;
  }

  bool read_tickets() {
    size_t size = 0;
    unsigned char byte = 0;
    return plugtls_read(client_.get(), &byte, 1, &size, nullptr) == PLUGTLS_WANT_READ;
  }

  Pipes pipes_;
  ContextPtr client_context_, server_context_;
  ConnectionPtr client_, server_;
};

}  // namespace

std::unique_ptr<Twin> plugtls_twin() {
  return std::make_unique<PlugtlsTwin>();
}

}  // namespace bench
