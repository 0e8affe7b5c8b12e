// A server that sends an OCSP response with its certificate. It answers each client with a line.
// staple_server CHAIN KEY OCSP-RESPONSE PORT
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 5) return 2;
  ServerConfig config;
  config.register_certificates({Certificate::from_file(argv[1])}, PrivateKey::from_file(argv[2]),
                               Certificate::from_file(argv[3]));
  // Whoever keeps the file fresh (`openssl ocsp -respout`, by cron) has it taken up without a restart.
  ReloadingServerContext contexts(Backend::open({}, {Feature::ocsp_server}), config);
  contexts.watch(std::chrono::seconds(1));
  Socket listening =
      Socket::listen_tcp("127.0.0.1", static_cast<std::uint16_t>(std::stoi(argv[4])));
  std::cerr << "listening on " << listening.own_address().to_string() << std::endl;
  for (;;)
    try {
      Socket accepted = listening.accept();
      accepted.set_timeout(std::chrono::seconds(10));
      TlsSocket peer = contexts.current().wrap_socket(std::move(accepted));
      peer.write_all("with a staple\n");
      peer.unwrap();
    } catch (const TlsError &error) {
      std::cerr << error.what() << '\n';
    }
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
