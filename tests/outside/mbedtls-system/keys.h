// SPDX-License-Identifier: Apache-2.0
// Private keys, in the clear or behind a password.
#pragma once

#include <plugtls/backend.h>

#include <mbedtls/pk.h>

#include <stdbool.h>

plugtls_status read_key(mbedtls_pk_context *key, const plugtls_source *source,
                        const plugtls_host *host, plugtls_error *err);
int check_pair(const mbedtls_pk_context *certificate, const mbedtls_pk_context *key);
// For threads that share it. False if there is no memory.
bool prepare_key(mbedtls_pk_context *key);

// pbes2.c: what is inside an EncryptedPrivateKeyInfo, to be wiped and freed; NULL if it is not by PBES2 with AES, or if
// the password does not open it.
unsigned char *pbes2_open(const unsigned char *der, size_t size, plugtls_bytes password,
                          size_t *out_size);
