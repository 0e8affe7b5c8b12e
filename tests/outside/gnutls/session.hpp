// SPDX-License-Identifier: Apache-2.0
// Sessions of clients, and the tickets of servers (B6).
#pragma once

#include "digest.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/secure_bytes.hpp>

#include <gnutls/gnutls.h>

#include <memory>

struct plugtls_backend_session {
  plugtls::kit::SecureBytes bytes;  // as gnutls_session_get_data2 has them
  uint16_t version = 0;
  uint16_t cipher_suite = 0;
  int64_t created = 0;  // Unix seconds
  int64_t expires = 0;
  // A resumed handshake verifies nobody: it relies on the full one before. So a session is offered only where that one
  // verified what is asked for now.
  plugtls_gnutls::Digest settings{};  // settings_digest of the context
  plugtls_gnutls::Digest peer{};      // peer_digest of the connection
};

namespace plugtls_gnutls {

// What a handshake of the context verifies, and by what.
Digest settings_digest(const plugtls_backend_context &context, const plugtls_config &config);
Digest peer_digest(const plugtls_backend_connection &connection);

// A key of the context's own: no other context takes its tickets.
void make_ticket_key(plugtls_backend_context &context);
// Servers: has the session take tickets, and gives it the key for them.
void use_tickets(plugtls_backend_connection &connection);
// Servers, TLS 1.3: after the handshake. Answers as GnuTLS does.
int send_tickets(plugtls_backend_connection &connection);

// Clients: offers the session if it fits and has not expired; otherwise the handshake is a full one.
void offer_session(plugtls_backend_connection &connection, const plugtls_backend_session *session);
// GnuTLS's hook: a ticket has arrived. In TLS 1.2 that is before the handshake is done.
int note_ticket(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                const gnutls_datum_t *message);
// Keeps the session that the connection has now, and tells the program (P-SESSION-1).
void keep_session(plugtls_backend_connection &connection);

std::unique_ptr<plugtls_backend_session> copy_session(const plugtls_backend_session *session);

plugtls_status session_get(plugtls_backend_connection *connection, plugtls_backend_session **out,
                           plugtls_error *err);
plugtls_status session_export(const plugtls_backend_session *session, uint8_t *out, size_t capacity,
                              size_t *out_size, plugtls_error *err);
plugtls_status session_import(plugtls_backend_context *context, plugtls_bytes bytes,
                              plugtls_backend_session **out, plugtls_error *err);
plugtls_status session_info(const plugtls_backend_session *session, plugtls_session_info *out);
void session_free(plugtls_backend_session *session);

}  // namespace plugtls_gnutls
