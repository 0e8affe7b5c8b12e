// Talks to a server only if no revocation list names a certificate of its chain. Lists have to be there for every authority of
// the chain, and be fresh.
// revocation_list ADDRESS PORT NAME CA-FILE CRL-FILE...
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc < 6) return 2;
  std::vector<RevocationList> lists;
  for (int i = 5; i < argc; ++i)
    lists.push_back(RevocationList::from_file(argv[i]));
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(argv[4]))
      .use_revocation_lists(std::move(lists), RevocationCheck::chain);
  const Backend backend = Backend::open({}, {Feature::crl});
  TlsSocket tls =
      ClientContext(backend, config)
          .wrap_socket(Socket::connect_tcp(argv[1], static_cast<std::uint16_t>(std::stoi(argv[2]))),
                       argv[3]);
  std::cout << "not revoked, say the lists\n";
  tls.shutdown();
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
