// SPDX-License-Identifier: Apache-2.0
#include "secrets.h"

#include <mbedtls/platform_util.h>
#include <mbedtls/ssl_ciphersuites.h>

#include <string.h>

enum {
  LONGEST_LABEL = 40,
  LONGEST_SECRET = 64
};

static char *put_hex(char *at, const unsigned char *data, size_t size) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < size; ++i) {
    *at++ = digits[data[i] >> 4];
    *at++ = digits[data[i] & 15];
  }
  return at;
}

// NSS key log format.
static void log_line(const plugtls_backend_connection *connection, const char *label,
                     const unsigned char *secret, size_t size) {
  const plugtls_backend_callbacks *callbacks = &connection->context->callbacks;
  char line[LONGEST_LABEL + 2 * RANDOM_SIZE + 2 * LONGEST_SECRET + 3];
  if (callbacks->keylog == NULL || label == NULL || size > LONGEST_SECRET) return;
  char *at = stpcpy(line, label);
  *at++ = ' ';
  at = put_hex(at, connection->secrets.randoms, RANDOM_SIZE);
  *at++ = ' ';
  *put_hex(at, secret, size) = 0;
  callbacks->keylog(callbacks->user, connection->host_connection, line);
  mbedtls_platform_zeroize(line, sizeof line);
}

static void keep_randoms(plugtls_backend_connection *connection, const unsigned char *client,
                         const unsigned char *server) {
  memcpy(connection->secrets.randoms, client, RANDOM_SIZE);
  memcpy(connection->secrets.randoms + RANDOM_SIZE, server, RANDOM_SIZE);
}

#if MBEDTLS_VERSION_NUMBER < 0x03000000

// 2.28 exports nothing itself: the master secret is kept for exporter.c.
static int take_secret(void *user, const unsigned char *master, const unsigned char *block,
                       size_t mac_size, size_t key_size, size_t iv_size,
                       const unsigned char client[32], const unsigned char server[32],
                       mbedtls_tls_prf_types prf) {
  plugtls_backend_connection *connection = user;
  (void)block, (void)mac_size, (void)key_size, (void)iv_size;
  keep_randoms(connection, client, server);
  memcpy(connection->secrets.master, master, MASTER_SIZE);
  connection->secrets.prf = prf;
  log_line(connection, "CLIENT_RANDOM", master, MASTER_SIZE);
  return 0;
}

void watch_secrets(plugtls_backend_connection *connection) {
  mbedtls_ssl_conf_export_keys_ext_cb(&connection->conf, take_secret, connection);
}

void log_exporter_secret(const plugtls_backend_connection *connection) {
  (void)connection;  // TLS 1.2 has none
}

#else

static const char *label_of(mbedtls_ssl_key_export_type type) {
  switch (type) {
    case MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET:
      return "CLIENT_RANDOM";
#  if HAS_TLS13
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_HANDSHAKE_TRAFFIC_SECRET:
      return "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_HANDSHAKE_TRAFFIC_SECRET:
      return "SERVER_HANDSHAKE_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_APPLICATION_TRAFFIC_SECRET:
      return "CLIENT_TRAFFIC_SECRET_0";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_APPLICATION_TRAFFIC_SECRET:
      return "SERVER_TRAFFIC_SECRET_0";
#  endif
    default:
      return NULL;
  }
}

static void take_secret(void *user, mbedtls_ssl_key_export_type type, const unsigned char *secret,
                        size_t size, const unsigned char client[32], const unsigned char server[32],
                        mbedtls_tls_prf_types prf) {
  plugtls_backend_connection *connection = user;
  (void)prf;
  keep_randoms(connection, client, server);
  log_line(connection, label_of(type), secret, size);
}

void watch_secrets(plugtls_backend_connection *connection) {
  if (connection->context->callbacks.keylog == NULL) return;
  mbedtls_ssl_set_export_keys_cb(&connection->ssl, take_secret, connection);
}

void log_exporter_secret(const plugtls_backend_connection *connection) {
#  if HAS_TLS13
  const mbedtls_ssl_context *ssl = &connection->ssl;
  if (connection->context->callbacks.keylog == NULL || !is_newer(connection)) return;
  const mbedtls_ssl_ciphersuite_t *suite =
      mbedtls_ssl_ciphersuite_from_id(ssl->session->ciphersuite);
  const mbedtls_md_info_t *hash = mbedtls_md_info_from_type((mbedtls_md_type_t)suite->mac);
  log_line(connection, "EXPORTER_SECRET", ssl->session->app_secrets.exporter_master_secret,
           mbedtls_md_get_size(hash));
#  else
  (void)connection;
#  endif
}

#endif
