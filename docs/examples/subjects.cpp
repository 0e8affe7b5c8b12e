// Talks to a server by its address, and takes a certificate for any one of the names given, which need not be the address,
// nor what is sent as the server name (nothing is).
// subjects ADDRESS PORT CA-FILE NAME...
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc < 5) return 2;
  WrapOptions options;
  options.subjects.assign(argv + 4, argv + argc);
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(argv[3]));
  TlsSocket tls = ClientContext(config).wrap_socket(
      Socket::connect_tcp(argv[1], static_cast<std::uint16_t>(std::stoi(argv[2]))), std::nullopt,
      options);
  std::cout << "it is one of them\n";
  tls.shutdown();
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
