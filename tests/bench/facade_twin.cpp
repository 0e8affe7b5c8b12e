// SPDX-License-Identifier: Apache-2.0
#include "support/pki.hpp"
#include "twins.hpp"

#include <plugtls/plugtls.hpp>

#include <optional>

namespace bench {
namespace {

using namespace plugtls;

ClientContext client_context(const Backend &backend) {
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(support::pki_path("root.pem")))
      .set_version_range(TlsVersion::TLSv1_3, TlsVersion::TLSv1_3)
      .set_ciphers({CipherSuite::TLS_AES_256_GCM_SHA384});
  return ClientContext(backend, config);
}

ServerContext server_context(const Backend &backend) {
  ServerConfig config;
  config
      .register_certificates(Certificate::from_file(support::pki_path("good-ec.chain.pem")),
                             PrivateKey::from_file(support::pki_path("good-ec.key.pem")))
      .set_version_range(TlsVersion::TLSv1_3, TlsVersion::TLSv1_3)
      .set_ciphers({CipherSuite::TLS_AES_256_GCM_SHA384});
  return ServerContext(backend, config);
}

class FacadeTwin final : public Twin {
 public:
  bool connect() override {
    client_.reset();
    server_.reset();
    pipes_.clear();
    client_.emplace(client_context_, transport_over(&pipes_.client), "server.test", WrapOptions{});
    server_.emplace(server_context_, transport_over(&pipes_.server), std::nullopt, WrapOptions{});
    return shake_hands() && read_tickets();
  }

 private:
  size_t write(const unsigned char *data, size_t size) override {
    return client_->write({reinterpret_cast<const std::byte *>(data), size});
  }

  size_t read(unsigned char *buffer, size_t capacity) override {
    return server_->read_into({reinterpret_cast<std::byte *>(buffer), capacity});
  }

  bool shake_hands() {
    bool one = false, other = false;
    for (int i = 0; i < most_rounds && !(one && other); ++i) {
      one = bool(client_->try_handshake());
      other = bool(server_->try_handshake());
    }
    return one && other;
  }

  bool read_tickets() {
    std::byte byte{};
    return client_->try_read({&byte, 1}).wants();
  }

  Pipes pipes_;
  Backend backend_ = Backend::open(BENCH_BACKEND);
  ClientContext client_context_ = client_context(backend_);
  ServerContext server_context_ = server_context(backend_);
  std::optional<Connection> client_, server_;
};

}  // namespace

std::unique_ptr<Twin> facade_twin() {
  return std::make_unique<FacadeTwin>();
}

}  // namespace bench
