// SPDX-License-Identifier: Apache-2.0
// What a call answers when wolfSSL has not simply succeeded.
#pragma once

#include <plugtls/types.h>

struct plugtls_backend_connection;

namespace plugtls::wolfssl {

// For what wolfSSL answered: a want, the end of the data, or the end of the connection.
plugtls_status outcome(plugtls_backend_connection &connection, int native, plugtls_error *err);

// Ends the connection for good with what ended it: an error that was noted, or what the library answered.
plugtls_status end(plugtls_backend_connection &connection, int native, plugtls_error *err);

// What is stashed goes out before the failure is told (P-IO-4), as far as the transport still works.
plugtls_status settle(plugtls_backend_connection &connection, plugtls_error *err);

// As flush; a transport that fails ends the connection.
plugtls_status flush_or_fail(plugtls_backend_connection &connection, plugtls_error *err);

}  // namespace plugtls::wolfssl
