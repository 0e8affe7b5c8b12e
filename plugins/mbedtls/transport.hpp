// SPDX-License-Identifier: Apache-2.0
// Mbed TLS's reads and writes by the caller's transport, without a copy unless it would block.
#pragma once

#include <plugtls/types.h>

#include <cstddef>

struct plugtls_backend_connection;

namespace plugtls::mbedtls {

// For mbedtls_ssl_set_bio; `user` is the connection.
int receive(void *user, unsigned char *buffer, std::size_t capacity);
int send(void *user, const unsigned char *data, std::size_t size);

// Hands what was stashed to the transport: PLUGTLS_OK once nothing is left, else what the transport answered.
plugtls_status flush(plugtls_backend_connection &connection);

}  // namespace plugtls::mbedtls
