// SPDX-License-Identifier: Apache-2.0
// What handshake messages say that Mbed TLS does not tell: group and signature scheme.
#pragma once

#include "bytes.h"
#include "connection.h"

// After a step of the handshake.
void note_received(plugtls_backend_connection *connection);
// Servers: records on their way out.
void note_sent(plugtls_backend_connection *connection, const uint8_t *data, size_t size);

// Clients, while a CertificateRequest is the message that was read last: what the server accepts.
struct bytes schemes_of_request(const plugtls_backend_connection *connection);

// The peer's certificates, while that message is the one that was read last, and the next of them.
struct bytes certificates_received(const plugtls_backend_connection *connection);
struct bytes next_certificate(const plugtls_backend_connection *connection, struct bytes *rest);
// How many bytes the peer has sent as its own.
size_t size_of_leaf(const plugtls_backend_connection *connection);
