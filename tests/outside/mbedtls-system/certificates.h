// SPDX-License-Identifier: Apache-2.0
// Certificates, read when a context is made (P-CTX-1).
#pragma once

#include "context.h"
#include "sources.h"

// Of a critical extension nothing is said here: what a certificate is for is the policy's to judge.
int read_der(mbedtls_x509_crt *chain, const unsigned char *der, size_t size);
// Sound certificates of whose keys or signatures Mbed TLS knows nothing; the feature that would.
bool is_beyond(int native);
uint32_t feature_beyond(const unsigned char *der, size_t size);

// What take_certificates adds to.
struct reading {
  mbedtls_x509_crt *chain;
  bool lenient;  // passes over what is beyond the library
  size_t found;
  uint32_t feature;  // of what was beyond it
  int native;
};
plugtls_status take_certificates(void *reading, const struct blob *blob, bool listed,
                                 plugtls_error *err);

plugtls_status read_identities(plugtls_backend_context *context, const plugtls_config *config,
                               plugtls_error *err);
void free_identities(plugtls_backend_context *context);
