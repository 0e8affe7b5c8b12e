// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

namespace plugtls::openssl {

// OpenSSL's certificate verification callback: the chain, the name, then the program's say (P-VERIFY-1).
int verify_peer(X509_STORE_CTX *store_ctx, void *user);

}  // namespace plugtls::openssl
