// SPDX-License-Identifier: Apache-2.0
#include "store.h"

#include "certificates.h"
#include "error.h"
#include "keys.h"

void store_init(struct store *store) {
  mbedtls_x509_crt_init(&store->anchors);
  mbedtls_x509_crl_init(&store->crls);
}

void store_free(struct store *store) {
  mbedtls_x509_crt_free(&store->anchors);
  mbedtls_x509_crl_free(&store->crls);
}

static plugtls_status read_anchors(struct store *store, const plugtls_config *config,
                                   const plugtls_host *host, plugtls_error *err) {
  struct reading reading = {&store->anchors, true, 0, PLUGTLS_FEATURE_NONE, 0};
  const plugtls_source system = {.size = sizeof system, .kind = PLUGTLS_SOURCE_SYSTEM};
  const plugtls_source *only_system = &system;
  const plugtls_source *const *sources = config->trust_count > 0 ? config->trust : &only_system;
  const uint32_t count = config->trust_count > 0 ? config->trust_count : 1;
  for (uint32_t i = 0; i < count; ++i) {
    const plugtls_status status = read_blobs(sources[i], host, take_certificates, &reading, err);
    if (status != PLUGTLS_OK) return status;
  }
  store->anchor_count = reading.found;
  if (reading.found == 0)
    return fail(err, PLUGTLS_E_TRUST_STORE_EMPTY,
                "the trust store holds no trust anchor that Mbed TLS can use");
  for (mbedtls_x509_crt *one = &store->anchors; one != NULL; one = one->next)
    if (!prepare_key(&one->pk)) return out_of_memory(err);
  return PLUGTLS_OK;
}

struct crl_reading {
  mbedtls_x509_crl *crls;
  size_t found;
  int native;
};

static bool take_crl(void *user, const unsigned char *der, size_t size) {
  struct crl_reading *reading = user;
  reading->native = mbedtls_x509_crl_parse_der(reading->crls, der, size);
  if (reading->native == 0) ++reading->found;
  return reading->native == 0;
}

// What is not understood could be the CRL that matters, so that a directory must have nothing else.
static plugtls_status take_crls(void *user, const struct blob *blob, bool listed,
                                plugtls_error *err) {
  struct crl_reading *reading = user;
  const size_t before = reading->found;
  (void)listed;
  if (decode_each(blob, "X509 CRL", take_crl, reading) && reading->found > before)
    return PLUGTLS_OK;
  return fail_native(err, PLUGTLS_E_CRL_MALFORMED, reading->native,
                     "%s: no CRL could be read from it", blob->origin);
}

plugtls_status store_read(struct store *store, const plugtls_config *config,
                          const plugtls_host *host, plugtls_error *err) {
  struct crl_reading reading = {&store->crls, 0, 0};
  store->crl_check = config->crl_check;
  plugtls_status status = read_anchors(store, config, host, err);
  for (uint32_t i = 0; status == PLUGTLS_OK && i < config->crl_count; ++i)
    status = read_blobs(config->crls[i], host, take_crls, &reading, err);
  return status;
}
