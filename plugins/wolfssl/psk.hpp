// SPDX-License-Identifier: Apache-2.0
// External pre-shared keys (RFC 8446, 2.2): a client offers one, a server looks them up.
#pragma once

#include "library.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/client_hello.hpp>
#include <plugtls/kit/secure_bytes.hpp>

#include <array>
#include <cstdint>
#include <vector>

struct plugtls_backend_connection;

namespace plugtls::wolfssl {

struct KnownPsk {
  kit::SecureBytes identity;
  kit::SecureBytes key;
  uint32_t hash = 0;  // PLUGTLS_HASH_...; 0: there is none
};

// A server's answers of the program's in one handshake: wolfSSL asks again for every cipher suite.
struct PskLookUp {
  KnownPsk found;
  std::vector<kit::SecureBytes> unknown;
  std::array<uint16_t, 2>
      suites{};  // of both ends: the first with SHA-256, the first with SHA-384; 0: there is none
};

// Reads a context's half of it, after its cipher suites.
void choose_psk(plugtls_backend_context &context, const plugtls_config &config);

// Puts it into wolfSSL's context.
void set_psk(WOLFSSL_CTX *native, const plugtls_backend_context &context);

// Servers: with which suites a key could be used for that client.
void prepare_psk(plugtls_backend_connection &connection, const kit::ClientHello &hello);

// Once the handshake is done: it was authenticated by an external key.
bool was_psk(const plugtls_backend_connection &connection);

// Servers: that is what wolfSSL's answer means, with which it ends a handshake for want of a certificate.
bool lacks_psk(const plugtls_backend_connection &connection, int native);

}  // namespace plugtls::wolfssl
