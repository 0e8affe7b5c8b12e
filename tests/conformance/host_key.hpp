// SPDX-License-Identifier: Apache-2.0
// A key that stays with the program. It signs by the OpenSSL that the test links itself, which is no business of any backend's.
#ifndef PLUGTLS_TESTS_CONFORMANCE_HOST_KEY_HPP
#define PLUGTLS_TESTS_CONFORMANCE_HOST_KEY_HPP

#include "support/handles.hpp"
#include "support/pki.hpp"

#include <catch2/catch_test_macros.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

namespace support {

using PkeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using PkeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

inline PkeyPtr load_key(const std::string &entity) {
  const std::string pem = read_file(pki_path(entity + ".key.pem"));
  const std::unique_ptr<BIO, Deleter<BIO_vfree>> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return PkeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

inline const EVP_MD *digest_of(uint16_t number) {
  switch (number) {
    case 0x0401:
    case 0x0403:
    case 0x0804:
    case 0x0809:
      return EVP_sha256();
    case 0x0501:
    case 0x0503:
    case 0x0805:
    case 0x080a:
      return EVP_sha384();
    default:
      return EVP_sha512();
  }
}

// A program's key, and what it saw of the questions.
class HostKey {
 public:
  HostKey(const std::string &entity, uint32_t type) : key_(load_key(entity)) {
    REQUIRE(key_ != nullptr);
    c_.size = sizeof c_;
    c_.key_type = type;
    c_.user = this;
    c_.sign = [](void *self, void **operation, uint16_t number, uint32_t kind, plugtls_bytes input,
                 uint8_t *out, size_t capacity, size_t *out_size) {
      return static_cast<HostKey *>(self)->sign(operation, number, kind, input, out, capacity,
                                                out_size);
    };
    c_.cancel = [](void *self, void *operation) {
      auto *own = static_cast<HostKey *>(self);
      own->cancelled += operation == &own->calls ? 1 : 0;
    };
  }
  HostKey(const HostKey &) = delete;
  HostKey &operator=(const HostKey &) = delete;
  const plugtls_signer *get() const { return &c_; }

  plugtls_status answer = PLUGTLS_OK;
  int pending = 0;  // how often to ask for patience first
  int calls = 0, cancelled = 0;
  bool kept_operation = true;
  size_t claims = 0;  // a size to claim in place of the true one
  uint16_t scheme = 0;

 private:
  plugtls_status sign(void **operation, uint16_t asked, uint32_t kind, plugtls_bytes input,
                      uint8_t *out, size_t capacity, size_t *out_size) {
    kept_operation = kept_operation && *operation == (calls == 0 ? nullptr : &calls);
    *operation = &calls;
    ++calls;
    scheme = asked;
    if (pending-- > 0) return PLUGTLS_WANT_CALLBACK;
    if (answer != PLUGTLS_OK) return answer;
    *out_size = capacity;
    const bool done = kind == PLUGTLS_SIGN_DIGEST ? sign_digest(input, out, out_size)
                                                  : sign_message(input, out, out_size);
    if (claims != 0) *out_size = claims;
    return done ? PLUGTLS_OK : PLUGTLS_FAILED;
  }

  bool sign_digest(plugtls_bytes input, uint8_t *out, size_t *out_size) const {
    const PkeyContextPtr context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    const bool pss = scheme >> 8 == 0x08;
    return EVP_PKEY_sign_init(context.get()) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context.get(), digest_of(scheme)) == 1 &&
           (!pss ||
            (EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1)) &&
           EVP_PKEY_sign(context.get(), out, out_size, input.data, input.size) == 1;
  }

  bool sign_message(plugtls_bytes input, uint8_t *out, size_t *out_size) const {
    const DigestContextPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX *options = nullptr;
    const EVP_MD *digest = scheme == 0x0807 ? nullptr : digest_of(scheme);
    const bool pss = scheme != 0x0807 && scheme >> 8 == 0x08;
    return EVP_DigestSignInit(context.get(), &options, digest, nullptr, key_.get()) == 1 &&
           (!pss || (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                     EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1)) &&
           EVP_DigestSign(context.get(), out, out_size, input.data, input.size) == 1;
  }

  PkeyPtr key_;
  plugtls_signer c_{};
};

}  // namespace support

#endif
