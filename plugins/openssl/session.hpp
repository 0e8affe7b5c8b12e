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
  plugtls::openssl::Digest settings{};  // settings_digest of the context
  plugtls::openssl::Digest peer{};      // peer_digest of the connection
};

namespace plugtls::openssl {

// OpenSSL's callback for a session that arrived.
int keep_session(SSL *ssl, SSL_SESSION *session);

// For connection_create, whose session stays the caller's; nothing of nothing.
std::unique_ptr<plugtls_backend_session> copy_session(const plugtls_backend_session *session);

// Offers the session if it fits and has not expired; otherwise the handshake is a full one.
void offer_session(plugtls_backend_connection &connection, const plugtls_backend_session *session);

plugtls_status session_get(plugtls_backend_connection *connection, plugtls_backend_session **out,
                           plugtls_error *err);
plugtls_status session_export(const plugtls_backend_session *session, uint8_t *out, size_t capacity,
                              size_t *out_size, plugtls_error *err);
plugtls_status session_import(plugtls_backend_context *context, plugtls_bytes bytes,
                              plugtls_backend_session **out, plugtls_error *err);
plugtls_status session_info(const plugtls_backend_session *session, plugtls_session_info *out);
void session_free(plugtls_backend_session *session);

}  // namespace plugtls::openssl
