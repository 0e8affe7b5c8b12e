// SPDX-License-Identifier: Apache-2.0
// A client and a server of the mock's toy protocol, joined by memory, with good defaults.
#ifndef PLUGTLS_TESTS_LOADER_TOY_PAIR_HPP
#define PLUGTLS_TESTS_LOADER_TOY_PAIR_HPP

#include "fixture.hpp"

#include <plugtls/plugtls.h>

#include <memory>
#include <string>
#include <vector>

namespace fixture {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T *object) const {
    Free(object);
  }
};
using ContextPtr = std::unique_ptr<plugtls_context, FreeWith<plugtls_context_free>>;
using ConnectionPtr = std::unique_ptr<plugtls_connection, FreeWith<plugtls_connection_free>>;
using BufferPtr = std::unique_ptr<plugtls_buffer, FreeWith<plugtls_buffer_free>>;
using SessionPtr = std::unique_ptr<plugtls_session, FreeWith<plugtls_session_free>>;
using ChainPtr = std::unique_ptr<plugtls_chain, FreeWith<plugtls_chain_free>>;

inline plugtls_bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}
inline std::string text_of(plugtls_bytes bytes) {
  return bytes.size == 0 ? std::string()
                         : std::string(reinterpret_cast<const char *>(bytes.data), bytes.size);
}

// A plugtls_config and what it points to.
class Config {
 public:
  explicit Config(uint32_t role, const std::string &certificate = "cert:example.org");
  Config(const Config &) = delete;
  Config &operator=(const Config &) = delete;
  void set_alpn(const std::vector<std::string> &names);
  plugtls_config raw = {};

 private:
  std::string certificate_;
  std::vector<std::string> names_;
  std::vector<plugtls_bytes> alpn_;
  plugtls_source leaf_ = {}, key_ = {};
  const plugtls_source *leaves_[1] = {&leaf_};
  plugtls_identity identity_ = {};
  const plugtls_identity *identities_[1] = {&identity_};
};

ContextPtr make_context(plugtls_backend *backend, const plugtls_config &config,
                        const plugtls_callbacks *callbacks = nullptr, plugtls_error *err = nullptr);
ConnectionPtr make_connection(plugtls_context *context, const plugtls_transport &transport,
                              const char *server_hostname = nullptr, plugtls_error *err = nullptr,
                              plugtls_session *session = nullptr);

struct Pair {
  explicit Pair(plugtls_backend *chosen) : backend(chosen) {}
  void connect(const char *hostname = "example.org", plugtls_session *session = nullptr);
  // Turns both handshakes until neither goes on; true if both are done.
  bool handshake();

  plugtls_backend *backend;
  Config client_config{PLUGTLS_ROLE_CLIENT}, server_config{PLUGTLS_ROLE_SERVER};
  plugtls_callbacks client_callbacks = {}, server_callbacks = {};
  BufferPtr to_server, to_client;
  ContextPtr client_context, server_context;
  ConnectionPtr client, server;
  plugtls_status client_status = PLUGTLS_OK, server_status = PLUGTLS_OK;
  Error client_error, server_error;
};

void write_all(plugtls_connection *connection, std::string_view text);
std::string read_some(plugtls_connection *connection, size_t capacity = 65536);

}  // namespace fixture

#endif
