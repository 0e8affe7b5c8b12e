// SPDX-License-Identifier: Apache-2.0
// The raw twin on Mbed TLS.
#include "support/pki.hpp"
#include "twins.hpp"

#include <mbedtls/ssl.h>
#include <psa/crypto.h>

#include <optional>
#include <stdexcept>

namespace bench {
namespace {

template <class T, auto Init, auto Free>
class Owned {
 public:
  Owned() { Init(&object_); }
  ~Owned() { Free(&object_); }
  Owned(const Owned &) = delete;
  Owned &operator=(const Owned &) = delete;
  T *get() { return &object_; }

 private:
  T object_;
};
using Config = Owned<mbedtls_ssl_config, mbedtls_ssl_config_init, mbedtls_ssl_config_free>;
using Ssl = Owned<mbedtls_ssl_context, mbedtls_ssl_init, mbedtls_ssl_free>;
using Chain = Owned<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;
using Key = Owned<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;

void require(int native, const char *what) {
  if (native != 0) throw std::runtime_error(what);
}

int random(void *, unsigned char *out, size_t size) {
  return psa_generate_random(out, size);
}

int read_pipe(void *pipe, unsigned char *data, size_t size) {
  const size_t got = static_cast<Pipe *>(pipe)->in->read(data, size);
  return got == 0 ? MBEDTLS_ERR_SSL_WANT_READ : static_cast<int>(got);
}

int write_pipe(void *pipe, const unsigned char *data, size_t size) {
  const size_t put = static_cast<Pipe *>(pipe)->out->write(data, size);
  return put == 0 ? MBEDTLS_ERR_SSL_WANT_WRITE : static_cast<int>(put);
}

class RawTwin final : public Twin {
 public:
  RawTwin() {
    using support::pki_path;
    if (psa_crypto_init() != PSA_SUCCESS) throw std::runtime_error("psa_crypto_init");
    require(mbedtls_x509_crt_parse_file(roots_.get(), pki_path("root.pem").c_str()), "trust");
    require(mbedtls_x509_crt_parse_file(chain_.get(), pki_path("good-ec.chain.pem").c_str()),
            "certificate");
    require(mbedtls_pk_parse_keyfile(key_.get(), pki_path("good-ec.key.pem").c_str(), nullptr,
                                     &random, nullptr),
            "key");
    configure(client_config_, MBEDTLS_SSL_IS_CLIENT);
    configure(server_config_, MBEDTLS_SSL_IS_SERVER);
    mbedtls_ssl_conf_authmode(client_config_.get(), MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(client_config_.get(), roots_.get(), nullptr);
    require(mbedtls_ssl_conf_own_cert(server_config_.get(), chain_.get(), key_.get()), "identity");
  }

  bool connect() override {
    pipes_.clear();
    open(client_, client_config_, &pipes_.client);
    open(server_, server_config_, &pipes_.server);
    require(mbedtls_ssl_set_hostname(client_->get(), "server.test"), "name");
    return shake_hands() && read_tickets();
  }

 private:
  size_t write(const unsigned char *data, size_t size) override {
    const int taken = mbedtls_ssl_write(client_->get(), data, size);
    return taken > 0 ? static_cast<size_t>(taken) : 0;
  }

  size_t read(unsigned char *buffer, size_t capacity) override {
    const int got = mbedtls_ssl_read(server_->get(), buffer, capacity);
    return got > 0 ? static_cast<size_t>(got) : 0;
  }

  void configure(Config &config, int end) {
    mbedtls_ssl_config *conf = config.get();
    require(mbedtls_ssl_config_defaults(conf, end, MBEDTLS_SSL_TRANSPORT_STREAM,
                                        MBEDTLS_SSL_PRESET_DEFAULT),
            "defaults");
    mbedtls_ssl_conf_rng(conf, &random, nullptr);
    mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_ciphersuites(conf, suites_);
  }

  static void open(std::optional<Ssl> &ssl, Config &config, Pipe *pipe) {
    ssl.reset();
    ssl.emplace();
    require(mbedtls_ssl_setup(ssl->get(), config.get()), "setup");
    mbedtls_ssl_set_bio(ssl->get(), pipe, &write_pipe, &read_pipe, nullptr);
  }

  bool shake_hands() {
    int one = 1, other = 1;
    for (int i = 0; i < most_rounds && (one != 0 || other != 0); ++i) {
      if (one != 0) one = mbedtls_ssl_handshake(client_->get());
      if (other != 0) other = mbedtls_ssl_handshake(server_->get());
    }
    return one == 0 && other == 0;
  }

  bool read_tickets() {
    unsigned char byte = 0;
    return mbedtls_ssl_read(client_->get(), &byte, 1) == MBEDTLS_ERR_SSL_WANT_READ;
  }

  Pipes pipes_;
  const int suites_[2] = {tls_aes_256_gcm_sha384, 0};
  Chain roots_, chain_;
  Key key_;
  Config client_config_, server_config_;
  std::optional<Ssl> client_, server_;
};

}  // namespace

std::unique_ptr<Twin> raw_twin(std::string_view kind) {
  if (kind != "raw") return nullptr;
  return std::make_unique<RawTwin>();
}

}  // namespace bench
