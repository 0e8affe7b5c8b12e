// Judges a chain of certificates without a connection, as the backend would in a handshake.
// verify CHAIN CA-FILE NAME
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 4) return 2;
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(argv[2]));
  const Backend backend = Backend::open({}, {Feature::verify_offline});
  const ChainVerdict verdict =
      verify_chain(backend, config, {Certificate::from_file(argv[1])}, {argv[3]});
  if (verdict) {
    std::cout << "good\n";
    return 0;
  }
  std::cout << name(verdict.code) << ": " << verdict.text << '\n';
  return 1;
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
