// SPDX-License-Identifier: Apache-2.0
// Sources of certificates and keys, read when a context is made (P-CTX-1).
#pragma once

#include "context.h"

plugtls_status read_identities(plugtls_backend_context *context, const plugtls_config *config,
                               plugtls_error *err);
void free_identities(plugtls_backend_context *context);

// Of a critical extension nothing is said here: who certifies what is the policy's to judge.
int read_der(mbedtls_x509_crt *chain, const unsigned char *der, size_t size);

void store_init(struct store *store);
void store_free(struct store *store);
plugtls_status read_anchors(plugtls_backend_context *context, const plugtls_config *config,
                            plugtls_error *err);
