// SPDX-License-Identifier: Apache-2.0
#include "identity.h"

#include "flight.h"

#include <mbedtls/oid.h>

#include <string.h>

// By the scheme's two bytes: in TLS 1.3 one for ECDSA goes with one curve, and PKCS #1 is for certificates alone.
static bool signs_by(const mbedtls_pk_context *key, uint32_t scheme, bool newer) {
  const bool rsa = mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA;
  const size_t bits = mbedtls_pk_get_bitlen(key);
  switch (scheme) {
    case 0x0401:
    case 0x0501:
    case 0x0601:
      return rsa && !newer;
    case 0x0804:
    case 0x0805:
    case 0x0806:
      return rsa && HAS_PSS;
    case 0x0403:
      return !rsa && (!newer || bits == 256);
    case 0x0503:
      return !rsa && (!newer || bits == 384);
    case 0x0603:
      return !rsa && (!newer || bits == 521);
    default:
      return false;
  }
}

static bool may_serve(const mbedtls_x509_crt *one) {
  return mbedtls_x509_crt_check_key_usage(one, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0 &&
         mbedtls_x509_crt_check_extended_key_usage(one, MBEDTLS_OID_SERVER_AUTH,
                                                   MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) == 0;
}

static void show(plugtls_backend_connection *connection, struct identity *one) {
  connection->conf.key_cert = one->alone.key_cert;
  connection->shown = one;
}

static struct identity *find(const plugtls_backend_connection *connection, uint32_t scheme,
                             bool newer) {
  const plugtls_backend_context *context = connection->context;
  for (size_t i = 0; i < context->identity_count; ++i) {
    struct identity *one = &context->identities[i];
    const bool usable = !is_server(connection) || may_serve(&one->chain);
    if (usable && signs_by(&one->key, scheme, newer) &&
        settings_has_scheme(&context->settings, (uint16_t)scheme))
      return one;
  }
  return NULL;
}

// The client's first scheme decides.
void choose_for_client(plugtls_backend_connection *connection, const struct hello *hello) {
  const plugtls_backend_context *context = connection->context;
  struct bytes schemes = hello->schemes;
  if (context->identity_count < 2 || !hello_speaks(hello, PLUGTLS_VERSION_TLS1_3) ||
      context->settings.version_max < PLUGTLS_VERSION_TLS1_3)
    return;
  while (schemes.size >= 2) {
    struct identity *one = find(connection, short_number(&schemes), true);
    if (one == NULL) continue;
    show(connection, one);
    return;
  }
}

static bool accepts(const plugtls_backend_connection *connection, struct bytes schemes,
                    const struct identity *one) {
  while (schemes.size >= 2) {
    const uint16_t scheme = short_number(&schemes);
    if (signs_by(&one->key, scheme, is_newer(connection)) &&
        settings_has_scheme(&connection->context->settings, scheme))
      return true;
  }
  return false;
}

void choose_for_server(plugtls_backend_connection *connection) {
  const plugtls_backend_context *context = connection->context;
  if (context->identity_count < 2) return;
  const struct bytes schemes = schemes_of_request(connection);
  for (size_t i = 0; i < context->identity_count; ++i) {
    if (!accepts(connection, schemes, &context->identities[i])) continue;
    show(connection, &context->identities[i]);
    return;
  }
}

void note_shown(plugtls_backend_connection *connection, plugtls_bytes leaf) {
  const plugtls_backend_context *context = connection->context;
  for (size_t i = 0; i < context->identity_count; ++i) {
    const mbedtls_x509_buf *own = &context->identities[i].chain.raw;
    if (own->len == leaf.size && memcmp(own->p, leaf.data, leaf.size) == 0)
      connection->shown = &context->identities[i];
  }
}

const mbedtls_x509_crt *own_certificate(const plugtls_backend_connection *connection) {
  const plugtls_backend_context *context = connection->context;
  if (context->identity_count == 1) return &context->identities[0].chain;
  return connection->full && connection->shown != NULL ? &connection->shown->chain : NULL;
}
