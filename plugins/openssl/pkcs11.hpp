// SPDX-License-Identifier: Apache-2.0
// Keys and certificates in tokens, by PKCS #11 URIs (RFC 7512).
#pragma once

#include "certificates.hpp"

#include <plugtls/types.h>

namespace plugtls::openssl {

// A pem_password_cb: `user` is the kit::Password.
int give_pin(char *out, int capacity, int writing, void *user);

// The key stays in the token, which signs. The PIN is the source's password, or the URI's pin-value.
Key read_token_key(const plugtls_source &source);
Certificate read_token_certificate(const plugtls_source &source);

}  // namespace plugtls::openssl
