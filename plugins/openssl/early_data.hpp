// SPDX-License-Identifier: Apache-2.0
// Early data (RFC 8446, 2.3).
#pragma once

#include <plugtls/backend.h>

#include <openssl/ssl.h>

namespace plugtls::openssl {

// What contexts need for it.
void set_early_data(plugtls_backend_context &context, const plugtls_config &config);

plugtls_status write_early(plugtls_backend_connection *connection, const void *data, size_t size,
                           size_t *out_size, plugtls_error *err);
plugtls_status read_early(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                          size_t *out_size, plugtls_error *err);

// A write by one of OpenSSL's two functions for it; how it is gone on with is the same.
using PutFunction = int(SSL *, const void *, size_t, size_t *);
plugtls_status write_by(PutFunction *put, plugtls_backend_connection &connection, const void *data,
                        size_t size, size_t *out_size, plugtls_error *err);

}  // namespace plugtls::openssl
