// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

#include "chain.h"
#include "error.h"
#include "flight.h"
#include "outcome.h"
#include "sized.h"
#include "transport.h"
#include "verify.h"

#include <errno.h>
#include <stdlib.h>

bool is_server(const plugtls_backend_connection *connection) {
  return connection->context->role == PLUGTLS_ROLE_SERVER;
}

bool is_newer(const plugtls_backend_connection *connection) {
  return version_of(connection) == PLUGTLS_VERSION_TLS1_3;
}

uint16_t version_of(const plugtls_backend_connection *connection) {
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  return (uint16_t)(connection->ssl.major_ver << 8 | connection->ssl.minor_ver);
#else
  return (uint16_t)mbedtls_ssl_get_version_number(&connection->ssl);
#endif
}

int note_server_name(void *unused, mbedtls_ssl_context *ssl, const unsigned char *name,
                     size_t size) {
  (void)unused;
  plugtls_backend_connection *connection = ssl->p_bio;
  if (size > LONGEST_HOST_NAME || memchr(name, 0, size) != NULL) return -1;
  memcpy(connection->server_name, name, size);
  connection->server_name[size] = 0;
  return 0;
}

// Fails closed whatever the library has thought of it.
static void check_certificate(plugtls_backend_connection *connection, int step) {
  const plugtls_backend_context *context = connection->context;
  const bool required = is_server(connection) ? context->client_auth == PLUGTLS_CLIENT_AUTH_REQUIRE
                                              : verifies(context);
  const bool due = step == MBEDTLS_SSL_HANDSHAKE_OVER ||
                   (is_server(connection) && step == MBEDTLS_SSL_CLIENT_CERTIFICATE);
  if (due && required && !connection->judged && connection->refusal.code == PLUGTLS_E_NONE)
    certificate_refused(&connection->refusal, PLUGTLS_E_CERT_MISSING, -1);
}

// A server of TLS 1.3 has no keys for an alert between its Finished and the client's: it tells it afterwards.
static bool is_stopped(const plugtls_backend_connection *connection) {
  const bool over = connection->ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER;
  return connection->refusal.code != PLUGTLS_E_NONE &&
         (over || !is_server(connection) || !is_newer(connection));
}

static int run_steps(plugtls_backend_connection *connection) {
  mbedtls_ssl_context *ssl = &connection->ssl;
  while (ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER) {
    const int step = ssl->state;
    const int native = mbedtls_ssl_handshake_step(ssl);
    if (native != 0) return native;
    note_received(connection);
    if (ssl->state != step) check_certificate(connection, step);
    if (is_stopped(connection)) return STOPPED;
  }
  check_certificate(connection, MBEDTLS_SSL_HANDSHAKE_OVER);
  return is_stopped(connection) ? STOPPED : 0;
}

// The subjects and, behind them, their values.
static bool copy_subjects(plugtls_backend_connection *connection, const plugtls_peer *peer) {
  size_t size = peer->subject_count * sizeof(plugtls_subject);
  for (uint32_t i = 0; i < peer->subject_count; ++i)
    size += peer->subjects[i].value.size;
  if (peer->subject_count == 0) return true;
  connection->subjects = malloc(size);
  if (connection->subjects == NULL) return false;
  uint8_t *value = (uint8_t *)(connection->subjects + peer->subject_count);
  for (uint32_t i = 0; i < peer->subject_count; ++i) {
    const plugtls_subject *from = &peer->subjects[i];
    memcpy(value, from->value.data, from->value.size);
    connection->subjects[i] = (plugtls_subject){from->kind, 0, {value, from->value.size}};
    value += from->value.size;
  }
  connection->subject_count = peer->subject_count;
  return true;
}

static plugtls_status copy_peer(plugtls_backend_connection *connection, const plugtls_peer *peer,
                                plugtls_error *err) {
  connection->host_connection = peer->host_connection;
  if (peer->session != NULL)
    return unsupported(err, PLUGTLS_FEATURE_RESUMPTION, "this backend resumes no sessions");
  if (is_server(connection)) return PLUGTLS_OK;
  connection->skips_name =
      (peer->flags & PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK) != 0 ||
      (connection->context->flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) != 0;
  if (peer->server_name != NULL) {
    const size_t size = strlen(peer->server_name);
    if (size > LONGEST_HOST_NAME)
      return fail(err, PLUGTLS_E_HOSTNAME_INVALID,
                  "the server name has %zu bytes, %d at most are "
                  "possible",
                  size, LONGEST_HOST_NAME);
    memcpy(connection->server_name, peer->server_name, size + 1);
  }
  return copy_subjects(connection, peer) ? PLUGTLS_OK : out_of_memory(err);
}

