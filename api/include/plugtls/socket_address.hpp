// SPDX-License-Identifier: Apache-2.0
/// Addresses of sockets.
#ifndef PLUGTLS_SOCKET_ADDRESS_HPP
#define PLUGTLS_SOCKET_ADDRESS_HPP

#include "plugtls/error.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace plugtls {

/// A TransportError for errno `error`; "what: words".
[[noreturn]] inline void throw_os_error(std::string_view what, int error) {
  const std::string message = std::string(what) + ": " + std::generic_category().message(error);
  plugtls_error out = make_error(error == ETIMEDOUT ? errc::timed_out : errc::transport, message);
  out.os_error = error;
  throw_error(out);
}

/// An IPv4, IPv6 or Unix address.
class SocketAddress {
 public:
  SocketAddress() = default;
  SocketAddress(const sockaddr *address, socklen_t size)
      : size_(std::min<socklen_t>(size, sizeof storage_)) {
    std::memcpy(&storage_, address, size_);
  }

  /// The addresses of a host, in the order to try them; `host` may be an IP literal. An empty host is any address when
  /// `passive` (for listening), else loopback. Asks the system's resolver, which may take its time.
  static std::vector<SocketAddress> resolve(const std::string &host, std::uint16_t port,
                                            bool passive = false) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0);
    addrinfo *list = nullptr;
    const int failed = getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                   std::to_string(port).c_str(), &hints, &list);
    const int failure = errno;
    const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owned(list, &freeaddrinfo);
    if (failed == EAI_SYSTEM) throw_os_error("host '" + host + "' cannot be resolved", failure);
    if (failed != 0)
      throw_error(errc::transport,
                  "host '" + host + "' cannot be resolved: " + gai_strerror(failed));
    std::vector<SocketAddress> out;
    for (const addrinfo *at = list; at != nullptr; at = at->ai_next)
      out.emplace_back(at->ai_addr, at->ai_addrlen);
    return out;
  }
  static SocketAddress unix_path(std::string_view path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
      throw_error(errc::invalid_argument, "the path of a Unix socket is too long");
    path.copy(address.sun_path, path.size());
    return {reinterpret_cast<const sockaddr *>(&address), sizeof address};
  }

  int family() const noexcept { return storage_.ss_family; }
  /// 0 for a Unix socket.
  std::uint16_t port() const noexcept {
    if (family() == AF_INET)
      return ntohs(reinterpret_cast<const sockaddr_in *>(&storage_)->sin_port);
    if (family() == AF_INET6)
      return ntohs(reinterpret_cast<const sockaddr_in6 *>(&storage_)->sin6_port);
    return 0;
  }
  /// The IP address, or the path.
  std::string host() const {
    if (family() == AF_UNIX) return reinterpret_cast<const sockaddr_un *>(&storage_)->sun_path;
    std::string out(NI_MAXHOST, '\0');
    if (getnameinfo(get(), size_, out.data(), static_cast<socklen_t>(out.size()), nullptr, 0,
                    NI_NUMERICHOST) != 0)
      return "unknown";
    out.resize(std::strlen(out.c_str()));
    return out;
  }
  /// "127.0.0.1:443", "[::1]:443", or the path.
  std::string to_string() const {
    if (family() == AF_UNIX) return host();
    std::string out = host();
    if (family() == AF_INET6) {
      out.insert(out.begin(), '[');
      out.push_back(']');
    }
    out.push_back(':');
    return out.append(std::to_string(port()));
  }

  const sockaddr *get() const noexcept { return reinterpret_cast<const sockaddr *>(&storage_); }
  socklen_t size() const noexcept { return size_; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace plugtls

#endif
