// SPDX-License-Identifier: Apache-2.0
// The secrets of a connection: key log, exporter and channel bindings (B9).
#pragma once

#include "connection.h"

// Mbed TLS tells them while it derives them, by a callback of the connection's.
void watch_secrets(plugtls_backend_connection *connection);
// After the handshake: the one that it does not tell.
void log_exporter_secret(const plugtls_backend_connection *connection);

// exporter.c
plugtls_status export_keying_material(plugtls_backend_connection *connection, const char *label,
                                      plugtls_bytes context, uint8_t *out, size_t size,
                                      plugtls_error *err);
plugtls_status channel_binding(plugtls_backend_connection *connection, uint32_t binding,
                               uint8_t *out, size_t capacity, size_t *out_size, plugtls_error *err);
