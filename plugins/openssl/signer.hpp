// SPDX-License-Identifier: Apache-2.0
// Keys that stay with the program (S30): to OpenSSL they are keys of a provider of ours, whose signatures the program makes.
#pragma once

#include "certificates.hpp"

#include <plugtls/backend.h>

#include <openssl/crypto.h>

struct plugtls_backend_connection;

namespace plugtls::openssl {

// The provider in a library context of its own, so that the host's never sees it.
OSSL_LIB_CTX *make_signer_library();

// A key whose public half is the leaf's; `signer` outlives it. PLUGTLS_E_KEY_MISMATCH if it is of another type.
Key key_of_signer(OSSL_LIB_CTX *library, const plugtls_signer *signer, X509 *leaf);

// Whose handshake this thread is in: a provider is not told.
class Handshaking {
 public:
  explicit Handshaking(plugtls_backend_connection *connection) noexcept;
  ~Handshaking();
  Handshaking(const Handshaking &) = delete;
  Handshaking &operator=(const Handshaking &) = delete;

 private:
  plugtls_backend_connection *before_;
};

}  // namespace plugtls::openssl
