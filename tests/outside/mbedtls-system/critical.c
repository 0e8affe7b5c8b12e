// SPDX-License-Identifier: Apache-2.0
// In a handshake Mbed TLS, 2.28 and 3.6, asks nobody about a critical extension that it does not know, such as name
// constraints, but sends an alert, whichever of the certificates has it. So while it reads the message, these extensions
// are not critical; before anything is judged, or hashed in TLS 1.3, the message is again what was received. TLS 1.2 has
// hashed it already. Where there are too many they stay critical, and end the handshake.
#include "critical.h"

#include "flight.h"

#include <string.h>

// What a step begins with. Both branches export them; 3.6 has no header for them.
int mbedtls_ssl_flush_output(mbedtls_ssl_context *ssl);
int mbedtls_ssl_read_record(mbedtls_ssl_context *ssl, unsigned update_hash);

// `critical` follows the OID: BOOLEAN, of one byte (RFC 5280, 4.1).
static int hide(void *user, const mbedtls_x509_crt *one, const mbedtls_x509_buf *oid, int critical,
                const unsigned char *value, const unsigned char *end) {
  const struct bytes certificate = {one->raw.p, one->raw.len};
  struct hidden_flags *flags = user;
  uint8_t *at = oid->p + oid->len + 2;
  (void)value, (void)end;
  if (critical == 0 || *at == 0 || flags->count == MOST_HIDDEN) return 0;
  flags->each[flags->count++] = (struct hidden_flag){certificate, at, *at};
  *at = 0;
  return 0;
}

// Where it lies: it is not copied.
static void hide_in(struct hidden_flags *flags, struct bytes certificate) {
  mbedtls_x509_crt one;
  mbedtls_x509_crt_init(&one);
  // What it says of the rest it says again.
  if (certificate.size > 0)
    (void)mbedtls_x509_crt_parse_der_with_ext_cb(&one, certificate.data, certificate.size, 0, hide,
                                                 flags);
  mbedtls_x509_crt_free(&one);
}

// For one that comes: a server that has asked for none skips the state.
static bool waits_for_certificate(const plugtls_backend_connection *connection) {
  return is_server(connection) ? connection->ssl.state == MBEDTLS_SSL_CLIENT_CERTIFICATE &&
                                     connection->conf.authmode != MBEDTLS_SSL_VERIFY_NONE
                               : connection->ssl.state == MBEDTLS_SSL_SERVER_CERTIFICATE;
}

int hide_critical_flags(plugtls_backend_connection *connection) {
  if (connection->hidden.done || !waits_for_certificate(connection)) return 0;
  mbedtls_ssl_context *ssl = &connection->ssl;
  int native = mbedtls_ssl_flush_output(ssl);  // or the peer would wait for it
  if (native == 0) native = mbedtls_ssl_read_record(ssl, is_newer(connection) ? 0 : 1);
  if (native != 0) return native;
  ssl->keep_current_message = 1;  // the next step reads no other
  connection->hidden.done = true;
  struct bytes rest = certificates_received(connection);
  while (rest.size > 0)
    hide_in(&connection->hidden, next_certificate(connection, &rest));
  return 0;
}

static bool is_copy(const mbedtls_x509_crt *one, struct bytes of) {
  return one->raw.len == of.size && memcmp(one->raw.p, of.data, of.size) == 0;
}

static void show_in(mbedtls_x509_crt *one, const struct hidden_flags *flags) {
  size_t i = 0;
  while (i < flags->count && !is_copy(one, flags->each[i].certificate))
    ++i;
  if (i == flags->count) return;
  const uint8_t *begin = flags->each[i].certificate.data;
  for (; i < flags->count && flags->each[i].certificate.data == begin; ++i)
    one->raw.p[flags->each[i].at - begin] = flags->each[i].was;
}

bool show_critical_flags(plugtls_backend_connection *connection, mbedtls_x509_crt *sent) {
  struct hidden_flags *flags = &connection->hidden;
  const bool any = flags->count > 0;
  for (mbedtls_x509_crt *one = sent; one != NULL; one = one->next)
    if (one->raw.p != NULL) show_in(one, flags);
  for (size_t i = 0; i < flags->count; ++i)
    *flags->each[i].at = flags->each[i].was;
  flags->count = 0;
  return any;
}
