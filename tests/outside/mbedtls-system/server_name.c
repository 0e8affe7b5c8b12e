// SPDX-License-Identifier: Apache-2.0
#include "server_name.h"

#include "error.h"
#include "identity.h"
#include "outcome.h"

#include <string.h>

static plugtls_status refuse(plugtls_backend_connection *connection, int32_t alert,
                             plugtls_error *err) {
  if (connection->refusal.alert <= 0) connection->refusal.alert = alert;
  return end_connection(connection, 0, err);
}

static plugtls_status refuse_name(plugtls_backend_connection *connection, const plugtls_error *said,
                                  plugtls_error *err) {
  connection->refusal = *said;
  if (said->code == PLUGTLS_E_NONE)
    make_error(&connection->refusal, PLUGTLS_E_UNRECOGNIZED_NAME,
               "the server name callback refused '%s'", connection->server_name);
  return refuse(connection, ALERT_UNRECOGNIZED_NAME, err);
}

static plugtls_status ask_program(plugtls_backend_connection *connection, plugtls_error *err) {
  const plugtls_backend_callbacks *callbacks = &connection->context->callbacks;
  plugtls_backend_context *replacement = NULL;
  plugtls_error said = PLUGTLS_ERROR_INIT;
  if (callbacks->server_name == NULL) return PLUGTLS_OK;
  const char *name = connection->server_name[0] != 0 ? connection->server_name : NULL;
  const plugtls_status status = callbacks->server_name(callbacks->user, connection->host_connection,
                                                       name, &replacement, &said);
  if (status == PLUGTLS_WANT_CALLBACK) return status;
  if (status != PLUGTLS_OK) return refuse_name(connection, &said, err);
  if (replacement == NULL) return PLUGTLS_OK;
  connection->context = replacement;
  if (make_ssl(connection, &said) == PLUGTLS_OK) return PLUGTLS_OK;
  connection->refusal = said;
  return refuse(connection, ALERT_INTERNAL_ERROR, err);
}

static bool has_common_version(const plugtls_backend_connection *connection,
                               const struct hello *hello) {
  const struct settings *settings = &connection->context->settings;
  for (uint32_t one = settings->version_min; one <= settings->version_max; ++one)
    if (hello_speaks(hello, (uint16_t)one)) return true;
  return false;
}

// Mbed TLS would call it a failed negotiation like any other.
static plugtls_status refuse_version(plugtls_backend_connection *connection, plugtls_error *err) {
  make_error(&connection->refusal, PLUGTLS_E_NO_COMMON_VERSION,
             "the handshake failed: the client has no protocol version of the server's");
  return refuse(connection, ALERT_PROTOCOL_VERSION, err);
}

// In TLS 1.3 Mbed TLS takes the first suite of the client's that it has. Left with one, it takes the server's first that the
// client has; the others that both have are kept, for a session that was made with one of them.
static void prefer_own_order(plugtls_backend_connection *connection, const struct hello *hello) {
  const struct settings *settings = &connection->context->settings;
  size_t count = 0, common = 0;
  for (size_t i = 0; settings->suites[i] != 0; ++i) {
    const uint16_t suite = (uint16_t)settings->suites[i];
    if (is_tls13(suite) && !hello_offers(hello, suite)) continue;
    if (!is_tls13(suite) || common == 0) connection->suites[count++] = suite;
    if (is_tls13(suite)) connection->common[common++] = suite;
  }
  connection->suites[count] = 0;
  if (common > 0) mbedtls_ssl_conf_ciphersuites(&connection->conf, connection->suites);
}

// The list has one of TLS 1.3's.
static void put_suite(plugtls_backend_connection *connection, uint16_t suite) {
  for (size_t i = 0; connection->suites[i] != 0; ++i)
    if (is_tls13((uint16_t)connection->suites[i])) connection->suites[i] = suite;
}

bool choose_suite(plugtls_backend_connection *connection, uint16_t suite) {
  const struct settings *settings = &connection->context->settings;
  for (size_t i = 0; is_tls13(suite) && connection->common[i] != 0; ++i) {
    if (connection->common[i] != suite) continue;
    put_suite(connection, suite);
    return true;
  }
  for (size_t i = 0; !is_tls13(suite) && settings->suites[i] != 0; ++i)
    if (settings->suites[i] == suite) return true;
  return false;
}

void choose_preferred_suite(plugtls_backend_connection *connection) {
  if (connection->common[0] != 0) put_suite(connection, connection->common[0]);
}

static plugtls_status stop_reading(plugtls_backend_connection *connection, plugtls_status status,
                                   plugtls_error *err) {
  if (status == PLUGTLS_WANT_READ) return status;
  if (connection->hello.no_memory) {
    make_error(&connection->refusal, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
    return refuse(connection, ALERT_INTERNAL_ERROR, err);
  }
  connection->saw_end = status == PLUGTLS_CLOSED;
  connection->transport_failed = !connection->saw_end;
  return end_connection(connection, 0, err);
}

plugtls_status hear_name(plugtls_backend_connection *connection, plugtls_error *err) {
  const plugtls_status status = hello_read(&connection->hello, &connection->transport);
  if (status != PLUGTLS_OK) return stop_reading(connection, status, err);
  const struct hello hello = hello_parse(&connection->hello);
  connection->is_sound = hello.well_formed;
  connection->heard_name = !hello.well_formed;
  if (!hello.well_formed) return PLUGTLS_OK;  // Mbed TLS will say what is wrong; see handshake.c
  if (hello.server_name.size > 0)
    memcpy(connection->server_name, hello.server_name.data, hello.server_name.size);
  const plugtls_status asked = ask_program(connection, err);
  connection->heard_name = asked != PLUGTLS_WANT_CALLBACK;
  if (asked != PLUGTLS_OK) return asked;
  if (!has_common_version(connection, &hello)) return refuse_version(connection, err);
  prefer_own_order(connection, &hello);
  choose_for_client(connection, &hello);
  return PLUGTLS_OK;
}
