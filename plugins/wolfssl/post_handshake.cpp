// SPDX-License-Identifier: Apache-2.0
// What TLS 1.3 can do after the handshake.
#include "connection.hpp"
#include "outcome.hpp"

#include <wolfssl/error-ssl.h>

namespace plugtls::wolfssl {

namespace {

plugtls_status ask_late(plugtls_backend_connection &connection, plugtls_error *err) {
  WOLFSSL *ssl = connection.ssl.get();
  const bool required = connection.context->client_auth == PLUGTLS_CLIENT_AUTH_REQUIRE;
  wolfSSL_set_verify(ssl,
                     WOLFSSL_VERIFY_PEER | (required ? WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     &on_certificate);
  connection.forget_peer();
  int result = wolfSSL_request_certificate(ssl);
  if (result == POST_HAND_AUTH_ERROR)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "the client has not said that it takes a request for its certificate after "
                     "the handshake");
  // It waits for more to send with it. The handshake, which is done, does nothing but send what waits.
  if (result == WOLFSSL_SUCCESS) result = wolfSSL_accept_TLSv13(ssl);
  if (result != WOLFSSL_SUCCESS) return end(connection, wolfSSL_get_error(ssl, result), err);
  connection.awaits_certificate = true;
  return PLUGTLS_OK;
}

}  // namespace

plugtls_status key_update(plugtls_backend_connection *connection, uint32_t flags,
                          plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (!connection->done) return wrong_state(err, "key_update");
  if (connection->sent_close)
    return kit::fail(err, PLUGTLS_E_CLOSED_FOR_WRITING, "key_update after shutdown");
  if (connection->version != PLUGTLS_VERSION_TLS1_3)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "key_update on a connection of TLS 1.2, which has no KeyUpdate");
  if (!connection->updating) {
    if (const plugtls_status status = flush_or_fail(*connection, err); status != PLUGTLS_OK)
      return status;
    // By itself wolfSSL asks for one back every other time.
    connection->update_to_send = (flags & PLUGTLS_KEY_UPDATE_REQUEST_PEER) != 0;
    const int result = wolfSSL_update_keys(connection->ssl.get());
    connection->update_to_send.reset();
    if (result != WOLFSSL_SUCCESS || !connection->rewritten)
      return end(*connection, wolfSSL_get_error(connection->ssl.get(), result), err);
  }
  const plugtls_status status = flush_or_fail(*connection, err);
  connection->updating = status == PLUGTLS_WANT_WRITE;
  return status;
}

plugtls_status request_client_certificate(plugtls_backend_connection *connection,
                                          plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (!connection->done) return wrong_state(err, "request_client_certificate");
  if (connection->sent_close)
    return kit::fail(err, PLUGTLS_E_CLOSED_FOR_WRITING,
                     "request_client_certificate after shutdown");
  if (!connection->requesting) {
    if (!connection->asks_late)
      return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                       "request_client_certificate where it cannot be made: it takes a server's "
                       "connection of TLS 1.3 whose configuration has asked for authentication "
                       "after the handshake");
    if (connection->awaits_certificate)
      return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                       "the client has been asked for its certificate and has not answered yet");
    plugtls_status status = flush_or_fail(*connection, err);
    if (status == PLUGTLS_OK) status = ask_late(*connection, err);
    if (status != PLUGTLS_OK) return status;
  }
  const plugtls_status status = flush_or_fail(*connection, err);
  connection->requesting = status == PLUGTLS_WANT_WRITE;
  return status;
}

}  // namespace plugtls::wolfssl
