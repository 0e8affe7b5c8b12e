// SPDX-License-Identifier: Apache-2.0
// Sessions of clients (B6).
#pragma once

#include "digest.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/handle.hpp>

#include <openssl/ssl.h>

#include <memory>

struct plugtls_backend_session {
  plugtls::kit::Handle<SSL_SESSION, SSL_SESSION_free> session;
  // A resumed handshake verifies nobody: it relies on the full one before. So a session is offered only where that one
  // verified what is asked for now.
  plugtls_boringssl::Digest settings{};  // settings_digest of the context
  plugtls_boringssl::Digest peer{};      // peer_digest of the connection
};

namespace plugtls_boringssl {

// What a handshake of the context verifies, and by what.
Digest settings_digest(const plugtls_backend_context &context, const plugtls_config &config);
Digest peer_digest(const plugtls_backend_connection &connection);

// Clients: offers the session if it fits and has not expired; otherwise the handshake is a full one.
void offer_session(plugtls_backend_connection &connection, const plugtls_backend_session *session);
// BoringSSL's callback: a session has arrived. Keeps it, and tells the program (P-SESSION-1).
int keep_session(SSL *ssl, SSL_SESSION *session);

std::unique_ptr<plugtls_backend_session> copy_session(const plugtls_backend_session *session);

plugtls_status session_get(plugtls_backend_connection *connection, plugtls_backend_session **out,
                           plugtls_error *err);
plugtls_status session_export(const plugtls_backend_session *session, uint8_t *out, size_t capacity,
                              size_t *out_size, plugtls_error *err);
plugtls_status session_import(plugtls_backend_context *context, plugtls_bytes bytes,
                              plugtls_backend_session **out, plugtls_error *err);
plugtls_status session_info(const plugtls_backend_session *session, plugtls_session_info *out);
void session_free(plugtls_backend_session *session);

}  // namespace plugtls_boringssl
