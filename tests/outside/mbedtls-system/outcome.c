// SPDX-License-Identifier: Apache-2.0
// What an answer of Mbed TLS's comes to, and how a connection ends.
#include "outcome.h"

#include "error.h"
#include "sized.h"
#include "transport.h"

static plugtls_status tell(const plugtls_backend_connection *connection, plugtls_error *err) {
  if (err != NULL) write_sized(err, &connection->error, sizeof connection->error);
  return connection->ended;
}

plugtls_status settle(plugtls_backend_connection *connection, plugtls_error *err) {
  const plugtls_status flushed = transport_flush(connection);
  return flushed == PLUGTLS_WANT_WRITE ? flushed : tell(connection, err);
}

static void note_transport_error(plugtls_backend_connection *connection) {
  const plugtls_transport *transport = &connection->transport;
  connection->ended = PLUGTLS_FAILED;
  make_error(&connection->error, PLUGTLS_E_TRANSPORT, "the transport failed");
  if (transport->last_os_error != NULL)
    connection->error.os_error = transport->last_os_error(transport->user);
}

static bool looks_like_tls(const plugtls_backend_connection *connection) {
  if (connection->first_size < 2) return true;
  return connection->first[0] >= 20 && connection->first[0] <= 23 && connection->first[1] == 3;
}

static void note_native_fault(plugtls_backend_connection *connection, int native) {
  const bool alien = !looks_like_tls(connection);
  const int32_t code = alien ? PLUGTLS_E_NOT_TLS : protocol_code(native, connection->alert_sent);
  plugtls_error text = PLUGTLS_ERROR_INIT;
  set_native(&text, native);
  if (code / 100 == PLUGTLS_CATEGORY_CERTIFICATE)
    certificate_refused(&connection->error, code, -1);
  else
    make_error(&connection->error, code, "the %s failed: %s",
               connection->done ? "connection" : "handshake",
               alien ? "what the peer sent is not TLS" : text.native);
}

static void note_fault(plugtls_backend_connection *connection, int native) {
  plugtls_error *error = &connection->error;
  const bool received = connection->alert_received != PLUGTLS_ALERT_NONE;
  if (connection->refusal.code != PLUGTLS_E_NONE)
    *error = connection->refusal;
  else if (received)
    make_error(error, PLUGTLS_E_ALERT_RECEIVED, "the peer ended the connection with alert %d",
               connection->alert_received);
  else
    note_native_fault(connection, native);
  if (error->native_code == 0 && native < 0) set_native(error, native);
  error->alert_received = received ? 1 : 0;
  if (received) error->alert = connection->alert_received;
}

// An alert that Mbed TLS sent under keys.
static void note_alert(plugtls_backend_connection *connection, int native) {
  if (connection->alert_sent != PLUGTLS_ALERT_NONE) return;
  if (native == MBEDTLS_ERR_SSL_INVALID_MAC) connection->alert_sent = ALERT_BAD_RECORD_MAC;
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  const mbedtls_ssl_context *ssl = &connection->ssl;
  if (ssl->alert_reason == native && native != 0 && ssl->send_alert == 0)
    connection->alert_sent = ssl->alert_type;
#endif
}

static int32_t alert_to_send(const plugtls_backend_connection *connection, int native) {
  const plugtls_error *error = &connection->error;
  if (error->alert > 0) return error->alert;
  if (error->code == PLUGTLS_E_NOT_TLS) return ALERT_PROTOCOL_VERSION;
  if (connection->refusal.code != PLUGTLS_E_NONE ||
      error->code / 100 == PLUGTLS_CATEGORY_CERTIFICATE)
    return alert_of_certificate(error->code, is_newer(connection));
  return alert_for(native);
}

// Where Mbed TLS gives up in silence the peer is told all the same.
static void tell_peer(plugtls_backend_connection *connection, int native) {
  plugtls_error *error = &connection->error;
  if (error->alert_received != 0) return;
  note_alert(connection, native);
  if (connection->alert_sent == PLUGTLS_ALERT_NONE) {
    const int32_t alert = alert_to_send(connection, native);
    (void)mbedtls_ssl_send_alert_message(&connection->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                         (unsigned char)alert);
    connection->alert_sent = alert;
  }
  error->alert = connection->alert_sent;
}

static bool knows_better_than_end(const plugtls_backend_connection *connection) {
  return connection->refusal.code != PLUGTLS_E_NONE ||
         connection->alert_received != PLUGTLS_ALERT_NONE;
}

plugtls_status end_connection(plugtls_backend_connection *connection, int native,
                              plugtls_error *err) {
  if (connection->transport_failed) {
    note_transport_error(connection);
  } else if (connection->saw_end && !knows_better_than_end(connection)) {
    connection->ended = PLUGTLS_TRUNCATED;
    make_error(&connection->error, PLUGTLS_E_TRUNCATED, "the stream ended %s",
               connection->done ? "without close_notify" : "amid the handshake");
  } else {
    note_fault(connection, native);
    tell_peer(connection, native);
    connection->ended = PLUGTLS_FAILED;
  }
  return settle(connection, err);
}

plugtls_status flush_or_fail(plugtls_backend_connection *connection, plugtls_error *err) {
  const plugtls_status status = transport_flush(connection);
  return status == PLUGTLS_FAILED ? end_connection(connection, 0, err) : status;
}

// In the handshake the peer waits for what was stashed. Afterwards it may be a record of a write that blocks, and whoever
// reads must go on reading: both ends might be writing.
static plugtls_status want_read(plugtls_backend_connection *connection, plugtls_error *err) {
  const plugtls_status flushed = flush_or_fail(connection, err);
  if (flushed == PLUGTLS_FAILED) return flushed;
  return flushed == PLUGTLS_WANT_WRITE && !connection->done ? flushed : PLUGTLS_WANT_READ;
}

// A client of TLS 1.3 that refuses the server's certificate may say so before it has keys in use.
static int32_t alert_in_clear(const plugtls_backend_connection *connection) {
  const unsigned char *record = connection->ssl.in_hdr;
  const bool alert = !connection->done && record[0] == MBEDTLS_SSL_MSG_ALERT && record[3] == 0 &&
                     record[4] == 2 && record[5] == MBEDTLS_SSL_ALERT_LEVEL_FATAL;
  return alert ? record[6] : PLUGTLS_ALERT_NONE;
}

plugtls_status outcome(plugtls_backend_connection *connection, int native, plugtls_error *err) {
  switch (native) {
    case PATIENCE:
      return PLUGTLS_WANT_CALLBACK;
    case MBEDTLS_ERR_SSL_WANT_READ:
      return want_read(connection, err);
    case MBEDTLS_ERR_SSL_WANT_WRITE:
      return PLUGTLS_WANT_WRITE;
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
      connection->got_close = true;
      return PLUGTLS_CLOSED;
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
      connection->alert_received = connection->ssl.in_msg[1];
      break;
    case MBEDTLS_ERR_SSL_INVALID_MAC:
      connection->alert_received = alert_in_clear(connection);
      break;
    default:
      break;
  }
  return end_connection(connection, native, err);
}
