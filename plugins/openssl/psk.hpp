// SPDX-License-Identifier: Apache-2.0
// External pre-shared keys (RFC 8446, 2.2): a client offers one, a server looks them up.
#pragma once

#include <plugtls/backend.h>
#include <plugtls/kit/secure_bytes.hpp>

#include <openssl/ssl.h>

#include <cstdint>

struct plugtls_backend_connection;

namespace plugtls::openssl {

struct KnownPsk {
  plugtls::kit::SecureBytes identity;
  plugtls::kit::SecureBytes key;
  uint32_t hash = 0;  // PLUGTLS_HASH_...; 0: there is none
};

// Sets up a context's half of it, after its cipher suites.
void set_psk(plugtls_backend_context &context, const plugtls_config &config);

// Servers, when the ClientHello is there: asks the program for the first identity that it knows, and confines TLS 1.3's cipher
// suites to those of its hash. OpenSSL would choose a suite first and drop a key of another hash in silence.
bool look_up_psk(SSL *ssl, plugtls_backend_connection &connection);

// After the handshake, once: that it was authenticated by an external key.
bool was_psk(const plugtls_backend_connection &connection);

}  // namespace plugtls::openssl