static plugtls_status make_ssl(plugtls_backend_connection *connection, plugtls_error *err) {
  mbedtls_ssl_context *ssl = &connection->ssl;
  int native = mbedtls_ssl_setup(ssl, &connection->context->conf);
  if (native == 0 && !is_server(connection))
    native = mbedtls_ssl_set_hostname(
        ssl, connection->server_name[0] != 0 ? connection->server_name : NULL);
  if (native == MBEDTLS_ERR_SSL_ALLOC_FAILED) return out_of_memory(err);
  if (native != 0)
    return fail_native(err, PLUGTLS_E_INTERNAL, native, "Mbed TLS could not make a connection");
  mbedtls_ssl_set_bio(ssl, connection, transport_send, transport_receive, NULL);
  mbedtls_ssl_set_verify(ssl, verify_peer, connection);
  return PLUGTLS_OK;
}

plugtls_status connection_create(plugtls_backend_context *context, const plugtls_peer *peer,
                                 const plugtls_transport *transport,
                                 plugtls_backend_connection **out, plugtls_error *err) {
  const int kept = errno;
  plugtls_peer whom;
  read_sized(&whom, sizeof whom, peer);
  plugtls_backend_connection *connection = malloc(sizeof *connection);
  *out = NULL;
  if (connection == NULL) return out_of_memory(err);
  memset(connection, 0, offsetof(plugtls_backend_connection, outbox.bytes));
  connection->context = context;
  connection->alert_sent = connection->alert_received = PLUGTLS_ALERT_NONE;
  connection->refusal = (plugtls_error)PLUGTLS_ERROR_INIT;
  read_sized(&connection->transport, sizeof connection->transport, transport);
  mbedtls_ssl_init(&connection->ssl);
  plugtls_status status = copy_peer(connection, &whom, err);
  if (status == PLUGTLS_OK) status = make_ssl(connection, err);
  if (status == PLUGTLS_OK)
    *out = connection;
  else
    connection_free(connection);
  errno = kept;
  return status;
}

void connection_free(plugtls_backend_connection *connection) {
  if (connection == NULL) return;
  const int kept = errno;
  connection->muted = true;
  mbedtls_ssl_free(&connection->ssl);
  chain_free(connection->sent);
  chain_free(connection->verified);
  free(connection->subjects);
  free(connection);
  errno = kept;
}

static plugtls_status go_on(plugtls_backend_connection *connection, plugtls_error *err) {
  if (connection->ended != PLUGTLS_OK) return settle(connection, err);
  if (connection->done) return flush_or_fail(connection, err);
  const int native = run_steps(connection);
  if (native != 0) return outcome(connection, native, err);
  connection->done = true;
  return flush_or_fail(connection, err);
}

plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err) {
  const int kept = errno;
  const plugtls_status status = go_on(connection, err);
  errno = kept;
  return status;
}

// Mbed TLS may want although the transport was not asked (P-IO-2), after a message that is not data.
static int read_some(plugtls_backend_connection *connection, void *buffer, size_t capacity) {
  int native = 0;
  connection->transport_wants = false;
  do {
    native = mbedtls_ssl_read(&connection->ssl, buffer, capacity);
#if HAS_TLS13
    if (native == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) native = MBEDTLS_ERR_SSL_WANT_READ;
#endif
  } while (native == MBEDTLS_ERR_SSL_WANT_READ && !connection->transport_wants);
  return native;
}

static plugtls_status read_or_fail(plugtls_backend_connection *connection, void *buffer,
                                   size_t capacity, size_t *out_size, plugtls_error *err) {
  *out_size = 0;
  if (connection->ended != PLUGTLS_OK) return settle(connection, err);
  if (!connection->done)
    return fail(err, PLUGTLS_E_WRONG_STATE, "read before the handshake is done");
  if (capacity == 0) return PLUGTLS_OK;
  if (connection->got_close) return PLUGTLS_CLOSED;
  const int native = read_some(connection, buffer, capacity);
  if (native <= 0) return outcome(connection, native, err);
  *out_size = (size_t)native;
  return PLUGTLS_OK;
}

