// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection.h"

// In place of a number of Mbed TLS's: the handshake was stopped between two of its steps, or the program wants to be asked
// again.
enum {
  STOPPED = 1,
  PATIENCE = 2
};

plugtls_status outcome(plugtls_backend_connection *connection, int native, plugtls_error *err);

// The error is connection->refusal, or what became of it.
plugtls_status end_connection(plugtls_backend_connection *connection, int native,
                              plugtls_error *err);

// For a connection that has ended: what is stashed goes out before the failure is told (P-IO-4), as far as the transport
// still works.
plugtls_status settle(plugtls_backend_connection *connection, plugtls_error *err);

// As transport_flush; a transport that fails ends the connection.
plugtls_status flush_or_fail(plugtls_backend_connection *connection, plugtls_error *err);
