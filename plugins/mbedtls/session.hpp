// SPDX-License-Identifier: Apache-2.0
// Sessions of clients (B6).
#pragma once

#include "digest.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/secure_bytes.hpp>

#include <mbedtls/ssl.h>

#include <memory>
#include <vector>

struct plugtls_backend_session {
  plugtls::kit::SecureBytes bytes;  // as mbedtls_ssl_session_save has them
  uint16_t version = 0;
  uint16_t cipher_suite = 0;
  int64_t created = 0;  // Unix seconds
  int64_t expires = 0;
  uint32_t early_data_max = 0;
  // A resumed handshake verifies nobody: it relies on the full one before. So a session is offered only where that one
  // verified what is asked for now.
  plugtls::mbedtls::Digest settings{};      // settings_digest of the context
  plugtls::mbedtls::Digest peer{};          // peer_digest of the connection
  std::vector<std::vector<uint8_t>> chain;  // the peer's, which the library forgets
};

namespace plugtls::mbedtls {

// As the library writes it down. Throws kit::Error.
kit::SecureBytes save_session(const mbedtls_ssl_session &session);

// Keeps the session that the connection has now, if it can be resumed, and tells the program (P-SESSION-1).
void keep_session(plugtls_backend_connection &connection);

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

}  // namespace plugtls::mbedtls
