// SPDX-License-Identifier: Apache-2.0
#include "reach.hpp"

#include <plugtls/error.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace plugtls::tools {

namespace {

using Addresses = std::vector<SocketAddress>;

// getaddrinfo cannot be interrupted. One that takes too long is left to end with the process.
Addresses look_up(const std::string &host, std::uint16_t port, const Socket::Deadline &deadline) {
  if (!deadline) return SocketAddress::resolve(host, port);
  auto promise = std::make_shared<std::promise<Addresses>>();
  std::future<Addresses> found = promise->get_future();
  std::thread([promise, host, port] {
    try {
      promise->set_value(SocketAddress::resolve(host, port));
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  }).detach();
  if (found.wait_until(*deadline) != std::future_status::ready)
    throw_error(errc::timed_out, "looking up host '" + host + "' took longer than the time limit");
  return found.get();
}

}  // namespace

Socket::Timeout left_until(const Socket::Deadline &deadline) {
  if (!deadline) return std::nullopt;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(1));
}

Socket reach(const std::string &host, std::uint16_t port, const Socket::Deadline &deadline) {
  std::optional<TlsError> failure;
  for (const SocketAddress &address : look_up(host, port, deadline)) {
    try {
      Socket out = Socket::create(address.family());
      out.set_timeout(left_until(deadline));
      out.connect(address);
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

}  // namespace plugtls::tools
