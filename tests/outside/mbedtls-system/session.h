// SPDX-License-Identifier: Apache-2.0
// Sessions of clients (B6).
#pragma once

#include "connection.h"

struct plugtls_backend_session {
  uint16_t version, cipher_suite;
  int64_t created, expires;  // Unix seconds
  // A resumed handshake verifies nobody: it relies on the full one before. So a session is offered only where that one
  // verified what is asked for now.
  uint8_t settings[DIGEST_SIZE], peer[DIGEST_SIZE];
  plugtls_backend_chain *chain;  // the peer's, which the library forgets; or NULL
  size_t size;
  uint8_t bytes[];  // as mbedtls_ssl_session_save has them
};

// Keeps the session that the connection has now, if it can be resumed, and tells the program (P-SESSION-1). Without memory for
// it there is just no session.
void keep_session(plugtls_backend_connection *connection);

// Offers connection->offered if it fits and has not expired; otherwise the handshake is a full one.
void offer_session(plugtls_backend_connection *connection);
plugtls_backend_session *session_copy(const plugtls_backend_session *session);

plugtls_status session_get(plugtls_backend_connection *connection, plugtls_backend_session **out,
                           plugtls_error *err);
plugtls_status session_info(const plugtls_backend_session *session, plugtls_session_info *out);
void session_free(plugtls_backend_session *session);

// session_bytes.c
plugtls_status session_export(const plugtls_backend_session *session, uint8_t *out, size_t capacity,
                              size_t *out_size, plugtls_error *err);
plugtls_status session_import(plugtls_backend_context *context, plugtls_bytes bytes,
                              plugtls_backend_session **out, plugtls_error *err);
// One of `size` bytes; NULL if there is no memory.
plugtls_backend_session *session_make(size_t size);
// False if Mbed TLS cannot read the bytes.
bool session_describe(plugtls_backend_session *session);
