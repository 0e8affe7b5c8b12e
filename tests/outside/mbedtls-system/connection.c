// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

#include "chain.h"
#include "error.h"
#include "secrets.h"
#include "session.h"
#include "sized.h"
#include "tickets.h"
#include "transport.h"
#include "verify.h"

#include <mbedtls/platform_util.h>

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

static void set_name_check(plugtls_backend_connection *connection) {
  connection->skips_name =
      (connection->peer_flags & PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK) != 0 ||
      (connection->context->flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) != 0;
}

static plugtls_status copy_peer(plugtls_backend_connection *connection, const plugtls_peer *peer,
                                plugtls_error *err) {
  connection->host_connection = peer->host_connection;
  if (is_server(connection)) return PLUGTLS_OK;
  if (peer->session != NULL) connection->offered = session_copy(peer->session);
  if (peer->session != NULL && connection->offered == NULL) return out_of_memory(err);
  connection->peer_flags = peer->flags;
  set_name_check(connection);
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

plugtls_status make_ssl(plugtls_backend_connection *connection, plugtls_error *err) {
  mbedtls_ssl_context *ssl = &connection->ssl;
  mbedtls_ssl_free(ssl);
  mbedtls_ssl_init(ssl);
  connection->conf = connection->context->conf;
  int native = mbedtls_ssl_setup(ssl, &connection->conf);
  if (native == 0 && !is_server(connection))
    native = mbedtls_ssl_set_hostname(
        ssl, connection->server_name[0] != 0 ? connection->server_name : NULL);
  if (native == MBEDTLS_ERR_SSL_ALLOC_FAILED) return out_of_memory(err);
  if (native != 0)
    return fail_native(err, PLUGTLS_E_INTERNAL, native, "Mbed TLS could not make a connection");
  mbedtls_ssl_set_bio(ssl, connection, transport_send, transport_receive, NULL);
  mbedtls_ssl_set_verify(ssl, verify_peer, connection);
  watch_secrets(connection);
  if (is_server(connection))
    use_tickets(connection);
  else
    offer_session(connection);
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
  connection->hello.complete = true;
  plugtls_status status = copy_peer(connection, &whom, err);
  if (status == PLUGTLS_OK && is_server(connection) && !hello_begin(&connection->hello))
    status = out_of_memory(err);
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
  chain_free(connection->remembered);
  session_free(connection->offered);
  session_free(connection->newest);
  free(connection->subjects);
  mbedtls_platform_zeroize(&connection->secrets, sizeof connection->secrets);
  hello_free(&connection->hello);
  free(connection);
  errno = kept;
}

// S15. What is known of the peer stays.
plugtls_status connection_set_context(plugtls_backend_connection *connection,
                                      plugtls_backend_context *context, plugtls_error *err) {
  const int kept = errno;
  if (connection->begun)
    return fail(err, PLUGTLS_E_WRONG_STATE, "set_context after the handshake has begun");
  connection->context = context;
  set_name_check(connection);
  const plugtls_status status = make_ssl(connection, err);
  errno = kept;
  return status;
}

static plugtls_bytes bytes_of(const char *text) {
  return (plugtls_bytes){(const uint8_t *)text, text != NULL ? strlen(text) : 0};
}

plugtls_status connection_info(const plugtls_backend_connection *connection,
                               plugtls_connection_info *out) {
  plugtls_connection_info info = {.size = sizeof info};
  if (connection->done) {
    info.handshake_done = 1;
    info.resumed = connection->full ? 0 : 1;
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
