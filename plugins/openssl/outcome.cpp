// SPDX-License-Identifier: Apache-2.0
#include "outcome.hpp"

#include "connection.hpp"
#include "error.hpp"
#include "transport.hpp"

#include <openssl/err.h>

namespace plugtls::openssl {

namespace {

plugtls_error transport_error(const plugtls_backend_connection &connection) {
  plugtls_error error = kit::make_error(PLUGTLS_E_TRANSPORT, "the transport failed");
  const plugtls_transport &transport = connection.transport;
  if (transport.last_os_error != nullptr) error.os_error = transport.last_os_error(transport.user);
  return error;
}

plugtls_error fault(plugtls_backend_connection &connection) {
  const unsigned long native = take_telling_error();
  plugtls_error error = kit::empty_error();
  if (connection.certificate_error.code != PLUGTLS_E_NONE)
    error = connection.certificate_error;
  else if (connection.program_error.code != PLUGTLS_E_NONE)
    error = connection.program_error;
  else if (connection.alert_received != PLUGTLS_ALERT_NONE)
    error = kit::make_error(
        PLUGTLS_E_ALERT_RECEIVED, "the peer ended the connection with alert %d (%s)",
        connection.alert_received, SSL_alert_desc_string_long(connection.alert_received));
  else
    error = kit::make_error(
        protocol_code(native), "the %s failed: %s", connection.done ? "connection" : "handshake",
        ERR_reason_error_string(native) != nullptr ? ERR_reason_error_string(native)
                                                   : "unknown reason");
  if (error.native_code == 0) set_native(error, native);
  error.alert_received = connection.alert_received != PLUGTLS_ALERT_NONE ? 1 : 0;
  if (error.alert == PLUGTLS_ALERT_NONE)
    error.alert = error.alert_received != 0 ? connection.alert_received : connection.alert_sent;
  return error;
}

// OpenSSL closes in silence on what does not even look like TLS. The peer is told all the same.
void send_missing_alert(plugtls_backend_connection &connection, plugtls_error &error) {
  if (connection.done || error.alert != PLUGTLS_ALERT_NONE ||
      error.code >= PLUGTLS_E_ALERT_RECEIVED)
    return;
  if (SSL_in_before(connection.ssl.get()) == 0 &&
      SSL_get_current_cipher(connection.ssl.get()) != nullptr)
    return;
  error.alert = error.code == PLUGTLS_E_NOT_TLS ? kit::alert::protocol_version
                                                : kit::alert::unexpected_message;
  const auto record = kit::plaintext_alert(error.alert);
  (void)connection.outbox.take(record.data(), record.size());
}

plugtls_status fail_for_good(plugtls_backend_connection &connection, plugtls_status status,
                             const plugtls_error &error) {
  connection.sticky.keep(status, error);
  return status;
}

}  // namespace

plugtls_status settle(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status flushed = flush(connection);
  return flushed == PLUGTLS_WANT_WRITE ? flushed : connection.sticky.tell(err);
}

plugtls_status flush_or_fail(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status status = flush(connection);
  if (status != PLUGTLS_FAILED) [[likely]]
    return status;
  fail_for_good(connection, status, transport_error(connection));
  return connection.sticky.tell(err);
}

namespace {

// In the handshake the peer waits for what was stashed. Afterwards it may be a record of a write that blocks, and
// whoever reads must go on reading: both ends might be writing.
plugtls_status want_read(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status flushed = flush_or_fail(connection, err);
  if (flushed == PLUGTLS_FAILED) return flushed;
  return flushed == PLUGTLS_WANT_WRITE && !connection.done ? flushed : PLUGTLS_WANT_READ;
}

}  // namespace

plugtls_status outcome(plugtls_backend_connection &connection, int result, plugtls_error *err) {
  switch (SSL_get_error(connection.ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return want_read(connection, err);
    case SSL_ERROR_WANT_WRITE:
      return PLUGTLS_WANT_WRITE;
    case SSL_ERROR_WANT_CLIENT_HELLO_CB:
      return PLUGTLS_WANT_CALLBACK;
    case SSL_ERROR_ZERO_RETURN:
      return PLUGTLS_CLOSED;
    default:
      break;
  }
  if (connection.transport_failed) {
    connection.sticky.keep(PLUGTLS_FAILED, transport_error(connection));
  } else if (connection.saw_end && connection.certificate_error.code == 0 &&
             connection.alert_received == PLUGTLS_ALERT_NONE) {
    connection.sticky.keep(
        PLUGTLS_TRUNCATED,
        kit::make_error(PLUGTLS_E_TRUNCATED, connection.done
                                                 ? "the stream ended without close_notify"
                                                 : "the stream ended amid the handshake"));
  } else {
    plugtls_error error = fault(connection);
    send_missing_alert(connection, error);
    connection.sticky.keep(PLUGTLS_FAILED, error);
  }
  return settle(connection, err);
}

}  // namespace plugtls::openssl
