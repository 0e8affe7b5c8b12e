// A server that asks for a certificate only when a client wants something that takes one: the line "secret". TLS 1.3.
// post_handshake CHAIN KEY CLIENT-CA PORT
#include <plugtls/plugtls.hpp>

#include <iostream>

namespace {

void serve(plugtls::TlsSocket peer) {
  bool asked = false;
  // The client's certificate arrives with whatever it sends next, and has been verified by the time that can be read.
  for (std::string line = peer.read(64); !line.empty(); line = peer.read(64)) {
    if (!peer.peer_certificates().empty()) {
      const auto key = plugtls::PublicKeyPin::of(peer.peer_certificates().front());
      peer.write_all("for your eyes, " + key.to_string() + "\n");
    } else if (line == "secret\n" && !asked) {
      peer.request_client_certificate();
      peer.write_all("who are you?\n");
      asked = true;
    } else {
      peer.write_all("hello\n");
    }
  }
  peer.shutdown();
}

}  // namespace

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 5) return 2;
  ServerConfig config;
  config.register_certificates(Certificate::from_file(argv[1]), PrivateKey::from_file(argv[2]))
      .use_trust_store(TrustStore::from_pem_file(argv[3]))
      .set_client_authentication(ClientAuthentication::require)
      .defer_client_authentication(true)
      .set_version_range(TlsVersion::TLSv1_3, std::nullopt);
  const Backend backend = Backend::open({}, {Feature::post_handshake_auth});
  TlsListener listener(ServerContext(backend, config), "127.0.0.1",
                       static_cast<std::uint16_t>(std::stoi(argv[4])));
  std::cerr << "listening on " << listener.own_address().to_string() << std::endl;
  for (;;)
    try {
      serve(listener.accept(std::chrono::seconds(10)));
    } catch (const TlsError &error) {
      std::cerr << error.what() << " [" << name(error.value()) << "]" << std::endl;
    }
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
