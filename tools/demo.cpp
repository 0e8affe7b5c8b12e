// SPDX-License-Identifier: Apache-2.0
// What tools/dev demo runs: a server and a client in one process, in memory and over loopback, on the backend that
// PLUGTLS_BACKEND chooses.
#include "serve/throwaway_certificate.hpp"

#include <plugtls/plugtls.hpp>

#include <cstdio>
#include <exception>
#include <future>
#include <string>

namespace {

using namespace plugtls;

constexpr std::string_view greeting = "hello over TLS";

void row(const char *label, const std::string &value) {
  std::printf("  %-14s %s\n", label, value.c_str());
}

void show(const ConnectionView &connection) {
  row("version", name(connection.negotiated_tls_version().value()));
  row("cipher", name(connection.cipher().value()));
  const auto group = connection.group();
  row("group", group ? name(*group) : "none");
  const auto protocol = connection.negotiated_protocol();
  row("ALPN", protocol ? name(*protocol) : "none");
}

void expect(bool good, const char *what) {
  if (!good) throw std::runtime_error(std::string("the demonstration failed: ") + what);
}

// Two connections without any I/O: what one writes, the other is given.
void in_memory(const ServerContext &server_context, const ClientContext &client_context) {
  MemoryBuffer to_server;
  MemoryBuffer to_client;
  TlsBuffer server = server_context.wrap_buffers(to_server, to_client);
  TlsBuffer client = client_context.wrap_buffers(to_client, to_server, "localhost");
  for (IoResult c{IoStatus::want_read}, s{IoStatus::want_read}; !c || !s;) {
    c = client.try_handshake();
    s = server.try_handshake();
    if (!c && !c.wants()) throw_error(client.last_error());
    if (!s && !s.wants()) throw_error(server.last_error());
  }
  client.write_all(greeting);
  expect(server.read() == greeting, "the server read something else");
  server.write_all("and back");
  expect(client.read() == "and back", "the client read something else");
  client.shutdown();
  expect(server.read().empty(), "the end of the data did not arrive");
  std::printf("\nIn memory\n");
  show(client);
  row("transferred", "both ways, and the end of the data arrived authenticated");
}

void over_loopback(const ServerContext &server_context, const ClientContext &client_context) {
  TlsListener listener(server_context, "127.0.0.1", 0);
  auto serving = std::async(std::launch::async, [&] {
    TlsSocket peer = listener.accept(std::chrono::seconds(20));
    std::size_t total = 0;
    for (std::string data; !(data = peer.read(16384)).empty(); total += data.size())
      peer.write_all(data);
    peer.shutdown();
    return total;
  });
  Socket plain = Socket::connect_tcp("127.0.0.1", listener.own_address().port());
  plain.set_timeout(std::chrono::seconds(20));
  TlsSocket client = client_context.wrap_socket(std::move(plain), "localhost");
  const std::string block(16384, 'x');
  std::size_t echoed = 0;
  for (int i = 0; i < 64; ++i) {
    client.write_all(block);
    for (std::size_t left = block.size(); left > 0;) {
      const std::string data = client.read(left);
      expect(!data.empty(), "the echo ended early");
      left -= data.size();
      echoed += data.size();
    }
  }
  client.shutdown();
  expect(client.read(1).empty(), "the end of the data did not arrive");
  expect(serving.get() == echoed, "the server saw another number of bytes");
  std::printf("\nOver loopback TCP, from %s to %s\n", client.own_address().to_string().c_str(),
              client.peer_address().to_string().c_str());
  show(client);
  row("transferred", std::to_string(echoed) + " bytes there and back");
}

// The same client, asked for another name than the certificate has.
void refusal(const ServerContext &server_context, const ClientContext &client_context) {
  MemoryBuffer to_server;
  MemoryBuffer to_client;
  TlsBuffer server = server_context.wrap_buffers(to_server, to_client);
  TlsBuffer client = client_context.wrap_buffers(to_client, to_server, "elsewhere.test");
  IoResult result{IoStatus::want_read};
  while (result.wants()) {
    result = client.try_handshake();
    (void)server.try_handshake();
  }
  expect(result.code == errc::cert_name_mismatch, "a wrong name was not refused");
  std::printf("\nA server with another name\n");
  row("refused", std::string(name(result.code)) + ": " + client.last_error().message);
}

void run() {
  const Backend backend = Backend::open();
  std::printf("backend %s: %s %s\n", std::string(backend.name()).c_str(),
              std::string(backend.library()).c_str(),
              std::string(backend.library_version()).c_str());
  const tools::ThrowawayCertificate certificate;
  ServerConfig server;
  server
      .register_certificates(Certificate::from_file(certificate.certificate().string()),
                             PrivateKey::from_file(certificate.key().string()))
      .set_inner_protocols({NextProtocol::http1_1()});
  ClientConfig client;
  client.use_trust_store(TrustStore::from_pem_file(certificate.certificate().string()))
      .set_inner_protocols({NextProtocol::h2(), NextProtocol::http1_1()});
  const ServerContext server_context(backend, server);
  const ClientContext client_context(backend, client);
  in_memory(server_context, client_context);
  over_loopback(server_context, client_context);
  refusal(server_context, client_context);
  std::printf("\nAnother backend: PLUGTLS_BACKEND=NAME; 'plugtls list' shows which there are.\n");
}

}  // namespace

int main() {
  try {
    run();
    return 0;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "plugtls-demo: %s\n", error.what());
    return 1;
  }
}
