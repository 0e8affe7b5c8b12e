// SPDX-License-Identifier: Apache-2.0
#include "certificates.h"
#include "chain.h"
#include "error.h"
#include "identity.h"
#include "secrets.h"

#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  EXPORTER_SIZE = 32,  // RFC 9266, 2
  LONGEST_CONTEXT = 0xffff
};

#if EXPORTS_ITSELF

static int export_material(plugtls_backend_connection *connection, const char *label,
                           plugtls_bytes context, uint8_t *out, size_t size) {
  return mbedtls_ssl_export_keying_material(&connection->ssl, out, size, label, strlen(label),
                                            context.data, context.size, context.data != NULL);
}

#elif HAS_EXPORTER

// RFC 5705, 4: the PRF over both randoms and, behind its length, the context if there is one.
static int export_material(plugtls_backend_connection *connection, const char *label,
                           plugtls_bytes context, uint8_t *out, size_t size) {
  const struct secrets *secrets = &connection->secrets;
  const size_t before = sizeof secrets->randoms;
  const size_t whole = before + (context.data != NULL ? 2 + context.size : 0);
  if (context.size > LONGEST_CONTEXT) return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
  uint8_t *seed = malloc(whole);
  if (seed == NULL) return MBEDTLS_ERR_SSL_ALLOC_FAILED;
  memcpy(seed, secrets->randoms, before);
  if (context.data != NULL) {
    seed[before] = (uint8_t)(context.size >> 8);
    seed[before + 1] = (uint8_t)context.size;
    if (context.size > 0) memcpy(seed + before + 2, context.data, context.size);
  }
  const int native = mbedtls_ssl_tls_prf(secrets->prf, secrets->master, sizeof secrets->master,
                                         label, seed, whole, out, size);
  free(seed);
  return native;
}

#else

static int export_material(plugtls_backend_connection *connection, const char *label,
                           plugtls_bytes context, uint8_t *out, size_t size) {
  (void)connection, (void)label, (void)context, (void)out, (void)size;
  return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;  // as declared
}

#endif

static plugtls_status too_early(plugtls_error *err, const char *what) {
  return fail(err, PLUGTLS_E_WRONG_STATE, "%s before the handshake is done", what);
}

static plugtls_status too_small(plugtls_error *err, size_t needed, size_t capacity) {
  return fail(err, PLUGTLS_E_BUFFER_TOO_SMALL, "the channel binding takes %zu bytes, %zu are given",
              needed, capacity);
}

plugtls_status export_keying_material(plugtls_backend_connection *connection, const char *label,
                                      plugtls_bytes context, uint8_t *out, size_t size,
                                      plugtls_error *err) {
  const int kept = errno;
  if (!connection->done) return too_early(err, "export_keying_material");
  const int native = export_material(connection, label, context, out, size);
  errno = kept;
  if (native == 0) return PLUGTLS_OK;
  if (native == MBEDTLS_ERR_SSL_ALLOC_FAILED) return out_of_memory(err);
  return fail_native(err, PLUGTLS_E_INTERNAL, native, "Mbed TLS could not export keying material");
}

// RFC 9266, 3: in TLS 1.2 it is unique only with the extended master secret.
static plugtls_status tls_exporter(plugtls_backend_connection *connection, uint8_t *out,
                                   size_t capacity, size_t *out_size, plugtls_error *err) {
  const plugtls_bytes empty = {(const uint8_t *)"", 0};
  if (capacity < EXPORTER_SIZE) return too_small(err, EXPORTER_SIZE, capacity);
  if (!is_newer(connection) && !connection->extended_master)
    return fail(err, PLUGTLS_E_WRONG_STATE,
                "tls-exporter needs the extended master secret (RFC 7627), which the peer did not "
                "agree to");
  *out_size = EXPORTER_SIZE;
  return export_keying_material(connection, "EXPORTER-Channel-Binding", empty, out, EXPORTER_SIZE,
                                err);
}

static plugtls_status hash_certificate(const mbedtls_x509_crt *certificate, uint8_t *out,
                                       size_t capacity, size_t *out_size, plugtls_error *err) {
  // RFC 5929, 4.1: the hash of the certificate's own signature, where that is no weaker than SHA-256.
  const mbedtls_md_type_t own = certificate->sig_md;
  const bool weak = own == MBEDTLS_MD_MD5 || own == MBEDTLS_MD_SHA1;
  const mbedtls_md_info_t *hash = mbedtls_md_info_from_type(weak ? MBEDTLS_MD_SHA256 : own);
  if (hash == NULL)
    return fail(err, PLUGTLS_E_WRONG_STATE,
                "tls-server-end-point is not defined for a certificate whose signature has no hash "
                "of its own (RFC 5929, 4.1)");
  *out_size = mbedtls_md_get_size(hash);
  if (capacity < *out_size) return too_small(err, *out_size, capacity);
  const int native = mbedtls_md(hash, certificate->raw.p, certificate->raw.len, out);
  if (native == 0) return PLUGTLS_OK;
  return fail_native(err, PLUGTLS_E_INTERNAL, native, "Mbed TLS could not hash the certificate");
}

// The session's, which the library has forgotten.
static plugtls_status hash_remembered(const plugtls_backend_connection *connection, uint8_t *out,
                                      size_t capacity, size_t *out_size, plugtls_error *err) {
  const plugtls_bytes der = connection->remembered->at[0];
  mbedtls_x509_crt leaf;
  mbedtls_x509_crt_init(&leaf);
  const int native = read_der(&leaf, der.data, der.size);
  plugtls_status status = PLUGTLS_OK;
  if (native == 0)
    status = hash_certificate(&leaf, out, capacity, out_size, err);
  else
    status = fail_native(err, PLUGTLS_E_INTERNAL, native, "Mbed TLS could not read a certificate");
  mbedtls_x509_crt_free(&leaf);
  return status;
}

static plugtls_status server_end_point(const plugtls_backend_connection *connection, uint8_t *out,
                                       size_t capacity, size_t *out_size, plugtls_error *err) {
  const mbedtls_x509_crt *certificate = is_server(connection)
                                            ? own_certificate(connection)
                                            : mbedtls_ssl_get_peer_cert(&connection->ssl);
  if (certificate != NULL && certificate->raw.p != NULL)
    return hash_certificate(certificate, out, capacity, out_size, err);
  if (!is_server(connection) && connection->remembered != NULL)
    return hash_remembered(connection, out, capacity, out_size, err);
  return fail(err, PLUGTLS_E_WRONG_STATE,
              "tls-server-end-point is unknown: there is no certificate, or the connection was "
              "resumed and the server has several");
}

plugtls_status channel_binding(plugtls_backend_connection *connection, uint32_t binding,
                               uint8_t *out, size_t capacity, size_t *out_size,
                               plugtls_error *err) {
  const int kept = errno;
  plugtls_status status = PLUGTLS_FAILED;
  if (!connection->done)
    status = too_early(err, "channel_binding");
  else if (binding == PLUGTLS_BINDING_TLS_EXPORTER)
    status = tls_exporter(connection, out, capacity, out_size, err);
  else if (binding == PLUGTLS_BINDING_TLS_SERVER_END_POINT)
    status = server_end_point(connection, out, capacity, out_size, err);
  else
    status = fail(err, PLUGTLS_E_INVALID_ARGUMENT, "there is no channel binding %u", binding);
  errno = kept;
  return status;
}
