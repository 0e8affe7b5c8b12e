// SPDX-License-Identifier: Apache-2.0
// Certificate chains of a connection, as DER, in one piece of memory each.
#pragma once

#include <plugtls/backend.h>

#include <mbedtls/x509_crt.h>

struct plugtls_backend_chain {
  size_t count;
  plugtls_bytes at[];
};

// NULL if there is no memory for it, or nothing in it.
plugtls_backend_chain *chain_of_list(const mbedtls_x509_crt *list);
plugtls_backend_chain *chain_of_bytes(const plugtls_bytes *each, size_t count);
plugtls_backend_chain *chain_of_path(const mbedtls_x509_crt *const *path, size_t count);

plugtls_status connection_chain(const plugtls_backend_connection *connection, uint32_t which,
                                plugtls_backend_chain **out, plugtls_error *err);
size_t chain_size(const plugtls_backend_chain *chain);
plugtls_status chain_at(const plugtls_backend_chain *chain, size_t index, plugtls_bytes *out);
void chain_free(plugtls_backend_chain *chain);
