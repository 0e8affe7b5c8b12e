// SPDX-License-Identifier: Apache-2.0
// Signatures: the program makes them.
#include "connection.hpp"
#include "error.hpp"
#include "signer_parts.hpp"

#include <plugtls/kit/signature_wanted.hpp>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <new>
#include <string_view>

namespace plugtls::openssl::signer {

namespace {

struct Signing {
  const SignerKey *key = nullptr;  // OpenSSL's EVP_PKEY holds it
  int digest = NID_undef;          // none: the message itself is signed
  bool pss = false;
};

Signing *signing_from(void *data) noexcept {
  return static_cast<Signing *>(data);
}

void *new_signing(void *, const char *) noexcept {
  return new (std::nothrow) Signing;
}

void free_signing(void *data) noexcept {
  const std::unique_ptr<Signing> owned(signing_from(data));
}

void *copy_signing(void *data) noexcept {
  return new (std::nothrow) Signing(*signing_from(data));
}

uint16_t scheme_of(const Signing &signing) noexcept {
  struct Row {
    uint16_t number;
    uint32_t type;
    bool pss;
    int digest;
  };
  static constexpr Row rows[] = {
      {0x0401, PLUGTLS_KEY_RSA, false, NID_sha256},
      {0x0501, PLUGTLS_KEY_RSA, false, NID_sha384},
      {0x0601, PLUGTLS_KEY_RSA, false, NID_sha512},
      {0x0804, PLUGTLS_KEY_RSA, true, NID_sha256},
      {0x0805, PLUGTLS_KEY_RSA, true, NID_sha384},
      {0x0806, PLUGTLS_KEY_RSA, true, NID_sha512},
      {0x0809, PLUGTLS_KEY_RSA_PSS, true, NID_sha256},
      {0x080a, PLUGTLS_KEY_RSA_PSS, true, NID_sha384},
      {0x080b, PLUGTLS_KEY_RSA_PSS, true, NID_sha512},
      {0x0403, PLUGTLS_KEY_ECDSA, false, NID_sha256},
      {0x0503, PLUGTLS_KEY_ECDSA, false, NID_sha384},
      {0x0603, PLUGTLS_KEY_ECDSA, false, NID_sha512},
      {0x0807, PLUGTLS_KEY_ED25519, false, NID_undef},
  };
  for (const Row &row : rows)
    if (row.type == signing.key->type->number && row.pss == signing.pss &&
        row.digest == signing.digest)
      return row.number;
  return 0;
}

bool is_pss(const OSSL_PARAM &mode) noexcept {
  int number = 0;
  if (mode.data_type == OSSL_PARAM_UTF8_STRING)
    return std::string_view(static_cast<const char *>(mode.data)) == OSSL_PKEY_RSA_PAD_MODE_PSS;
  return OSSL_PARAM_get_int(&mode, &number) == 1 && number == RSA_PKCS1_PSS_PADDING;
}

int set_signing_params(void *data, const OSSL_PARAM *parameters) noexcept {
  if (parameters == nullptr) return 1;
  const OSSL_PARAM *mode = OSSL_PARAM_locate_const(parameters, OSSL_SIGNATURE_PARAM_PAD_MODE);
  if (mode != nullptr) signing_from(data)->pss = is_pss(*mode);
  return 1;  // TLS has no other length of the salt, nor another hash in it, than the digest's
}

const OSSL_PARAM *settable_signing_params(void *, void *) noexcept {
  static constexpr OSSL_PARAM list[] = {
      plain(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PARAM_UTF8_STRING),
      plain(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, OSSL_PARAM_UTF8_STRING),
      plain(OSSL_SIGNATURE_PARAM_DIGEST, OSSL_PARAM_UTF8_STRING), OSSL_PARAM_END};
  return list;
}

// Digests have several names.
int nid_named(const char *name) noexcept {
  if (name == nullptr || *name == '\0') return NID_undef;
  const kit::Handle<EVP_MD, EVP_MD_free> digest(EVP_MD_fetch(nullptr, name, nullptr));
  return digest ? EVP_MD_get_type(digest.get()) : NID_undef;
}

int begin_signing(void *data, const char *digest, void *key,
                  const OSSL_PARAM *parameters) noexcept {
  Signing &signing = *signing_from(data);
  if (key != nullptr) signing.key = key_from(key);
  if (signing.key == nullptr || signing.key->signer == nullptr) return 0;
  signing.digest = nid_named(digest);
  signing.pss = signing.key->type->number == PLUGTLS_KEY_RSA_PSS;
  if (set_signing_params(data, parameters) != 1) return 0;
  // OpenSSL also begins a signature to find out whether it could be made; the padding is set after that.
  const bool needs_digest = signing.key->type->number != PLUGTLS_KEY_ED25519;
  return needs_digest == (signing.digest != NID_undef) ? 1 : 0;
}

struct Wanted : kit::SignatureWanted {
  bool operator()() noexcept {
    const QueueGuard queue;  // the program may well sign by OpenSSL
    return SignatureWanted::operator()();
  }
};

// NOLINTNEXTLINE(readability-non-const-parameter): OpenSSL's signature, and it is written to
int sign(void *data, unsigned char *out, std::size_t *size, std::size_t capacity,
         const unsigned char *message, std::size_t message_size) noexcept {
  const Signing &signing = *signing_from(data);
  const int most = EVP_PKEY_get_size(signing.key->public_half.get());
  if (most <= 0) return 0;
  if (out == nullptr) {
    *size = static_cast<std::size_t>(most);
    return 1;
  }
  plugtls_backend_connection *connection = current_connection();
  const uint16_t scheme = scheme_of(signing);
  if (connection == nullptr || scheme == 0) return 0;
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest{};
  Wanted wanted{
      {*signing.key->signer, scheme, PLUGTLS_SIGN_MESSAGE, {message, message_size}, out, capacity}};
  if (signing.digest != NID_undef) {
    unsigned digest_size = 0;
    if (EVP_Digest(message, message_size, digest.data(), &digest_size,
                   EVP_get_digestbynid(signing.digest), nullptr) != 1)
      return 0;
    wanted.kind = PLUGTLS_SIGN_DIGEST;
    wanted.input = {digest.data(), digest_size};
  }
  if (!kit::ask_signer(connection->suspension, wanted)) {
    connection->program_error = wanted.failure();
    return 0;
  }
  *size = wanted.size;
  return 1;
}

}  // namespace

const OSSL_DISPATCH *signature_functions() noexcept {
  static const OSSL_DISPATCH list[] = {
      entry(OSSL_FUNC_SIGNATURE_NEWCTX, &new_signing),
      entry(OSSL_FUNC_SIGNATURE_FREECTX, &free_signing),
      entry(OSSL_FUNC_SIGNATURE_DUPCTX, &copy_signing),
      entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, &begin_signing),
      entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, &sign),
      entry(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, &set_signing_params),
      entry(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, &settable_signing_params),
      {0, nullptr}};
  return list;
}

plugtls_backend_connection *&current_connection() noexcept {
  [[gnu::tls_model("initial-exec")]] static thread_local plugtls_backend_connection *current =
      nullptr;
  return current;
}

}  // namespace plugtls::openssl::signer
