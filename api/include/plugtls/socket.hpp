// SPDX-License-Identifier: Apache-2.0
/// A plain stream socket, TCP or Unix: what TLS is wrapped around, and what it is unwrapped to (S16, S17).
#ifndef PLUGTLS_SOCKET_HPP
#define PLUGTLS_SOCKET_HPP

#include "plugtls/socket_address.hpp"

#include <netinet/tcp.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace plugtls {

/// Owns a descriptor. Blocking at first; a blocking socket waits up to timeout() for each operation. The descriptor itself
/// is always in non-blocking mode while it is owned, so that a time limit holds; release() gives it back as it came.
class Socket {
 public:
  using Timeout = std::optional<std::chrono::milliseconds>;
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  Socket() = default;
  /// Takes over a descriptor. One in non-blocking mode makes a non-blocking Socket.
  explicit Socket(int fd) : fd_(fd) {
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0) {
      const int error = errno;
      fd_ = -1;  // not ours to close
      throw_os_error("the descriptor cannot be used", error);
    }
    blocking_ = (flags & O_NONBLOCK) == 0;
    if (blocking_) fcntl(fd_, F_SETFL, flags | O_NONBLOCK);
  }
  static Socket create(int family) {
    const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) throw_os_error("no socket could be made", errno);
    return Socket(fd);
  }
  /// Connects to the first address of a host that answers. `timeout` is for all of them together, the look-up of the name
  /// excepted, and becomes the socket's.
  static Socket connect_tcp(const std::string &host, std::uint16_t port, Timeout timeout = {}) {
    std::optional<TlsError> failure;
    const Deadline until = deadline_after(timeout);
    for (const SocketAddress &address : SocketAddress::resolve(host, port)) {
      try {
        Socket out = create(address.family());
        out.connect_by(address, until);
        out.set_timeout(timeout);
        const int on = 1;
        setsockopt(out.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return out;
      } catch (const TransportError &error) {
        if (!failure) failure.emplace(error);
      }
    }
    if (failure) throw_error(failure->raw());
    throw_error(errc::transport, "host '" + host + "' has no address");
  }
  /// Listens on the first address of `host` (empty: any) that can be had; port 0: one that is free, see own_address().
  static Socket listen_tcp(const std::string &host, std::uint16_t port, int backlog = SOMAXCONN) {
    std::optional<TlsError> failure;
    for (const SocketAddress &address : SocketAddress::resolve(host, port, true)) {
      try {
        Socket out = create(address.family());
        const int on = 1;
        setsockopt(out.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        out.bind(address);
        out.listen(backlog);
        return out;
      } catch (const TransportError &error) {
        if (!failure) failure.emplace(error);
      }
    }
    if (failure) throw_error(failure->raw());
    throw_error(errc::transport, "host '" + host + "' has no address");
  }

  Socket(const Socket &) = delete;
  Socket &operator=(const Socket &) = delete;
  Socket(Socket &&other) noexcept { swap(other); }
  Socket &operator=(Socket &&other) noexcept {
    Socket(std::move(other)).swap(*this);
    return *this;
  }
  ~Socket() { close(); }

  void connect(const SocketAddress &address) { connect_by(address, deadline()); }
  void bind(const SocketAddress &address) {
    if (::bind(fd_, address.get(), address.size()) == 0) return;
    const int failure = errno;
    throw_os_error("binding to " + address.to_string(), failure);
  }
  void listen(int backlog = SOMAXCONN) {
    if (::listen(fd_, backlog) != 0) throw_os_error("listening", errno);
  }
  /// A connected socket, blocking and without time limit.
  Socket accept() {
    const Deadline until = deadline();
    for (;;) {
      const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) return Socket(fd);
      // ECONNABORTED: one that has gone again; there is nothing to hand out.
      if (errno == EINTR || errno == ECONNABORTED) continue;
      wait_or_throw(POLLIN, until, "accepting a connection");
    }
  }
  /// Bytes sent, at least one.
  std::size_t send(std::span<const std::byte> data) {
    const Deadline until = deadline();
    for (;;) {
      const ssize_t put = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
      if (put >= 0) return static_cast<std::size_t>(put);
      if (errno != EINTR) wait_or_throw(POLLOUT, until, "sending");
    }
  }
  std::size_t send(std::string_view data) { return send(std::as_bytes(std::span(data))); }
  /// Bytes received, 0 at the end of the stream.
  std::size_t recv(std::span<std::byte> out) {
    const Deadline until = deadline();
    for (;;) {
      const ssize_t got = ::recv(fd_, out.data(), out.size(), 0);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) wait_or_throw(POLLIN, until, "receiving");
    }
  }
  /// SHUT_RD, SHUT_WR or SHUT_RDWR.
  void shutdown(int how) {
    if (::shutdown(fd_, how) != 0) throw_os_error("shutting down", errno);
  }
  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  int fd() const noexcept { return fd_; }
  bool is_open() const noexcept { return fd_ >= 0; }
  /// Gives up the descriptor, in the blocking mode the socket has.
  int release() noexcept {
    if (fd_ >= 0 && blocking_) fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) & ~O_NONBLOCK);
    return std::exchange(fd_, -1);
  }
  bool is_blocking() const noexcept { return blocking_; }
  void set_blocking(bool blocking) noexcept { blocking_ = blocking; }
  /// For each operation of a blocking socket; nothing: no limit. Passing it is errc::timed_out, and loses nothing.
  Timeout timeout() const noexcept { return timeout_; }
  void set_timeout(Timeout timeout) noexcept { timeout_ = timeout; }
  SocketAddress peer_address() const {
    return ask(&::getpeername, "asking for the peer's address");
  }
  SocketAddress own_address() const { return ask(&::getsockname, "asking for the own address"); }
  bool is_connected() const noexcept {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    return getpeername(fd_, reinterpret_cast<sockaddr *>(&address), &size) == 0;
  }

  /// When an operation that begins now has to be done.
  Deadline deadline() const { return deadline_after(timeout_); }
  /// Waits for POLLIN or POLLOUT, whatever the blocking mode; errc::timed_out when the deadline has passed.
  void wait_until(short events, const Deadline &until, std::string_view what) const {
    for (;;) {
      pollfd polled{fd_, events, 0};
      const int ready = ::poll(&polled, 1, milliseconds_to(until));
      if (ready > 0) return;
      if (ready < 0 && errno != EINTR) throw_os_error(what, errno);
      if (ready == 0 && until && std::chrono::steady_clock::now() >= *until)
        throw_error(errc::timed_out, std::string(what) + ": the time limit has passed");
    }
  }

  void swap(Socket &other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(blocking_, other.blocking_);
    std::swap(timeout_, other.timeout_);
  }

 private:
  static Deadline deadline_after(Timeout timeout) {
    if (!timeout) return std::nullopt;
    return std::chrono::steady_clock::now() + *timeout;
  }

  void connect_by(const SocketAddress &address, const Deadline &until) {
    if (::connect(fd_, address.get(), address.size()) == 0) return;
    const int failure = errno;
    const std::string what = "connecting to " + address.to_string();
    // EAGAIN, of a Unix socket whose listener is full, means that nothing is under way.
    if (failure != EINPROGRESS && failure != EINTR) throw_os_error(what, failure);
    if (!blocking_) throw WantWriteError(make_error(errc::none, "the connection is being made"));
    wait_until(POLLOUT, until, what);
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) throw_os_error(what, error);
  }

  static int milliseconds_to(const Deadline &until) noexcept {
    if (!until) return -1;
    // Rounded up: poll must not return just before the deadline, again and again.
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, INT_MAX));
  }

  void wait_or_throw(short events, const Deadline &until, std::string_view what) const {
    const int error = errno;
    if (error != EAGAIN) throw_os_error(what, error);
    if (!blocking_)
      throw_status(events == POLLIN ? IoStatus::want_read : IoStatus::want_write,
                   plugtls_error(PLUGTLS_ERROR_INIT));
    wait_until(events, until, what);
  }

  template <typename Function>
  SocketAddress ask(Function function, std::string_view what) const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (function(fd_, reinterpret_cast<sockaddr *>(&address), &size) != 0)
      throw_os_error(what, errno);
    return {reinterpret_cast<const sockaddr *>(&address), size};
  }

  int fd_ = -1;
  bool blocking_ = true;
  Timeout timeout_;
};

}  // namespace plugtls

#endif
