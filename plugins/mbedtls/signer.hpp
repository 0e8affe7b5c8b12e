// SPDX-License-Identifier: Apache-2.0
// Keys that stay with the program (S30): to Mbed TLS they are public keys, and where it goes to sign with one the program
// does (wrap.cpp).
#pragma once

#include "certificates.hpp"

#include <plugtls/backend.h>

namespace plugtls::mbedtls {

// What a signer's key may be, PLUGTLS_KEY_...
inline constexpr uint64_t signer_types = PLUGTLS_KEY_RSA | PLUGTLS_KEY_ECDSA;

// Gives an identity the public half of its leaf's key, and who signs for it; `signer` outlives it. PLUGTLS_E_KEY_MISMATCH if
// that is of another type.
void use_signer(Identity &identity, const plugtls_signer *signer);

// Whether what the identity's signer signs is verified by the leaf's key: 0, or what Mbed TLS says. Only for one that answers
// at once and is not the program's, which may not be asked for nothing.
int try_signer(const Identity &identity);

// Who signs with that key for the connection; nullptr: Mbed TLS does.
const plugtls_signer *signer_of(const plugtls_backend_connection &connection,
                                const mbedtls_pk_context *key) noexcept;

// What is to be signed, and where it goes.
struct Signing {
  mbedtls_pk_type_t type;
  mbedtls_md_type_t hash;
  const unsigned char *digest;
  std::size_t digest_size;  // 0: the hash's
  unsigned char *out;
  std::size_t capacity;
};

// Asks the program for the signature. As Mbed TLS's functions answer; on failure the connection holds the reason.
int sign_outside(plugtls_backend_connection &connection, const plugtls_signer &signer,
                 const Signing &signing, std::size_t *size) noexcept;

}  // namespace plugtls::mbedtls
