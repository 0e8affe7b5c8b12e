// SPDX-License-Identifier: Apache-2.0
#include "certificates.h"

#include "error.h"
#include "keys.h"
#include "sized.h"
#include "sources.h"

#include <mbedtls/oid.h>

#include <stdlib.h>

// What certificate it is, is the peer's to judge, or the policy's.
static int accept_extension(void *unused, const mbedtls_x509_crt *certificate,
                            const mbedtls_x509_buf *oid, int critical, const unsigned char *value,
                            const unsigned char *end) {
  (void)unused, (void)certificate, (void)oid, (void)critical, (void)value, (void)end;
  return 0;
}

// Mbed TLS passes over what is behind a certificate.
int read_der(mbedtls_x509_crt *chain, const unsigned char *der, size_t size) {
  unsigned char *at = (unsigned char *)der;
  size_t inside = 0;
  const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
  if (mbedtls_asn1_get_tag(&at, der + size, &inside, sequence) != 0 || at + inside != der + size)
    return MBEDTLS_ERR_X509_INVALID_FORMAT;
  return mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, size, 1, accept_extension, NULL);
}

// Sound certificates of whose keys or signatures Mbed TLS knows nothing.
bool is_beyond(int native) {
  switch (high_of(native)) {
    case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
    case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
    case MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE:
    case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
    case MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE:
      return true;
    default:
      return false;
  }
}

uint32_t feature_beyond(const unsigned char *der, size_t size) {
  const bool edwards = memmem(der, size, "\x06\x03\x2b\x65\x70", 5) != NULL ||
                       memmem(der, size, "\x06\x03\x2b\x65\x71", 5) != NULL;
  if (edwards) return PLUGTLS_FEATURE_CERT_ED25519;
  const bool pss = memmem(der, size, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", 9) != NULL;
  return pss ? PLUGTLS_FEATURE_CERT_RSA_PSS : PLUGTLS_FEATURE_NONE;
}

static bool take(void *user, const unsigned char *der, size_t size) {
  struct reading *reading = user;
  reading->native = read_der(reading->chain, der, size);
  if (reading->native == 0) ++reading->found;
  if (reading->native == 0 || !is_beyond(reading->native)) return reading->native == 0;
  reading->feature = feature_beyond(der, size);
  return reading->lenient;
}

// In a directory may lie whatever it is.
plugtls_status take_certificates(void *user, const struct blob *blob, bool listed,
                                 plugtls_error *err) {
  struct reading *reading = user;
  const size_t before = reading->found;
  const bool whole = decode_each(blob, "CERTIFICATE", take, reading);
  const bool beyond = reading->feature != PLUGTLS_FEATURE_NONE;
  if (listed) return PLUGTLS_OK;
  if (!whole && beyond)
    return unsupported(err, reading->feature,
                       "%s: Mbed TLS has certificates with RSA and ECDSA keys only", blob->origin);
  if (whole && (reading->found > before || beyond)) return PLUGTLS_OK;
  return fail_native(err, PLUGTLS_E_CERTIFICATE_MALFORMED, reading->native,
                     "%s: no certificate could be read from it", blob->origin);
}

static plugtls_status read_identity(struct identity *out, const plugtls_identity *from,
                                    const plugtls_host *host, plugtls_error *err) {
  plugtls_identity identity;
  read_sized(&identity, sizeof identity, from);
  if (identity.ocsp_response != NULL)
    return unsupported(err, PLUGTLS_FEATURE_OCSP_SERVER, "Mbed TLS has no OCSP");
  struct reading reading = {&out->chain, false, 0, PLUGTLS_FEATURE_NONE, 0};
  plugtls_status status = PLUGTLS_OK;
  for (uint32_t i = 0; status == PLUGTLS_OK && i < identity.certificate_count; ++i)
    status = read_blob(identity.certificates[i], host, take_certificates, &reading, err);
  if (status == PLUGTLS_OK) status = read_key(&out->key, identity.key, host, err);
  if (status != PLUGTLS_OK) return status;
  const int native = check_pair(&out->chain.pk, &out->key);
  if (native != 0)
    return fail_native(err, PLUGTLS_E_KEY_MISMATCH, native,
                       "the private key does not belong to the leaf certificate");
  if (mbedtls_ssl_conf_own_cert(&out->alone, &out->chain, &out->key) != 0)
    return out_of_memory(err);
  return prepare_key(&out->key) ? PLUGTLS_OK : out_of_memory(err);
}

plugtls_status read_identities(plugtls_backend_context *context, const plugtls_config *config,
                               plugtls_error *err) {
  if (config->identity_count == 0) return PLUGTLS_OK;
  context->identities = calloc(config->identity_count, sizeof *context->identities);
  if (context->identities == NULL) return out_of_memory(err);
  for (uint32_t i = 0; i < config->identity_count; ++i) {
    struct identity *one = &context->identities[context->identity_count++];
    mbedtls_x509_crt_init(&one->chain);
    mbedtls_pk_init(&one->key);
    mbedtls_ssl_config_init(&one->alone);
    const plugtls_status status =
        read_identity(one, config->identities[i], &context->instance->host, err);
    if (status != PLUGTLS_OK) return status;
  }
  // The only certificate there is, is shown whatever it says of its use: the peer judges it, and tells why.
  if (context->identity_count == 1)
    context->identities[0].chain.ext_types &=
        ~(MBEDTLS_X509_EXT_KEY_USAGE | MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE);
  return PLUGTLS_OK;
}

void free_identities(plugtls_backend_context *context) {
  for (size_t i = 0; i < context->identity_count; ++i) {
    mbedtls_ssl_config_free(&context->identities[i].alone);
    mbedtls_pk_free(&context->identities[i].key);
    mbedtls_x509_crt_free(&context->identities[i].chain);
  }
  free(context->identities);
}
