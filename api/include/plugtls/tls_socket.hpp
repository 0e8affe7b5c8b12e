// SPDX-License-Identifier: Apache-2.0
/// TLS over a stream socket (S7, S8, S16, S17).
#ifndef PLUGTLS_TLS_SOCKET_HPP
#define PLUGTLS_TLS_SOCKET_HPP

#include "plugtls/connection.hpp"
#include "plugtls/socket.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace plugtls {

namespace detail {

// A base, so that the descriptor outlives the connection over it.
struct OwnedSocket {
  Socket plain;

  plugtls_transport transport() const {
    plugtls_transport out{};
    call(&plugtls_transport_from_socket, plain.fd(), &out);
    return out;
  }
};

}  // namespace detail

/// Made by wrap_socket. A blocking one, as sockets are at first, waits up to timeout() in each operation and never surfaces
/// a want; passing the limit is errc::timed_out, loses nothing, and the operation may be repeated. A non-blocking one throws
/// WantReadError and WantWriteError: wait for fd() and repeat. A callback that answers "pending" surfaces in both.
/// Destroying it without shutdown() makes the peer see truncation.
class TlsSocket : private detail::OwnedSocket, public Connection {
 public:
  TlsSocket(const Context &context, Socket socket, std::optional<std::string_view> hostname,
            const WrapOptions &options)
      : OwnedSocket{std::move(socket)}, Connection(context, transport(), hostname, options) {
    if (!options.auto_handshake) return;
    // Where it cannot be done at once, connect() or the first read or write does it.
    owe_handshake();
    if (plain.is_blocking() && plain.is_connected()) do_handshake();
  }

  /// S7: connects the plain socket; the handshake follows unless auto_handshake is off.
  void connect(const SocketAddress &address) {
    plain.connect(address);
    if (owes_handshake()) do_handshake();
  }

  /// S16: ends TLS cleanly, close_notify both ways, and returns the plain socket, still usable. errc::data_pending: the peer
  /// sent data that have to be read first, until the end; then it can be called again.
  Socket unwrap() {
    require(run([this] { return try_unwrap(); }));
    return std::move(plain);
  }

  // ---- the ordinary operations of a socket (S17) ----

  std::size_t send(std::span<const std::byte> data) { return write(data); }
  std::size_t send(std::string_view data) { return write(data); }
  std::size_t recv(std::span<std::byte> out) { return read_into(out); }
  /// Closes the descriptor, without a word to the peer: it sees truncation unless shutdown() came first.
  void close() noexcept { plain.close(); }
  /// SHUT_RD, SHUT_WR or SHUT_RDWR of the plain socket; shutdown() is the clean one.
  void shutdown_socket(int how) { plain.shutdown(how); }
  int fd() const noexcept { return plain.fd(); }
  bool is_blocking() const noexcept { return plain.is_blocking(); }
  void set_blocking(bool blocking) noexcept { plain.set_blocking(blocking); }
  Socket::Timeout timeout() const noexcept { return plain.timeout(); }
  void set_timeout(Socket::Timeout timeout) noexcept { plain.set_timeout(timeout); }
  SocketAddress peer_address() const { return plain.peer_address(); }
  SocketAddress own_address() const { return plain.own_address(); }

 protected:
  void wait(IoStatus status, Deadline &deadline) override {
    if (!plain.is_blocking() || status == IoStatus::want_callback)
      return Connection::wait(status, deadline);
    if (!deadline) deadline = plain.deadline();
    plain.wait_until(status == IoStatus::want_read ? POLLIN : POLLOUT, deadline, "TLS");
  }
};

}  // namespace plugtls

#endif
