// SPDX-License-Identifier: Apache-2.0
// Sessions of clients (B6).
#pragma once

#include "digest.hpp"
#include "library.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/secure_bytes.hpp>

#include <memory>
#include <vector>

struct plugtls_backend_session {
  plugtls::kit::SecureBytes bytes;  // as wolfSSL_i2d_SSL_SESSION has them
  std::vector<uint8_t> nonce;       // the ticket's, whole; empty if the library has it so
  uint16_t version = 0;
  uint16_t cipher_suite = 0;
  int64_t created = 0;  // Unix seconds
  int64_t expires = 0;
  // A resumed handshake verifies nobody: it relies on the full one before. So a session is offered only where that one
  // verified what is asked for now.
  plugtls::wolfssl::Digest settings{};      // settings_digest of the context
  plugtls::wolfssl::Digest peer{};          // peer_digest of the connection
  std::vector<std::vector<uint8_t>> chain;  // the peer's, which the library forgets
};

struct plugtls_backend_context;

namespace plugtls::wolfssl {

// Has the sessions of a client's context kept as they arrive.
void set_sessions(WOLFSSL_CTX *native, const plugtls_backend_context &context);

// The session that came with the handshake, now that it is done (P-SESSION-1).
void announce_session(plugtls_backend_connection &connection);

// For connection_create, whose session stays the caller's; nothing of nothing.
std::unique_ptr<plugtls_backend_session> copy_session(const plugtls_backend_session *session);

// Offers connection.offered if it fits and has not expired; otherwise the handshake is a full one.
void offer_session(plugtls_backend_connection &connection);

plugtls_status session_get(plugtls_backend_connection *connection, plugtls_backend_session **out,
                           plugtls_error *err);
plugtls_status session_export(const plugtls_backend_session *session, uint8_t *out, size_t capacity,
                              size_t *out_size, plugtls_error *err);
plugtls_status session_import(plugtls_backend_context *context, plugtls_bytes bytes,
                              plugtls_backend_session **out, plugtls_error *err);
plugtls_status session_info(const plugtls_backend_session *session, plugtls_session_info *out);
void session_free(plugtls_backend_session *session);

}  // namespace plugtls::wolfssl
