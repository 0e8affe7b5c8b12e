// SPDX-License-Identifier: Apache-2.0
#include "outcome.hpp"

#include "connection.hpp"
#include "error.hpp"
#include "psk.hpp"
#include "transport.hpp"

namespace plugtls::wolfssl {

namespace {

plugtls_error transport_error(const plugtls_backend_connection &connection) {
  plugtls_error error = kit::make_error(PLUGTLS_E_TRANSPORT, "the transport failed");
  const plugtls_transport &transport = connection.transport;
  if (transport.last_os_error != nullptr) error.os_error = transport.last_os_error(transport.user);
  return error;
}

bool looks_like_tls(const plugtls_backend_connection &connection) {
  if (connection.first_size < 2) return true;
  const uint8_t type = connection.first[0];
  return type >= 20 && type <= 23 && connection.first[1] == 3;
}

// In its own words only where there are no better ones.
plugtls_error native_fault(const plugtls_backend_connection &connection, int native) {
  const int32_t code = looks_like_tls(connection) ? protocol_code(native) : PLUGTLS_E_NOT_TLS;
  plugtls_error text = kit::empty_error();
  set_native(text, native);
  return kit::make_error(code, "the %s failed: %s", connection.done ? "connection" : "handshake",
                         code == PLUGTLS_E_NOT_TLS ? "what the peer sent is not TLS" : text.native);
}

plugtls_error no_psk() {
  plugtls_error error = kit::make_error(PLUGTLS_E_NO_COMMON_PARAMETERS,
                                        "the handshake failed: the client offers no pre-shared key "
                                        "that is known, and there is no certificate");
  error.alert = kit::alert::handshake_failure;
  return error;
}

// Alerts that wolfSSL took or sent without telling.
void note_alerts(plugtls_backend_connection &connection) {
  if (connection.ssl == nullptr) return;
  WOLFSSL_ALERT_HISTORY history{};
  if (wolfSSL_get_alert_history(connection.ssl.get(), &history) != WOLFSSL_SUCCESS) return;
  if (connection.alert_received == PLUGTLS_ALERT_NONE && history.last_rx.level == alert_fatal)
    connection.alert_received = history.last_rx.code;
  if (connection.alert_sent == PLUGTLS_ALERT_NONE && history.last_tx.level == alert_fatal)
    connection.alert_sent = history.last_tx.code;
}

plugtls_error fault(plugtls_backend_connection &connection, int native) {
  plugtls_error error = kit::empty_error();
  if (connection.certificate_error.code != PLUGTLS_E_NONE)
    error = connection.certificate_error;
  else if (connection.program_error.code != PLUGTLS_E_NONE)
    error = connection.program_error;
  else if (connection.alert_received != PLUGTLS_ALERT_NONE)
    error = kit::make_error(PLUGTLS_E_ALERT_RECEIVED, "the peer ended the connection with alert %d",
                            connection.alert_received);
  else if (lacks_psk(connection, native))
    error = no_psk();
  else
    error = native_fault(connection, native);
  if (error.native_code == 0) set_native(error, native);
  error.alert_received = error.code == PLUGTLS_E_ALERT_RECEIVED ? 1 : 0;
  if (error.alert_received != 0) error.alert = connection.alert_received;
  return error;
}

int32_t alert_of(const plugtls_backend_connection &connection, const plugtls_error &error,
                 int native) {
  if (error.alert > 0) return error.alert;
  if (error.code == PLUGTLS_E_NOT_TLS) return kit::alert::protocol_version;
  if (error.code / 100 != PLUGTLS_CATEGORY_CERTIFICATE) return alert_for(native);
  const bool tls13 =
      connection.ssl != nullptr && wolfSSL_version(connection.ssl.get()) == TLS1_3_VERSION;
  return kit::alert_of_certificate(error.code, tls13);
}

// The one way that wolfSSL has to send an alert of its own accord is to close; what it sends is rewritten on its way.
bool send_alert(plugtls_backend_connection &connection, int32_t alert) {
  if (connection.ssl == nullptr) {
    const auto record = kit::plaintext_alert(alert);
    return connection.outbox.take(record.data(), record.size());
  }
  connection.alert_to_send = alert;
  connection.rewritten = false;
  (void)wolfSSL_shutdown(connection.ssl.get());
  connection.alert_to_send = PLUGTLS_ALERT_NONE;
  return connection.rewritten;
}

// Where wolfSSL gives up in silence the peer is told all the same.
void tell_peer(plugtls_backend_connection &connection, plugtls_error &error, int native) {
  if (error.alert_received != 0) return;
  if (connection.alert_sent == PLUGTLS_ALERT_NONE) {
    const int32_t alert = alert_of(connection, error, native);
    if (send_alert(connection, alert)) connection.alert_sent = alert;
  }
  error.alert = connection.alert_sent;
}

// In the handshake the peer waits for what was stashed. Afterwards it may be a record of a write that blocks, and
// whoever reads must go on reading: both ends might be writing.
plugtls_status want_read(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status flushed = flush_or_fail(connection, err);
  if (flushed == PLUGTLS_FAILED) return flushed;
  if (connection.callback_pending) return PLUGTLS_WANT_CALLBACK;
  return flushed == PLUGTLS_WANT_WRITE && !connection.done ? flushed : PLUGTLS_WANT_READ;
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
  connection.sticky.keep(status, transport_error(connection));
  return connection.sticky.tell(err);
}

plugtls_status outcome(plugtls_backend_connection &connection, int native, plugtls_error *err) {
  const bool over = connection.doomed() || connection.transport_failed || connection.saw_end;
  if (native == WOLFSSL_ERROR_WANT_READ && !over) return want_read(connection, err);
  if (native == WOLFSSL_ERROR_WANT_WRITE && !over) return PLUGTLS_WANT_WRITE;
  if (native == WOLFSSL_ERROR_ZERO_RETURN && connection.done) {
    connection.got_close = true;
    return PLUGTLS_CLOSED;
  }
  return end(connection, native, err);
}

plugtls_status end(plugtls_backend_connection &connection, int native, plugtls_error *err) {
  note_alerts(connection);
  const bool at_end = connection.saw_end || native == WOLFSSL_ERROR_ZERO_RETURN;
  if (connection.transport_failed) {
    connection.sticky.keep(PLUGTLS_FAILED, transport_error(connection));
  } else if (at_end && !connection.doomed()) {
    connection.sticky.keep(
        PLUGTLS_TRUNCATED,
        kit::make_error(PLUGTLS_E_TRUNCATED, connection.done
                                                 ? "the stream ended without close_notify"
                                                 : "the stream ended amid the handshake"));
  } else {
    plugtls_error error = fault(connection, native);
    tell_peer(connection, error, native);
    connection.sticky.keep(PLUGTLS_FAILED, error);
  }
  return settle(connection, err);
}

}  // namespace plugtls::wolfssl
