// SPDX-License-Identifier: Apache-2.0
// Servers: the name a client asks for, and the context that answers for it (P-SNI-1).
#pragma once

#include "connection.h"

// Reads the ClientHello and asks the program.
plugtls_status hear_name(plugtls_backend_connection *connection, plugtls_error *err);
