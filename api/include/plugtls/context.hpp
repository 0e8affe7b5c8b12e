// SPDX-License-Identifier: Apache-2.0
/// Contexts: immutable, built from a configuration for one backend, shared by any number of connections and threads.
#ifndef PLUGTLS_CONTEXT_HPP
#define PLUGTLS_CONTEXT_HPP

#include "plugtls/config.hpp"
#include "plugtls/tls_buffer.hpp"
#include "plugtls/tls_socket.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace plugtls {

namespace detail {

std::shared_ptr<ContextCore> make_core(const Backend &backend, const ConfigData &data);

}  // namespace detail

/// A client's context.
class ClientContext : public Context {
 public:
  /// Files are read, keys decrypted and matched with their certificates, now. Everything the configuration asks for is in
  /// force afterwards, or the constructor has thrown.
  ClientContext(const Backend &backend, const ClientConfig &config)
      : Context(detail::make_core(backend, config.data())) {}
  /// On the backend that the environment, the configuration or the priorities choose.
  explicit ClientContext(const ClientConfig &config) : ClientContext(Backend::open(), config) {}

  /// S7: TLS over a stream socket; others are refused. `server_hostname` is a DNS name, in Unicode or A-labels, or an IP
  /// literal: it is sent (an IP address never is) and verified. It can only be left out with `options.subjects`, or where
  /// the check is switched off.
  TlsSocket wrap_socket(Socket socket, std::optional<std::string_view> server_hostname,
                        const WrapOptions &options = {}) const {
    return {*this, std::move(socket), server_hostname, options};
  }
  /// S9: TLS in memory.
  TlsBuffer wrap_buffers(MemoryBuffer incoming, MemoryBuffer outgoing,
                         std::optional<std::string_view> server_hostname,
                         const WrapOptions &options = {}) const {
    return {*this, std::move(incoming), std::move(outgoing), server_hostname, options};
  }
};

/// A server's context.
class ServerContext : public Context {
 public:
  /// As ClientContext's.
  ServerContext(const Backend &backend, const ServerConfig &config)
      : Context(detail::make_core(backend, config.data())) {}
  explicit ServerContext(const ServerConfig &config) : ServerContext(Backend::open(), config) {}
  /// Another handle on a server's context, as Connection::context() hands it out.
  explicit ServerContext(const Context &context) : Context(context) {}

  /// S8.
  TlsSocket wrap_socket(Socket socket, const WrapOptions &options = {}) const {
    return {*this, std::move(socket), std::nullopt, options};
  }
  /// S9.
  TlsBuffer wrap_buffers(MemoryBuffer incoming, MemoryBuffer outgoing,
                         const WrapOptions &options = {}) const {
    return {*this, std::move(incoming), std::move(outgoing), std::nullopt, options};
  }
  /// B6: replaces the ticket keys; the first encrypts, all decrypt. Thread-safe.
  void set_ticket_keys(std::vector<TicketKey> keys) const {
    detail::ConfigData data;
    data.ticket_keys = std::move(keys);
    const detail::CConfig c(data);
    detail::call(&plugtls_context_set_ticket_keys, handle(), c.c().ticket_keys,
                 std::size_t{c.c().ticket_key_count});
  }
};

/// What a server name callback answers (S10).
class SniAnswer {
 public:
  /// Go on with the connection's context. The proposal's None.
  static SniAnswer proceed() { return {}; }
  /// Go on with another context of the same backend: other certificates, another policy. Needs
  /// Feature::sni_switch_context.
  static SniAnswer switch_to(ServerContext context) {
    SniAnswer out;
    out.replacement_ = std::move(context);
    return out;
  }
  /// End the handshake with a fatal alert.
  static SniAnswer refuse(Alert alert = Alert::unrecognized_name) {
    SniAnswer out;
    out.refusal_ = alert;
    return out;
  }
  /// Not known yet: the handshake ends in want_callback and asks again. Needs Feature::suspend.
  static SniAnswer pending() {
    SniAnswer out;
    out.is_pending_ = true;
    return out;
  }

  const std::optional<ServerContext> &replacement() const noexcept { return replacement_; }
  std::optional<Alert> refusal() const noexcept { return refusal_; }
  bool is_pending() const noexcept { return is_pending_; }

 private:
  std::optional<ServerContext> replacement_;
  std::optional<Alert> refusal_;
  bool is_pending_ = false;
};

}  // namespace plugtls

#include "plugtls/detail/trampolines.hpp"  // IWYU pragma: keep: make_core

#endif
