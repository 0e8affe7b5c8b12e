// Talks to a server only if it staples a good OCSP response to its certificate.
// staple ADDRESS PORT NAME CA-FILE
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 5) return 2;
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(argv[4])).set_ocsp(OcspCheck::require);
  const Backend backend = Backend::open({}, {Feature::ocsp_client});
  TlsSocket tls =
      ClientContext(backend, config)
          .wrap_socket(Socket::connect_tcp(argv[1], static_cast<std::uint16_t>(std::stoi(argv[2]))),
                       argv[3]);
  std::cout << "not revoked, says the staple\n";
  tls.shutdown();
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
