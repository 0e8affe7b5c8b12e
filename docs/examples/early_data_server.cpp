// A server that answers a request that came with the first flight, before the handshake is done. Such a request may be a
// recording that somebody sends again: answer only what may be answered twice. It says when each request came.
// early_data_server CHAIN KEY PORT
#include <plugtls/plugtls.hpp>

#include <array>
#include <iostream>

namespace {

std::string read_early(plugtls::TlsSocket &peer) {
  std::string out;
  std::array<std::byte, 1024> part{};
  while (const std::size_t size = peer.read_early_into(part))
    out.append(reinterpret_cast<const char *>(part.data()), size);
  return out;
}

void serve(plugtls::TlsSocket peer) {
  const std::string early = read_early(peer);
  peer.do_handshake();
  peer.write_all(early.empty() ? "nothing came early\n" : "early: " + early + "\n");
  peer.unwrap();
}

}  // namespace

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 4) return 2;
  ServerConfig config;
  config.register_certificates(Certificate::from_file(argv[1]), PrivateKey::from_file(argv[2]))
      .insecure_accept_early_data(1024);
  const Backend backend = Backend::open({}, {Feature::early_data});
  WrapOptions options;
  options.auto_handshake = false;
  TlsListener listener(
      ServerContext(backend, config),
      Socket::listen_tcp("127.0.0.1", static_cast<std::uint16_t>(std::stoi(argv[3]))), options);
  std::cerr << "listening on " << listener.own_address().to_string() << std::endl;
  for (;;)
    try {
      serve(listener.accept(std::chrono::seconds(10)));
    } catch (const TlsError &error) {
      std::cerr << error.what() << " [" << name(error.value()) << "]" << std::endl;
    }
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
