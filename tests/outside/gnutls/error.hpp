// SPDX-License-Identifier: Apache-2.0
// What GnuTLS says to what plugtls says.
#pragma once

#include <plugtls/kit/fail.hpp>

#include <string>

namespace plugtls_gnutls {

// The code for a connection that GnuTLS gave up, and the alert that tells the peer.
int32_t protocol_code(int native);
int32_t alert_for(int native);

void set_native(plugtls_error &error, int native);

[[noreturn]] void raise_native(int32_t code, int native, const std::string &message);

// Throws unless `native` is a success.
void require(int native, const char *what);

}  // namespace plugtls_gnutls
