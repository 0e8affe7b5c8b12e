// SPDX-License-Identifier: Apache-2.0
// What a program would write that uses libssl itself, and nothing it could leave out.
#include "support/pki.hpp"
#include "twins.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdexcept>

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
    client_context_ = context(TLS_client_method());
    server_context_ = context(TLS_server_method());
    using support::pki_path;
    require(SSL_CTX_use_certificate_chain_file(server_context_.get(),
                                               pki_path("good-ec.chain.pem").c_str()) == 1,
            "certificate");
    require(SSL_CTX_use_PrivateKey_file(server_context_.get(), pki_path("good-ec.key.pem").c_str(),
                                        SSL_FILETYPE_PEM) == 1,
            "key");
    client_ = connection(client_context_.get(), &client_pipe_);
    server_ = connection(server_context_.get(), &server_pipe_);
    SSL_set_connect_state(client_.get());
    SSL_set_accept_state(server_.get());
    int one = 0, other = 0;
    for (int i = 0; i < 10 && (one != 1 || other != 1); ++i) {
      one = SSL_do_handshake(client_.get());
      other = SSL_do_handshake(server_.get());
    }
    require(one == 1 && other == 1, "handshake");
    size_t size = 0;
    unsigned char byte = 0;
    SSL_read_ex(client_.get(), &byte, 1, &size);  // the tickets
    ERR_clear_error();
  }

  bool transfer(const unsigned char *data, unsigned char *received) override {
    size_t taken = 0, got = 0;
    if (clear_errors_) ERR_clear_error();
    if (SSL_write_ex(client_.get(), data, transfer_size, &taken) != 1) return false;
    if (clear_errors_) ERR_clear_error();
    return SSL_read_ex(server_.get(), received, transfer_size, &got) == 1 && got == transfer_size;
  }

 private:
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

  bool clear_errors_;
  Ring upward_, downward_;
  Pipe client_pipe_{&downward_, &upward_}, server_pipe_{&upward_, &downward_};
  MethodPtr method_ = make_method();
  ContextPtr client_context_, server_context_;
  ConnectionPtr client_, server_;
};

}  // namespace

std::unique_ptr<Twin> raw_twin(bool clear_errors) {
  return std::make_unique<RawTwin>(clear_errors);
}

}  // namespace bench
