// Visits a server several times, resuming the session of the visit before.
// resume ADDRESS PORT NAME CA-FILE VISITS
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 6) return 2;
  const std::string name = argv[3];
  const SessionCache cache;
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(argv[4])).set_session_callback(cache.callback());
  const ClientContext context(config);
  for (int visit = 0; visit < std::stoi(argv[5]); ++visit) {
    WrapOptions options;
    options.session = cache.take(name);
    TlsSocket tls = context.wrap_socket(
        Socket::connect_tcp(argv[1], static_cast<std::uint16_t>(std::stoi(argv[2]))), name,
        options);
    std::cout << (tls.resumed() ? "resumed" : "full") << std::endl;
    tls.write_all("GET / HTTP/1.0\r\n\r\n");
    tls.read(4096);  // in TLS 1.3 sessions come with the first data
    tls.shutdown();
  }
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