plugtls_status read_data(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                         size_t *out_size, plugtls_error *err) {
  const int kept = errno;
  const plugtls_status status = read_or_fail(connection, buffer, capacity, out_size, err);
  errno = kept;
  return status;
}

// The same record again if it comes to that (P-WRITE-2); it counts as taken once it is out (P-WRITE-3).
static plugtls_status write_record(plugtls_backend_connection *connection, const void *data,
                                   size_t size, size_t *out_size, plugtls_error *err) {
  if (connection->taken == 0) {
    const size_t again = connection->asked > 0 ? connection->asked : size;
    const size_t most = again < LARGEST_RECORD ? again : LARGEST_RECORD;
    connection->asked = size;
    const int native = mbedtls_ssl_write(&connection->ssl, data, most);
    if (native <= 0) return outcome(connection, native, err);
    connection->taken = (size_t)native;
  }
  const plugtls_status status = flush_or_fail(connection, err);
  if (status != PLUGTLS_OK) return status;
  *out_size = connection->taken;
  connection->taken = connection->asked = 0;
  return PLUGTLS_OK;
}

static plugtls_status write_or_fail(plugtls_backend_connection *connection, const void *data,
                                    size_t size, size_t *out_size, plugtls_error *err) {
  *out_size = 0;
  if (connection->ended != PLUGTLS_OK) return settle(connection, err);
  if (!connection->done)
    return fail(err, PLUGTLS_E_WRONG_STATE, "write before the handshake is done");
  if (connection->sent_close)
    return fail(err, PLUGTLS_E_CLOSED_FOR_WRITING, "write after shutdown");
  if (size < connection->asked)
    return fail(err, PLUGTLS_E_WRITE_RETRY,
                "the repeated write has %zu bytes, the one that has to "
                "go on had %zu",
                size, connection->asked);
  return size == 0 ? PLUGTLS_OK : write_record(connection, data, size, out_size, err);
}

plugtls_status write_data(plugtls_backend_connection *connection, const void *data, size_t size,
                          size_t *out_size, plugtls_error *err) {
  const int kept = errno;
  const plugtls_status status = write_or_fail(connection, data, size, out_size, err);
  errno = kept;
  return status;
}

static plugtls_status close_or_fail(plugtls_backend_connection *connection, plugtls_error *err) {
  if (connection->ended != PLUGTLS_OK) return settle(connection, err);
  if (!connection->done)
    return fail(err, PLUGTLS_E_WRONG_STATE, "shutdown before the handshake is done");
  if (!connection->sent_close) {
    const int native = mbedtls_ssl_close_notify(&connection->ssl);
    if (native != 0) return outcome(connection, native, err);
    connection->sent_close = true;
  }
  return flush_or_fail(connection, err);
}

plugtls_status shutdown_connection(plugtls_backend_connection *connection, plugtls_error *err) {
  const int kept = errno;
  const plugtls_status status = close_or_fail(connection, err);
  errno = kept;
  return status;
}

size_t pending(const plugtls_backend_connection *connection) {
  return mbedtls_ssl_get_bytes_avail(&connection->ssl);
}

static plugtls_bytes bytes_of(const char *text) {
  return (plugtls_bytes){(const uint8_t *)text, text != NULL ? strlen(text) : 0};
}

plugtls_status connection_info(const plugtls_backend_connection *connection,
                               plugtls_connection_info *out) {
  plugtls_connection_info info = {.size = sizeof info};
  if (connection->done) {
    info.handshake_done = 1;
    info.version = version_of(connection);
    info.cipher_suite = (uint16_t)connection->ssl.session->ciphersuite;
    info.group = connection->group;
    info.signature_scheme = connection->peer_scheme;
    info.alpn = bytes_of(mbedtls_ssl_get_alpn_protocol(&connection->ssl));
  }
  info.server_name = bytes_of(connection->server_name);
  write_sized(out, &info, sizeof info);
  return PLUGTLS_OK;
}
