// SPDX-License-Identifier: Apache-2.0
// Servers: the name a client asks for, and the context that answers for it (P-SNI-1).
#pragma once

#include "connection.h"

// Reads the ClientHello and asks the program.
plugtls_status hear_name(plugtls_backend_connection *connection, plugtls_error *err);

// Puts a session's suite in place. False if the client or the server does not have it now.
bool choose_suite(plugtls_backend_connection *connection, uint16_t suite);
// The client may have been asked to say it again (RFC 8446, 4.1.4), without that session.
void choose_preferred_suite(plugtls_backend_connection *connection);
