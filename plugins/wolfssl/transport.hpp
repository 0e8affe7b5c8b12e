// SPDX-License-Identifier: Apache-2.0
// wolfSSL's reads and writes by the caller's transport. After the handshake there is no copy, unless it would block.
#pragma once

#include "library.hpp"

#include <plugtls/types.h>

#include <cstddef>

struct plugtls_backend_connection;

namespace plugtls::wolfssl {

// For wolfSSL_CTX_SetIORecv and _SetIOSend; `user` is the connection.
int receive(WOLFSSL *ssl, char *buffer, int capacity, void *user);
int send(WOLFSSL *ssl, char *data, int size, void *user);

// Hands what was stashed to the transport: PLUGTLS_OK once nothing is left, else what the transport answered.
plugtls_status flush(plugtls_backend_connection &connection);

}  // namespace plugtls::wolfssl
