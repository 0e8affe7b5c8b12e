// A server whose certificate, key and OCSP response may be replaced while it runs. It answers each client with a line.
// reload CHAIN KEY PORT
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 4) return 2;
  ServerConfig config;
  config.register_certificates(Certificate::from_file(argv[1]), PrivateKey::from_file(argv[2]));
  ReloadingServerContext contexts(Backend::open(), config);
  contexts.watch(std::chrono::milliseconds(100), [](const ReloadingServerContext::Result &result) {
    std::cerr << (result.replaced ? std::string("reloaded") : "not reloaded: " + result.failure)
              << std::endl;
  });
  Socket listening =
      Socket::listen_tcp("127.0.0.1", static_cast<std::uint16_t>(std::stoi(argv[3])));
  std::cerr << "listening on " << listening.own_address().to_string() << std::endl;
  for (;;)
    try {
      Socket accepted = listening.accept();
      TlsSocket peer = contexts.current().wrap_socket(std::move(accepted));  // what is current now
      peer.write_all("hello\n");
      peer.unwrap();
    } catch (const TlsError &error) {
      std::cerr << error.what() << '\n';
    }
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << '\n';
  return 1;
}
