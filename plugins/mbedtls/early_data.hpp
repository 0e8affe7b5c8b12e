// SPDX-License-Identifier: Apache-2.0
// Early data (RFC 8446, 2.3).
#pragma once

#include <plugtls/backend.h>

#include <mbedtls/ssl.h>

namespace plugtls::mbedtls {

// What contexts need for it, after their tickets.
void set_early_data(plugtls_backend_context &context, const plugtls_config &config);

// Servers: whether the handshake has come to where no more early data can follow.
bool is_past_early_data(const mbedtls_ssl_context &ssl);

// Clients, after the handshake: whether the server took what was sent early.
void note_early_data(plugtls_backend_connection &connection);

plugtls_status write_early(plugtls_backend_connection *connection, const void *data, size_t size,
                           size_t *out_size, plugtls_error *err);
plugtls_status read_early(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                          size_t *out_size, plugtls_error *err);

}  // namespace plugtls::mbedtls
