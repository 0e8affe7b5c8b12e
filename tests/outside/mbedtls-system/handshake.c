// SPDX-License-Identifier: Apache-2.0
#include "connection.h"
#include "critical.h"
#include "error.h"
#include "flight.h"
#include "identity.h"
#include "outcome.h"
#include "secrets.h"
#include "server_name.h"
#include "session.h"
#include "verify.h"

#include <errno.h>

// Nobody shows a certificate where a session is resumed that was fit to be.
static bool is_resumed(const plugtls_backend_connection *connection) {
  return !connection->full && connection->may_resume;
}

// Fails closed whatever the library has thought of it.
static void check_certificate(plugtls_backend_connection *connection, int step) {
  const plugtls_backend_context *context = connection->context;
  const bool required = is_server(connection) ? context->client_auth == PLUGTLS_CLIENT_AUTH_REQUIRE
                                              : verifies(context);
  const bool due = step == MBEDTLS_SSL_HANDSHAKE_OVER ||
                   (is_server(connection) && step == MBEDTLS_SSL_CLIENT_CERTIFICATE);
  if (due && required && !connection->judged && !is_resumed(connection) &&
      connection->refusal.code == PLUGTLS_E_NONE)
    certificate_refused(&connection->refusal, PLUGTLS_E_CERT_MISSING, -1);
}

// A server of TLS 1.3 has no keys for an alert between its Finished and the client's: it tells it afterwards.
static bool is_stopped(const plugtls_backend_connection *connection) {
  const bool over = connection->ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER;
  return connection->refusal.code != PLUGTLS_E_NONE &&
         (over || !is_server(connection) || !is_newer(connection) || !connection->is_sound);
}

// What was not understood here the program has not been asked about: Mbed TLS must not get on with it either.
static void check_hello(plugtls_backend_connection *connection) {
  if (!is_server(connection) || connection->is_sound) return;
  make_error(&connection->refusal, PLUGTLS_E_PROTOCOL, "the ClientHello is malformed");
  connection->refusal.alert = ALERT_DECODE_ERROR;
}

// Mbed TLS's servers of TLS 1.2 take what they have not offered.
static void check_scheme(plugtls_backend_connection *connection) {
  const uint16_t scheme = connection->peer_scheme;
  if (scheme == 0 || settings_has_scheme(&connection->context->settings, scheme)) return;
  make_error(&connection->refusal, PLUGTLS_E_PROTOCOL,
             "the peer signed by scheme 0x%04x, which was not offered", (unsigned)scheme);
  connection->refusal.alert = ALERT_ILLEGAL_PARAMETER;
}

static int run_step(plugtls_backend_connection *connection) {
  mbedtls_ssl_context *ssl = &connection->ssl;
  const int step = ssl->state;
  if (step == MBEDTLS_SSL_CLIENT_HELLO) choose_preferred_suite(connection);
  int native = hide_critical_flags(connection);
  if (native == 0) native = mbedtls_ssl_handshake_step(ssl);
  if (native != 0) {
    // A certificate that is refused comes before what the library makes of it afterwards.
    if (!is_good(connection->verdict)) (void)take_verdict(connection);
    return native;
  }
  note_received(connection);
  connection->full = connection->full || ssl->state == MBEDTLS_SSL_SERVER_CERTIFICATE;
  if (ssl->state == step) return 0;
  if (step == MBEDTLS_SSL_CERTIFICATE_REQUEST && !is_server(connection))
    choose_for_server(connection);
  if (step == MBEDTLS_SSL_CLIENT_HELLO) check_hello(connection);
  check_scheme(connection);
  check_certificate(connection, step);
  return 0;
}

static int run_steps(plugtls_backend_connection *connection) {
  for (;;) {
    if (!take_verdict(connection)) return PATIENCE;
    if (is_stopped(connection)) return STOPPED;
    if (connection->ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER) break;
    const int native = run_step(connection);
    if (native != 0) return native;
  }
  check_certificate(connection, MBEDTLS_SSL_HANDSHAKE_OVER);
  return is_stopped(connection) ? STOPPED : 0;
}

// The session's, which the library has forgotten.
static void remember_peer(plugtls_backend_connection *connection) {
  if (is_server(connection) || connection->full || connection->offered == NULL) return;
  connection->remembered = connection->offered->chain;
  connection->offered->chain = NULL;
}

static plugtls_status go_on(plugtls_backend_connection *connection, plugtls_error *err) {
  if (connection->ended != PLUGTLS_OK) return settle(connection, err);
  if (connection->done) return flush_or_fail(connection, err);
  connection->begun = true;
  if (is_server(connection) && !connection->heard_name) {
    const plugtls_status status = hear_name(connection, err);
    if (status != PLUGTLS_OK) return status;
  }
  const int native = run_steps(connection);
  if (native != 0) return outcome(connection, native, err);
  connection->done = true;
  remember_peer(connection);
  log_exporter_secret(connection);
  keep_session(connection);
  hello_free(&connection->hello);
  return flush_or_fail(connection, err);
}

plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err) {
  const int kept = errno;
  const plugtls_status status = go_on(connection, err);
  errno = kept;
  return status;
}
