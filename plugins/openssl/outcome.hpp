// SPDX-License-Identifier: Apache-2.0
// What a call into OpenSSL came to.
#pragma once

#include <plugtls/backend.h>

namespace plugtls::openssl {

// The one place that reads the library's error state.
plugtls_status outcome(plugtls_backend_connection &connection, int result, plugtls_error *err);

// What is stashed goes out before the failure is told (P-IO-4), as far as the transport still works.
plugtls_status settle(plugtls_backend_connection &connection, plugtls_error *err);

// As flush; a transport that fails ends the connection.
plugtls_status flush_or_fail(plugtls_backend_connection &connection, plugtls_error *err);

}  // namespace plugtls::openssl
