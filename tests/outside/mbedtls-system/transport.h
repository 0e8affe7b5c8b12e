// SPDX-License-Identifier: Apache-2.0
// Mbed TLS's functions for ciphertext, over the caller's transport.
#pragma once

#include "connection.h"

int transport_send(void *connection, const unsigned char *data, size_t size);
int transport_receive(void *connection, unsigned char *buffer, size_t capacity);

// Gives the transport what it will have: PLUGTLS_OK once nothing waits, else what the transport answered.
plugtls_status transport_flush(plugtls_backend_connection *connection);
