// SPDX-License-Identifier: Apache-2.0
// Certificates with their keys, and which of them a handshake uses: an SSL_CTX of BoringSSL's has room for one.
#pragma once

#include "certificates.hpp"

#include <openssl/pool.h>

#include <vector>

namespace plugtls_boringssl {

using Buffer = kit::Handle<CRYPTO_BUFFER, CRYPTO_BUFFER_free>;

struct Identity {
  std::vector<Buffer> chain;  // leaf first
  Der leaf;
  Key key;
};

// Every identity of the configuration, the first of which is the context's; a key that does not match is PLUGTLS_E_KEY_MISMATCH.
std::vector<Identity> read_identities(SSL_CTX *ctx, const plugtls_config &config);

// BoringSSL's callback: gives the connection the first identity whose key the peer can deal with, or the first.
int choose_identity(SSL *ssl, void *user);

}  // namespace plugtls_boringssl
