// A server whose key is in a PKCS #11 token, which signs; the program never has it. It answers each client with a line.
// The PIN comes from the environment, so that it is not in the list of processes.
// TOKEN_PIN=... token CHAIN KEY-URI PORT
#include <plugtls/plugtls.hpp>

#include <cstdlib>
#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  const char *pin = std::getenv("TOKEN_PIN");
  if (argc != 4 || pin == nullptr) return 2;
  ServerConfig config;
  config.register_certificates(Certificate::from_file(argv[1]),
                               PrivateKey::from_uri(argv[2], std::string_view(pin)));
  const Backend backend = Backend::open({}, {{Feature::key_pkcs11, true}});
  TlsListener listener(ServerContext(backend, config), "127.0.0.1",
                       static_cast<std::uint16_t>(std::stoi(argv[3])));
  std::cerr << "listening on " << listener.own_address().to_string() << std::endl;
  for (;;)
    try {
      TlsSocket peer = listener.accept(std::chrono::seconds(10));
      peer.write_all("signed by a token\n");
      peer.unwrap();
    } catch (const TlsError &error) {
      std::cerr << error.what() << '\n';
    }
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
