// SPDX-License-Identifier: Apache-2.0
// The raw twin on libssl.
#include "support/pki.hpp"
#include "twins.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdexcept>
#include <string>

namespace bench {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T *object) const {
    Free(object);
  }
};
using ContextPtr = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using ConnectionPtr = std::unique_ptr<SSL, Deleter<SSL_free>>;
using MethodPtr = std::unique_ptr<BIO_METHOD, Deleter<BIO_meth_free>>;

void require(bool good, const char *what) {
  if (!good) throw std::runtime_error(what);
}

int read_pipe(BIO *bio, char *data, size_t size, size_t *out_size) {
  *out_size = static_cast<Pipe *>(BIO_get_data(bio))->in->read(data, size);
  BIO_clear_retry_flags(bio);
  if (*out_size == 0) BIO_set_retry_read(bio);
  return *out_size != 0;
}

int write_pipe(BIO *bio, const char *data, size_t size, size_t *out_size) {
  *out_size = static_cast<Pipe *>(BIO_get_data(bio))->out->write(data, size);
  BIO_clear_retry_flags(bio);
  if (*out_size == 0) BIO_set_retry_write(bio);
  return *out_size != 0;
}

long control(BIO *, int command, long, void *) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

MethodPtr make_method() {
  MethodPtr method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "pipe"));
  require(method != nullptr, "BIO_meth_new");
  BIO_meth_set_read_ex(method.get(), read_pipe);
  BIO_meth_set_write_ex(method.get(), write_pipe);
  BIO_meth_set_ctrl(method.get(), control);
  return method;
}

class RawTwin final : public Twin {
 public:
  explicit RawTwin(bool clear_errors) : clear_errors_(clear_errors) {
    using support::pki_path;
    client_context_ = context(TLS_client_method());
    server_context_ = context(TLS_server_method());
    SSL_CTX_set_verify(client_context_.get(), SSL_VERIFY_PEER, nullptr);
    require(SSL_CTX_load_verify_file(client_context_.get(), pki_path("root.pem").c_str()) == 1,
            "trust");
    require(SSL_CTX_use_certificate_chain_file(server_context_.get(),
                                               pki_path("good-ec.chain.pem").c_str()) == 1,
            "certificate");
    require(SSL_CTX_use_PrivateKey_file(server_context_.get(), pki_path("good-ec.key.pem").c_str(),
                                        SSL_FILETYPE_PEM) == 1,
            "key");
  }

  bool connect() override {
    client_.reset();
    server_.reset();
    pipes_.clear();
    client_ = connection(client_context_.get(), &pipes_.client);
    server_ = connection(server_context_.get(), &pipes_.server);
    SSL_set_connect_state(client_.get());
    SSL_set_accept_state(server_.get());
    std::string name = "server.test";
    if (SSL_ctrl(client_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 name.data()) != 1 ||
        SSL_set1_host(client_.get(), name.c_str()) != 1)
      return false;
    return shake_hands() && read_tickets();
  }

 private:
  size_t write(const unsigned char *data, size_t size) override {
    size_t taken = 0;
    clear_errors();
    return SSL_write_ex(client_.get(), data, size, &taken) == 1 ? taken : 0;
  }

  size_t read(unsigned char *buffer, size_t capacity) override {
    size_t got = 0;
    clear_errors();
    return SSL_read_ex(server_.get(), buffer, capacity, &got) == 1 ? got : 0;
  }

  void clear_errors() const {
    if (clear_errors_) ERR_clear_error();
  }

  bool shake_hands() {
    int one = 0, other = 0;
    for (int i = 0; i < most_rounds && (one != 1 || other != 1); ++i) {
      clear_errors();
      one = SSL_do_handshake(client_.get());
      clear_errors();
      other = SSL_do_handshake(server_.get());
    }
    return one == 1 && other == 1;
  }

  bool read_tickets() {
    size_t size = 0;
    unsigned char byte = 0;
    clear_errors();
    return SSL_read_ex(client_.get(), &byte, 1, &size) != 1 &&
           SSL_get_error(client_.get(), 0) == SSL_ERROR_WANT_READ;
  }

  static ContextPtr context(const SSL_METHOD *method) {
    ContextPtr out(SSL_CTX_new(method));
    require(out != nullptr, "SSL_CTX_new");
    require(SSL_CTX_set_min_proto_version(out.get(), TLS1_3_VERSION) == 1, "version");
    require(SSL_CTX_set_ciphersuites(out.get(), "TLS_AES_256_GCM_SHA384") == 1, "suite");
    SSL_CTX_set_mode(out.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return out;
  }

  ConnectionPtr connection(SSL_CTX *context, Pipe *pipe) {
    ConnectionPtr out(SSL_new(context));
    require(out != nullptr, "SSL_new");
    BIO *bio = BIO_new(method_.get());
    require(bio != nullptr, "BIO_new");
    BIO_set_data(bio, pipe);
    BIO_set_init(bio, 1);
    SSL_set_bio(out.get(), bio, bio);
    return out;
  }

  bool clear_errors_;  // before each call, as SSL_get_error(3) demands
  Pipes pipes_;
  MethodPtr method_ = make_method();
  ContextPtr client_context_, server_context_;
  ConnectionPtr client_, server_;
};

}  // namespace

std::unique_ptr<Twin> raw_twin(std::string_view kind) {
  if (kind != "raw" && kind != "raw-unchecked") return nullptr;
  return std::make_unique<RawTwin>(kind == "raw");
}

}  // namespace bench
