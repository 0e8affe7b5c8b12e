// A server whose key stays in another process, here the openssl program. It answers each client with a line.
// signer CHAIN KEY PORT
#include <plugtls/plugtls.hpp>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>

namespace {

// Signs the digest that it is given by `openssl pkeyutl`. A real one would ask an HSM or a key server.
class OtherProcess : public plugtls::Signer {
 public:
  explicit OtherProcess(std::string key) : key_(std::move(key)) {}

  plugtls::KeyType key_type() const noexcept override { return plugtls::KeyType::ecdsa; }

  std::optional<std::size_t> sign(const plugtls::SignRequest &request) override {
    if (!request.is_digest) throw std::runtime_error("this key signs digests");
    const std::string digest =
        (std::filesystem::temp_directory_path() / ("digest-" + std::to_string(getpid()))).string();
    std::ofstream(digest, std::ios::binary)
        .write(reinterpret_cast<const char *>(request.input.data()),
               static_cast<std::streamsize>(request.input.size()));
    const std::unique_ptr<std::FILE, int (*)(std::FILE *)> openssl(
        popen(("openssl pkeyutl -sign -inkey '" + key_ + "' -in '" + digest + "'").c_str(), "r"),
        &pclose);
    if (!openssl) throw std::runtime_error("the openssl program cannot be run");
    const std::size_t size =
        std::fread(request.signature.data(), 1, request.signature.size(), openssl.get());
    std::filesystem::remove(digest);
    return size;
  }

 private:
  std::string key_;
};

}  // namespace

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 4) return 2;
  ServerConfig config;
  config.register_certificates(Certificate::from_file(argv[1]),
                               PrivateKey::from_signer(std::make_shared<OtherProcess>(argv[2])));
  const Backend backend = Backend::open({}, {Feature::key_signer});
  TlsListener listener(ServerContext(backend, config), "127.0.0.1",
                       static_cast<std::uint16_t>(std::stoi(argv[3])));
  std::cerr << "listening on " << listener.own_address().to_string() << std::endl;
  for (;;)
    try {
      TlsSocket peer = listener.accept(std::chrono::seconds(10));
      peer.write_all("signed elsewhere\n");
      peer.unwrap();
    } catch (const TlsError &error) {
      std::cerr << error.what() << '\n';
    }
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << '\n';
  return 1;
}
