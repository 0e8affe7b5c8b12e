// SPDX-License-Identifier: Apache-2.0
#include "support/pki.hpp"
#include "twins.hpp"

#include <plugtls/plugtls.hpp>

#include <optional>
#include <stdexcept>

namespace bench {
namespace {

using namespace plugtls;

class FacadeTwin final : public Twin {
 public:
  FacadeTwin() {
    const Backend backend = Backend::open("openssl");
    ClientConfig client;
    client.use_trust_store(TrustStore::from_pem_file(support::pki_path("root.pem")));
    ServerConfig server;
    server.register_certificates(Certificate::from_file(support::pki_path("good-ec.chain.pem")),
                                 PrivateKey::from_file(support::pki_path("good-ec.key.pem")));
    client_.emplace(ClientContext(backend, narrow(client)), transport_over(&client_pipe_),
                    "server.test", WrapOptions{});
    server_.emplace(ServerContext(backend, narrow(server)), transport_over(&server_pipe_),
                    std::nullopt, WrapOptions{});
    for (int i = 0; i < 10 && !(client_->handshake_done() && server_->handshake_done()); ++i) {
      if (const IoResult done = client_->try_handshake(); !done && !done.wants())
        throw_error(client_->last_error());
      (void)server_->try_handshake();
    }
    std::byte ticket{};
    if (!client_->try_read({&ticket, 1}).wants()) throw std::runtime_error("not only tickets");
  }

  bool transfer(const unsigned char *data, unsigned char *received) override {
    const std::span<const std::byte> out(reinterpret_cast<const std::byte *>(data), transfer_size);
    const std::span<std::byte> in(reinterpret_cast<std::byte *>(received), transfer_size);
    return client_->write(out) == transfer_size && server_->read_into(in) == transfer_size;
  }

 private:
  template <typename Config>
  static Config &narrow(Config &config) {
    return config.set_version_range(TlsVersion::TLSv1_3, TlsVersion::TLSv1_3)
        .set_ciphers({CipherSuite::TLS_AES_256_GCM_SHA384});
  }

  Ring upward_, downward_;
  Pipe client_pipe_{&downward_, &upward_}, server_pipe_{&upward_, &downward_};
  std::optional<Connection> client_, server_;
};

}  // namespace

std::unique_ptr<Twin> facade_twin() {
  return std::make_unique<FacadeTwin>();
}

}  // namespace bench
