// SPDX-License-Identifier: Apache-2.0
// The parts of the provider for keys that stay with the program.
#pragma once

#include "certificates.hpp"

#include <plugtls/types.h>

#include <openssl/core_dispatch.h>
#include <openssl/params.h>

struct plugtls_backend_connection;

namespace plugtls::openssl::signer {

// Where a key's parameters say who signs: the address of a plugtls_signer.
inline constexpr const char *signer_param = "plugtls-signer";

struct Type {
  uint32_t number;        // PLUGTLS_KEY_...
  const char *name;       // EVP_PKEY_get0_type_name
  const char *names;      // of the key management
  const char *operation;  // of the signature
};
inline constexpr Type rsa{PLUGTLS_KEY_RSA, "RSA", "RSA:rsaEncryption:1.2.840.113549.1.1.1", "RSA"};
inline constexpr Type rsa_pss{PLUGTLS_KEY_RSA_PSS, "RSA-PSS",
                              "RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10", "RSA"};
inline constexpr Type ecdsa{PLUGTLS_KEY_ECDSA, "EC", "EC:id-ecPublicKey:1.2.840.10045.2.1",
                            "ECDSA"};
inline constexpr Type ed25519{PLUGTLS_KEY_ED25519, "ED25519", "ED25519:1.3.101.112", "ED25519"};
inline constexpr const Type *types[] = {&rsa, &rsa_pss, &ecdsa, &ed25519};

// OpenSSL's "keydata": a public key of the default provider's, and who signs for it. Keys that are only compared with
// one of these have no signer.
struct SignerKey {
  const Type *type;
  Key public_half = {};
  const plugtls_signer *signer = nullptr;
};

inline SignerKey *key_from(void *data) noexcept {
  return static_cast<SignerKey *>(data);
}
inline const SignerKey *key_from(const void *data) noexcept {
  return static_cast<const SignerKey *>(data);
}

constexpr OSSL_PARAM plain(const char *name, unsigned type) {
  return {name, type, nullptr, 0, OSSL_PARAM_UNMODIFIED};
}

template <class Function>
constexpr OSSL_DISPATCH entry(int id, Function *function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

// Their OSSL_DISPATCH tables.
const OSSL_DISPATCH *key_functions(const Type &type) noexcept;
const OSSL_DISPATCH *signature_functions() noexcept;

// Whose handshake this thread is in: a provider is not told.
plugtls_backend_connection *&current_connection() noexcept;

}  // namespace plugtls::openssl::signer
