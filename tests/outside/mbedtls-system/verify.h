// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection.h"

// Mbed TLS's verification callback: asked for each certificate of its path, the leaf last, where the verdict is reached.
int verify_peer(void *connection, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);
