// SPDX-License-Identifier: Apache-2.0
// What TLS 1.3 can do after the handshake.
#include "connection.hpp"
#include "error.hpp"
#include "outcome.hpp"

#include <openssl/err.h>

namespace plugtls::openssl {

plugtls_status key_update(plugtls_backend_connection *connection, uint32_t flags,
                          plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (!connection->done) return wrong_state(err, "key_update");
  if (connection->sent_close)
    return kit::fail(err, PLUGTLS_E_CLOSED_FOR_WRITING, "key_update after shutdown");
  SSL *ssl = connection->ssl.get();
  if (SSL_version(ssl) != TLS1_3_VERSION)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "key_update on a connection of TLS 1.2, which has no KeyUpdate");
  const QueueGuard queue;
  if (!connection->updating) {
    if (const plugtls_status status = flush_or_fail(*connection, err); status != PLUGTLS_OK)
      return status;
    const bool both = (flags & PLUGTLS_KEY_UPDATE_REQUEST_PEER) != 0;
    if (SSL_key_update(ssl, both ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) != 1)
      return outcome(*connection, 0, err);
    const int result = SSL_do_handshake(ssl);
    if (result != 1) return outcome(*connection, result, err);
  }
  const plugtls_status status = flush_or_fail(*connection, err);
  connection->updating = status == PLUGTLS_WANT_WRITE;
  return status;
}

// Why OpenSSL would not even begin to ask.
plugtls_status refuse_request(plugtls_error *err) {
  switch (ERR_GET_REASON(ERR_peek_last_error())) {
    case SSL_R_EXTENSION_NOT_RECEIVED:
      return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                       "the client has not said that it takes a request for its certificate after "
                       "the handshake");
    case SSL_R_REQUEST_PENDING:
    case SSL_R_REQUEST_SENT:
      return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                       "the client has been asked for its certificate and has not answered yet");
    default:
      return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                       "request_client_certificate where it cannot be made: it takes a server's "
                       "connection of TLS 1.3 whose context has client_auth");
  }
}

plugtls_status request_client_certificate(plugtls_backend_connection *connection,
                                          plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (!connection->done) return wrong_state(err, "request_client_certificate");
  if (connection->sent_close)
    return kit::fail(err, PLUGTLS_E_CLOSED_FOR_WRITING,
                     "request_client_certificate after shutdown");
  const bool asks_late = (connection->context->flags & PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH) != 0;
  if (!asks_late)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "request_client_certificate on a connection whose configuration has not "
                     "asked for authentication after the handshake");
  const QueueGuard queue;
  if (!connection->requesting) {
    if (const plugtls_status status = flush_or_fail(*connection, err); status != PLUGTLS_OK)
      return status;
    if (SSL_verify_client_post_handshake(connection->ssl.get()) != 1) return refuse_request(err);
    const int result = SSL_do_handshake(connection->ssl.get());
    if (result != 1) return outcome(*connection, result, err);
  }
  const plugtls_status status = flush_or_fail(*connection, err);
  connection->requesting = status == PLUGTLS_WANT_WRITE;
  return status;
}

}  // namespace plugtls::openssl
