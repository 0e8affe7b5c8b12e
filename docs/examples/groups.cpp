// Chooses the groups of the key exchange and the signature schemes, sends small records, and takes fresh keys in the midst of
// a connection.
// groups ADDRESS PORT NAME CA-FILE GROUP
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 6) return 2;
  const std::optional<Group> group = parse_group(argv[5]);
  if (!group) return 2;
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(argv[4]))
      .set_groups({*group})
      .set_signature_schemes({SignatureScheme::ecdsa_secp256r1_sha256})
      .set_record_size_limit(1024)
      .set_version_range(TlsVersion::TLSv1_3, std::nullopt);
  const Backend backend = Backend::open({}, {Feature::groups, Feature::key_update});
  TlsSocket tls =
      ClientContext(backend, config)
          .wrap_socket(Socket::connect_tcp(argv[1], static_cast<std::uint16_t>(std::stoi(argv[2]))),
                       argv[3]);
  tls.key_update(true);
  tls.write_all("GET / HTTP/1.0\r\n\r\n");
  std::cout << name(*tls.group()) << '\n' << tls.read(4096).substr(0, 8) << '\n';
  tls.shutdown();
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
