// SPDX-License-Identifier: Apache-2.0
// Keys that stay outside (S30): to wolfSSL they are the leaf's public key, and it asks us for every signature.
#pragma once

#include "certificates.hpp"
#include "library.hpp"

namespace plugtls::wolfssl {

// Makes `signer` the key of an identity whose chain is there; the signer outlives it. PLUGTLS_E_KEY_MISMATCH if it is of
// another type than the leaf's key.
void use_signer(Identity &identity, const plugtls_signer *signer);

// Whether what it signs is verified by the leaf's key. Only for one that answers at once and is not the program's, which
// may not be asked for nothing.
bool signer_belongs(const Identity &identity);

// Has wolfSSL come to us for the signatures of all connections of the context. Before any key is put into it.
void set_signing(WOLFSSL_CTX *native);

}  // namespace plugtls::wolfssl
