// Talks to a server by a key that both have, without certificates.
// psk ADDRESS PORT NAME IDENTITY KEY-FILE
#include <plugtls/plugtls.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 6) return 2;
  std::ifstream file(argv[5], std::ios::binary);
  const std::string key(std::istreambuf_iterator<char>(file), {});
  ClientConfig config;
  config.offer_psk({Secret(std::string_view(argv[4])), Secret(key), PskHash::sha256});
  const Backend backend = Backend::open({}, {Feature::psk});
  TlsSocket tls =
      ClientContext(backend, config)
          .wrap_socket(Socket::connect_tcp(argv[1], static_cast<std::uint16_t>(std::stoi(argv[2]))),
                       argv[3]);
  // A server that does not know the identity may show a certificate instead, which is verified as ever.
  std::cout << (tls.peer_certificates().empty() ? "by key" : "by certificate") << '\n';
  tls.shutdown();
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
