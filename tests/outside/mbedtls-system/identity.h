// SPDX-License-Identifier: Apache-2.0
// Which of several identities is shown.
#pragma once

#include "connection.h"

// Servers of TLS 1.3, which tell nobody what they have shown: the one that Mbed TLS would take.
void choose_for_client(plugtls_backend_connection *connection, const struct hello *hello);
// Clients, when a CertificateRequest is the message that was read last: the first that the server can use. Mbed TLS would
// show the first that there is.
void choose_for_server(plugtls_backend_connection *connection);
// Servers of TLS 1.2, which show it in the clear.
void note_shown(plugtls_backend_connection *connection, plugtls_bytes leaf);

// A server's leaf, or NULL if it cannot be told.
const mbedtls_x509_crt *own_certificate(const plugtls_backend_connection *connection);
