// SPDX-License-Identifier: Apache-2.0
// Servers: session tickets (RFC 5077; RFC 8446, 4.6.1).
#pragma once

#include "connection.h"

// When a context is made: its keys, and what Mbed TLS has to know.
plugtls_status prepare_tickets(plugtls_backend_context *context, const plugtls_config *config,
                               plugtls_error *err);
// For a server's connection, whose callbacks have to know whose they are.
void use_tickets(plugtls_backend_connection *connection);

plugtls_status context_set_ticket_keys(plugtls_backend_context *context,
                                       const plugtls_ticket_key *const *keys, size_t count,
                                       plugtls_error *err);
