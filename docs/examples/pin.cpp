// Talks to a server only if a public key of its chain is one of those given.
// pin ADDRESS PORT NAME CA-FILE PIN...
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc < 6) return 2;
  std::vector<PublicKeyPin> pins;
  for (int i = 5; i < argc; ++i)
    pins.emplace_back(argv[i]);
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(argv[4]))
      .set_verify_callback(pin_public_keys(std::move(pins)));
  TlsSocket tls = ClientContext(config).wrap_socket(
      Socket::connect_tcp(argv[1], static_cast<std::uint16_t>(std::stoi(argv[2]))), argv[3]);
  std::cout << "pinned; its own key is "
            << PublicKeyPin::of(tls.peer_certificates().front()).to_string() << '\n';
  tls.shutdown();
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
