// SPDX-License-Identifier: Apache-2.0
/// A listening socket that hands out wrapped connections (S8).
#ifndef PLUGTLS_LISTENER_HPP
#define PLUGTLS_LISTENER_HPP

#include "plugtls/context.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace plugtls {

/// The context may be replaced while it listens (B11): connections made before keep theirs.
class TlsListener {
 public:
  TlsListener(ServerContext context, Socket listening, WrapOptions options = {})
      : context_(std::move(context)),
        listening_(std::move(listening)),
        options_(std::move(options)) {}
  /// Listens on TCP; port 0: one that is free, see own_address().
  TlsListener(ServerContext context, const std::string &host, std::uint16_t port)
      : TlsListener(std::move(context), Socket::listen_tcp(host, port)) {}

  /// Waits for a connection and does its handshake, unless auto_handshake is off. A handshake that fails throws, and the
  /// listener goes on: a server that must not wait for one peer's handshake switches it off. `timeout` is for the
  /// connection's operations, the handshake's included.
  TlsSocket accept(Socket::Timeout timeout = {}) {
    Socket socket = listening_.accept();
    socket.set_timeout(timeout);
    return context_.wrap_socket(std::move(socket), options_);
  }

  void set_context(ServerContext context) { context_ = std::move(context); }
  const ServerContext &context() const noexcept { return context_; }
  SocketAddress own_address() const { return listening_.own_address(); }
  Socket &socket() noexcept { return listening_; }

 private:
  ServerContext context_;
  Socket listening_;
  WrapOptions options_;
};

}  // namespace plugtls

#endif
