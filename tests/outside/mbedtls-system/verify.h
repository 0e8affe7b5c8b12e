// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection.h"

// Mbed TLS's verification callback: asked for each certificate of its path, the leaf last, where the verdict is reached. It
// takes effect after the step of the handshake, by take_verdict.
int verify_peer(void *connection, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);

// What the library has against a chain.
uint32_t objections_to(mbedtls_x509_crt *sent, struct store *store);

// Asks the program if it has to be asked (P-VERIFY-1). False if it wants to be asked again.
bool take_verdict(plugtls_backend_connection *connection);
