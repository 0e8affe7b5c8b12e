// SPDX-License-Identifier: Apache-2.0
// The raw twin on wolfSSL.
#include "support/pki.hpp"
#include "twins.hpp"

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include <iterator>
#include <stdexcept>
#include <string_view>

namespace bench {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T *object) const {
    Free(object);
  }
};
using ContextPtr = std::unique_ptr<WOLFSSL_CTX, Deleter<wolfSSL_CTX_free>>;
using SslPtr = std::unique_ptr<WOLFSSL, Deleter<wolfSSL_free>>;

void require(int native, const char *what) {
  if (native != WOLFSSL_SUCCESS) throw std::runtime_error(what);
}

int read_pipe(WOLFSSL *, char *data, int size, void *pipe) {
  const size_t got = static_cast<Pipe *>(pipe)->in->read(data, static_cast<size_t>(size));
  return got == 0 ? int{WOLFSSL_CBIO_ERR_WANT_READ} : static_cast<int>(got);
}

int write_pipe(WOLFSSL *, char *data, int size, void *pipe) {
  const size_t put = static_cast<Pipe *>(pipe)->out->write(data, static_cast<size_t>(size));
  return put == 0 ? int{WOLFSSL_CBIO_ERR_WANT_WRITE} : static_cast<int>(put);
}

class RawTwin final : public Twin {
 public:
  RawTwin() {
    using support::pki_path;
    require(wolfSSL_Init(), "wolfSSL_Init");
    client_context_ = context(wolfTLSv1_3_client_method());
    server_context_ = context(wolfTLSv1_3_server_method());
    (void)wolfSSL_CTX_set_session_cache_mode(server_context_.get(), WOLFSSL_SESS_CACHE_OFF);
    (void)wolfSSL_CTX_set_num_tickets(server_context_.get(), 2);
    wolfSSL_CTX_set_verify(client_context_.get(), WOLFSSL_VERIFY_PEER, nullptr);
    require(wolfSSL_CTX_load_verify_locations(client_context_.get(), pki_path("root.pem").c_str(),
                                              nullptr),
            "trust");
    require(wolfSSL_CTX_use_certificate_chain_file(server_context_.get(),
                                                   pki_path("good-ec.chain.pem").c_str()),
            "certificate");
    require(wolfSSL_CTX_use_PrivateKey_file(
                server_context_.get(), pki_path("good-ec.key.pem").c_str(), WOLFSSL_FILETYPE_PEM),
            "key");
  }

  bool connect() override {
    pipes_.clear();
    client_ = open(client_context_.get(), &pipes_.client);
    server_ = open(server_context_.get(), &pipes_.server);
    const std::string_view name = "server.test";
    require(wolfSSL_UseSNI(client_.get(), WOLFSSL_SNI_HOST_NAME, name.data(),
                           static_cast<unsigned short>(name.size())),
            "SNI");
    require(wolfSSL_check_domain_name(client_.get(), name.data()), "name");
    return shake_hands() && read_tickets();
  }

 private:
  // What the backend sets, too: left to itself wolfSSL offers other groups, which cost more.
  static ContextPtr context(WOLFSSL_METHOD *method) {
    ContextPtr out(wolfSSL_CTX_new(method));
    if (!out) throw std::runtime_error("wolfSSL_CTX_new");
    require(wolfSSL_CTX_set_cipher_list(out.get(), "TLS13-AES256-GCM-SHA384"), "suite");
    int groups[] = {WOLFSSL_ECC_X25519,    WOLFSSL_ECC_SECP256R1, WOLFSSL_ECC_X448,
                    WOLFSSL_ECC_SECP384R1, WOLFSSL_ECC_SECP521R1, WOLFSSL_FFDHE_2048,
                    WOLFSSL_FFDHE_3072};
    for (const int group : groups)
      require(wolfSSL_CTX_UseSupportedCurve(out.get(), static_cast<word16>(group)), "group");
    require(wolfSSL_CTX_set_groups(out.get(), groups, static_cast<int>(std::size(groups))),
            "groups");
    wolfSSL_CTX_SetIORecv(out.get(), &read_pipe);
    wolfSSL_CTX_SetIOSend(out.get(), &write_pipe);
    return out;
  }

  static SslPtr open(WOLFSSL_CTX *context, Pipe *pipe) {
    SslPtr out(wolfSSL_new(context));
    if (!out) throw std::runtime_error("wolfSSL_new");
    wolfSSL_SetIOReadCtx(out.get(), pipe);
    wolfSSL_SetIOWriteCtx(out.get(), pipe);
    wolfSSL_KeepArrays(out.get());
    require(wolfSSL_set1_sigalgs_list(out.get(),
                                      "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ED25519:"
                                      "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
                                      "RSA+SHA256:RSA+SHA384:RSA+SHA512"),
            "signature schemes");
    return out;
  }

  bool shake_hands() {
    int one = 0, other = 0;
    for (int i = 0; i < most_rounds && (one != WOLFSSL_SUCCESS || other != WOLFSSL_SUCCESS); ++i) {
      if (one != WOLFSSL_SUCCESS) one = wolfSSL_connect(client_.get());
      if (other != WOLFSSL_SUCCESS) other = wolfSSL_accept(server_.get());
    }
    return one == WOLFSSL_SUCCESS && other == WOLFSSL_SUCCESS;
  }

  bool read_tickets() {
    unsigned char byte = 0;
    return wolfSSL_read(client_.get(), &byte, 1) < 0 &&
           wolfSSL_get_error(client_.get(), -1) == WOLFSSL_ERROR_WANT_READ;
  }

  size_t write(const unsigned char *data, size_t size) override {
    const int taken = wolfSSL_write(client_.get(), data, static_cast<int>(size));
    return taken > 0 ? static_cast<size_t>(taken) : 0;
  }

  size_t read(unsigned char *buffer, size_t capacity) override {
    const int got = wolfSSL_read(server_.get(), buffer, static_cast<int>(capacity));
    return got > 0 ? static_cast<size_t>(got) : 0;
  }

  Pipes pipes_;
  ContextPtr client_context_, server_context_;
  SslPtr client_, server_;
};

}  // namespace

std::unique_ptr<Twin> raw_twin(std::string_view kind) {
  if (kind != "raw") return nullptr;
  return std::make_unique<RawTwin>();
}

}  // namespace bench
