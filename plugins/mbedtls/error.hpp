// SPDX-License-Identifier: Apache-2.0
// What Mbed TLS says, in plugtls's terms.
#pragma once

#include <plugtls/kit/fail.hpp>

#include <cstdint>
#include <string>

namespace plugtls::mbedtls {

// PLUGTLS_E_... for what a handshake, a read or a write answered.
int32_t protocol_code(int native);

// The alert to send for it, where Mbed TLS sends none itself.
int32_t alert_for(int native);

// Writes number and text of an answer of the library's into `error`'s native members.
void set_native(plugtls_error &error, int native);

// Throws with the library's answer as native text.
[[noreturn]] void raise_native(int32_t code, int native, const std::string &message);

// Throws PLUGTLS_E_INTERNAL, or _OUT_OF_MEMORY, unless the library answered 0.
void require(int native, const char *what);

}  // namespace plugtls::mbedtls
