// SPDX-License-Identifier: Apache-2.0
// wolfCrypt's keys, held safely; and private keys from their sources.
#pragma once

#include "library.hpp"

#include <plugtls/kit/facts.hpp>
#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/stack.hpp>
#include <plugtls/types.h>

#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/ed25519.h>
#include <wolfssl/wolfcrypt/ed448.h>
#include <wolfssl/wolfcrypt/rsa.h>

namespace plugtls::wolfssl {

namespace keys {
// Initialising these only clears them: none can fail without a heap of its own.
inline void init_rsa(RsaKey *key) noexcept {
  (void)wc_InitRsaKey(key, nullptr);
}
inline void free_rsa(RsaKey *key) noexcept {
  (void)wc_FreeRsaKey(key);
}
inline void init_ecc(ecc_key *key) noexcept {
  (void)wc_ecc_init(key);
}
inline void free_ecc(ecc_key *key) noexcept {
  (void)wc_ecc_free(key);
}
inline void init_ed25519(ed25519_key *key) noexcept {
  (void)wc_ed25519_init(key);
}
inline void init_ed448(ed448_key *key) noexcept {
  (void)wc_ed448_init(key);
}
}  // namespace keys

using Rsa = kit::Pinned<RsaKey, keys::init_rsa, keys::free_rsa>;
using Ecc = kit::Pinned<ecc_key, keys::init_ecc, keys::free_ecc>;
using Ed25519 = kit::Pinned<ed25519_key, keys::init_ed25519, wc_ed25519_free>;
using Ed448 = kit::Pinned<ed448_key, keys::init_ed448, wc_ed448_free>;

// wolfSSL 5.5.4 decodes an EC key through a buffer on the stack that it does not wipe, about 20 KiB below its caller.
using KeyStackWiper = kit::StackWiper<std::size_t{48} << 10U>;

// A public key out of a SubjectPublicKeyInfo. False if wolfSSL cannot use it.
bool read_public(kit::DerView info, RsaKey *out);
bool read_public(kit::DerView info, ecc_key *out);
bool read_public(kit::DerView info, ed25519_key *out);
bool read_public(kit::DerView info, ed448_key *out);

// A private key out of what read_private_key answered. False if it is of another type.
bool read_private(kit::DerView der, RsaKey *out);
bool read_private(kit::DerView der, ecc_key *out);
bool read_private(kit::DerView der, ed25519_key *out);
bool read_private(kit::DerView der, ed448_key *out);

// The key of an identity as DER, decrypted; PLUGTLS_E_KEY_MALFORMED, _PASSWORD_... or _UNSUPPORTED.
kit::SecureBytes read_private_key(const plugtls_source &source);

// Whether it is the private half of the certificate's key. wolfSSL's own check knows RSA only.
bool belongs_to(const kit::SecureBytes &key, kit::DerView certificate);

}  // namespace plugtls::wolfssl
