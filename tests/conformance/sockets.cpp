// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <unistd.h>

#include <thread>
#include <utility>

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor &operator=(Descriptor &&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

struct Sockets {
  Descriptor client, server;
};

Sockets unix_pair() {
  int fds[2] = {-1, -1};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  return {Descriptor(fds[0]), Descriptor(fds[1])};
}

Sockets tcp_pair() {
  const Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto *generic = reinterpret_cast<sockaddr *>(&address);
  REQUIRE(bind(listener.get(), generic, size) == 0);
  REQUIRE(listen(listener.get(), 1) == 0);
  REQUIRE(getsockname(listener.get(), generic, &size) == 0);
  Descriptor client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(connect(client.get(), generic, size) == 0);
  Descriptor server(accept(listener.get(), nullptr, nullptr));
  REQUIRE(server.get() >= 0);
  return {std::move(client), std::move(server)};
}

Sockets make_sockets(bool tcp) {
  return tcp ? tcp_pair() : unix_pair();
}

void set_blocking(int fd, bool blocking) {
  const int flags = fcntl(fd, F_GETFL);
  REQUIRE(fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) == 0);
}

ConnectionPtr wrap(plugtls_context *context, int fd, const char *hostname) {
  plugtls_transport transport{};
  transport.size = sizeof transport;
  Error error;
  if (plugtls_transport_from_socket(fd, &transport, &error) != PLUGTLS_OK)
    throw Failure("plugtls_transport_from_socket", error);
  plugtls_connection_options options{};
  options.size = sizeof options;
  options.server_hostname = hostname;
  plugtls_connection *out = nullptr;
  if (plugtls_connection_create(context, &options, &transport, &out, &error) != PLUGTLS_OK)
    throw Failure("plugtls_connection_create", error);
  return ConnectionPtr(out);
}

// An echo of one message, in a thread of its own; no assertions there, Catch2's are the main thread's.
plugtls_status serve_one(plugtls_connection *connection) {
  plugtls_status status = plugtls_handshake(connection, nullptr);
  char data[64];
  size_t size = 0, taken = 0;
  if (status == PLUGTLS_OK) status = plugtls_read(connection, data, sizeof data, &size, nullptr);
  if (status == PLUGTLS_OK) status = plugtls_write(connection, data, size, &taken, nullptr);
  if (status == PLUGTLS_OK) status = plugtls_unwrap(connection, nullptr);
  return status;
}

}  // namespace

TEST_CASE("S7 S8 S16 a blocking socket: exchange, unwrap, and plain use after", "[sockets]") {
  FOR_EVERY_PAIR(ends);
  const bool tcp = GENERATE(true, false);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  Config config = client_config();
  config.version(version);
  const ContextPtr client_context = make_context(ends.client, config);
  const ContextPtr server_context = make_context(ends.server, server_config());
  const Sockets sockets = make_sockets(tcp);
  const ConnectionPtr client = wrap(client_context.get(), sockets.client.get(), "server.test");
  const ConnectionPtr server = wrap(server_context.get(), sockets.server.get(), nullptr);

  plugtls_status served = PLUGTLS_FAILED;
  std::jthread thread([&] {
    served = serve_one(server.get());
    if (send(sockets.server.get(), "plain", 5, MSG_NOSIGNAL) != 5) served = PLUGTLS_FAILED;
  });
  Error error;
  char data[64];
  size_t size = 0;
  REQUIRE(plugtls_handshake(client.get(), &error) == PLUGTLS_OK);
  REQUIRE(plugtls_write(client.get(), "hello", 5, &size, &error) == PLUGTLS_OK);
  REQUIRE(plugtls_read(client.get(), data, sizeof data, &size, &error) == PLUGTLS_OK);
  CHECK(std::string(data, size) == "hello");
  CHECK(plugtls_unwrap(client.get(), &error) == PLUGTLS_OK);
  const ssize_t plain = recv(sockets.client.get(), data, 5, MSG_WAITALL);
  CHECK(plain == 5);
  CHECK(std::string(data, 5) == "plain");
  thread.join();
  CHECK(served == PLUGTLS_OK);
}

TEST_CASE("S21 a non-blocking socket wants, and goes on", "[sockets]") {
  FOR_EVERY_PAIR(ends);
  const bool tcp = GENERATE(true, false);
  const ContextPtr client_context = make_context(ends.client, client_config());
  const ContextPtr server_context = make_context(ends.server, server_config());
  const Sockets sockets = make_sockets(tcp);
  set_blocking(sockets.client.get(), false);
  set_blocking(sockets.server.get(), false);
  const ConnectionPtr client = wrap(client_context.get(), sockets.client.get(), "server.test");
  const ConnectionPtr server = wrap(server_context.get(), sockets.server.get(), nullptr);
  CHECK(plugtls_handshake(client.get(), nullptr) == PLUGTLS_WANT_READ);
  plugtls_status one = PLUGTLS_WANT_READ, other = PLUGTLS_WANT_READ;
  for (int round = 0; round < 100000 && (one != PLUGTLS_OK || other != PLUGTLS_OK); ++round) {
    one = plugtls_handshake(client.get(), nullptr);
    other = plugtls_handshake(server.get(), nullptr);
  }
  REQUIRE(one == PLUGTLS_OK);
  REQUIRE(other == PLUGTLS_OK);

  // Until the socket is full; then everything arrives.
  const std::string block(16384, 'b');
  size_t sent = 0, size = 0;
  plugtls_status status = PLUGTLS_OK;
  while ((status = plugtls_write(client.get(), block.data(), block.size(), &size, nullptr)) ==
         PLUGTLS_OK)
    sent += size;
  CHECK(status == PLUGTLS_WANT_WRITE);
  std::string buffer(16384, '\0');
  size_t got = 0;
  bool repeated = false;
  for (int round = 0; round < 1000000 && !(repeated && got == sent); ++round) {
    if (plugtls_read(server.get(), buffer.data(), buffer.size(), &size, nullptr) == PLUGTLS_OK)
      got += size;
    if (!repeated &&
        plugtls_write(client.get(), block.data(), block.size(), &size, nullptr) == PLUGTLS_OK) {
      repeated = true;
      sent += size;
    }
  }
  CHECK(repeated);
  CHECK(got == sent);
}

TEST_CASE("S7 other than stream sockets are refused", "[sockets]") {
  plugtls_transport transport{};
  transport.size = sizeof transport;
  const Descriptor datagram(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const Descriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {datagram.get(), null.get(), -1}) {
    Error error;
    CHECK(plugtls_transport_from_socket(fd, &transport, &error) == PLUGTLS_FAILED);
    CHECK(error.name() == "not_a_stream");
  }
}

TEST_CASE("S7 a peer that goes away is an error, not a signal", "[sockets]") {
  FOR_EVERY_PAIR(ends);
  const ContextPtr context = make_context(ends.client, client_config());
  Sockets sockets = tcp_pair();
  const ConnectionPtr client = wrap(context.get(), sockets.client.get(), "server.test");
  { const Descriptor gone(std::move(sockets.server)); }
  Error error;
  plugtls_status status = PLUGTLS_OK;
  for (int i = 0; i < 10 && status != PLUGTLS_FAILED && status != PLUGTLS_TRUNCATED; ++i)
    status = plugtls_handshake(client.get(), &error);
  INFO(error.text());
  CHECK(error.category() == PLUGTLS_CATEGORY_TRANSPORT);
}
