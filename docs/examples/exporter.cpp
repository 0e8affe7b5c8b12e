// Derives a secret that only the two ends of the connection know.
// exporter ADDRESS PORT NAME CA-FILE LABEL
#include <plugtls/plugtls.hpp>

#include <array>
#include <cstdio>
#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 6) return 2;
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(argv[4]));
  TlsSocket tls = ClientContext(config).wrap_socket(
      Socket::connect_tcp(argv[1], static_cast<std::uint16_t>(std::stoi(argv[2]))), argv[3]);
  std::array<std::byte, 32> secret{};
  tls.export_keying_material(argv[5], std::nullopt, secret);
  for (const std::byte byte : secret)
    std::printf("%02X", std::to_integer<unsigned>(byte));
  std::printf("\n");
  tls.shutdown();
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
