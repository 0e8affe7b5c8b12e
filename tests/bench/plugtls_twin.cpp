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

constexpr uint16_t tls_aes_256_gcm_sha384 = 0x1302;

class PlugtlsTwin final : public Twin {
 public:
  PlugtlsTwin() {
    client_ = connect(client_config(), &client_context_, &client_pipe_);
    server_ = connect(server_config(), &server_context_, &server_pipe_);
    plugtls_status one = PLUGTLS_WANT_READ, other = PLUGTLS_WANT_READ;
    Error error;
    for (int i = 0; i < 10 && (one != PLUGTLS_OK || other != PLUGTLS_OK); ++i) {
      one = plugtls_handshake(client_.get(), &error);
      if (one != PLUGTLS_FAILED) other = plugtls_handshake(server_.get(), &error);
    }
    if (one != PLUGTLS_OK || other != PLUGTLS_OK) throw Failure("handshake", error);
    size_t size = 0;
    unsigned char byte = 0;
    plugtls_read(client_.get(), &byte, 1, &size, nullptr);  // the tickets
  }

  bool transfer(const unsigned char *data, unsigned char *received) override {
    size_t taken = 0;
    if (plugtls_write(client_.get(), data, transfer_size, &taken, nullptr) != PLUGTLS_OK)
      return false;
    size_t got = 0;
    return plugtls_read(server_.get(), received, transfer_size, &got, nullptr) == PLUGTLS_OK &&
           got == transfer_size;
  }

 private:
  static ConnectionPtr connect(Config config, ContextPtr *context, Pipe *pipe) {
    config.version(PLUGTLS_VERSION_TLS1_3);
    config.cipher_suites = {tls_aes_256_gcm_sha384};
    *context = make_context("openssl", config);
    plugtls_connection_options options{};
    options.size = sizeof options;
    options.server_hostname = config.role == PLUGTLS_ROLE_CLIENT ? "server.test" : nullptr;
    const plugtls_transport transport = transport_over(pipe);
    plugtls_connection *out = nullptr;
    Error error;
    if (plugtls_connection_create(context->get(), &options, &transport, &out, &error) != PLUGTLS_OK)
      throw Failure("plugtls_connection_create", error);
    return ConnectionPtr(out);
  }

  Ring upward_, downward_;
  Pipe client_pipe_{&downward_, &upward_}, server_pipe_{&upward_, &downward_};
  ContextPtr client_context_, server_context_;
  ConnectionPtr client_, server_;
};

}  // namespace

std::unique_ptr<Twin> plugtls_twin() {
  return std::make_unique<PlugtlsTwin>();
}

}  // namespace bench
