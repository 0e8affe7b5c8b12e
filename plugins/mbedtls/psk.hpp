// SPDX-License-Identifier: Apache-2.0
// External pre-shared keys (RFC 8446, 2.2): a client offers one, a server looks them up.
#pragma once

#include <plugtls/backend.h>
#include <plugtls/kit/secure_bytes.hpp>

#include <mbedtls/ssl.h>

#include <cstdint>
#include <vector>

struct plugtls_backend_connection;

namespace plugtls::mbedtls {

struct KnownPsk {
  kit::SecureBytes identity;
  kit::SecureBytes key;
  uint32_t hash = 0;  // PLUGTLS_HASH_...; 0: there is none
};

// A server's answers of the program's in one handshake, which may come to the same ClientHello twice.
struct PskLookUp {
  KnownPsk found;
  std::vector<kit::SecureBytes> unknown;
};

// Sets up a context's half of it, after its cipher suites.
void set_psk(plugtls_backend_context &context, const plugtls_config &config);

// Clients: what a connection has to know of the key that its context offers.
void offer_psk(plugtls_backend_connection &connection);

// Which key the handshake is going on with, a ticket's or one from outside: Mbed TLS sets it just before it relies on it.
void note_psk(plugtls_backend_connection &connection, const unsigned char *key);

}  // namespace plugtls::mbedtls
