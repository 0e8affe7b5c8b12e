// One of several servers that resume each other's sessions, because they have the same file of ticket keys. It tells each
// client what kind of handshake it was.
// tickets CHAIN KEY TICKET-KEYS PORT
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 5) return 2;
  ServerConfig config;
  config.register_certificates(Certificate::from_file(argv[1]), PrivateKey::from_file(argv[2]));
  // The file is read anew when it changes, and the keys in it rotate as its owner pleases.
  ReloadingServerContext contexts(Backend::open(), config, argv[3]);
  contexts.watch(std::chrono::seconds(1));
  Socket listening =
      Socket::listen_tcp("127.0.0.1", static_cast<std::uint16_t>(std::stoi(argv[4])));
  std::cerr << "listening on " << listening.own_address().to_string() << std::endl;
  for (;;)
    try {
      Socket accepted = listening.accept();
      accepted.set_timeout(std::chrono::seconds(10));
      TlsSocket peer = contexts.current().wrap_socket(std::move(accepted));
      peer.write_all(peer.resumed() ? "resumed\n" : "full\n");
      peer.unwrap();
    } catch (const TlsError &error) {
      std::cerr << error.what() << '\n';
    }
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
