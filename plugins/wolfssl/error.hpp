// SPDX-License-Identifier: Apache-2.0
// What wolfSSL says, in plugtls's terms.
#pragma once

#include <plugtls/kit/fail.hpp>

#include <cstdint>
#include <string>

namespace plugtls::wolfssl {

// PLUGTLS_E_... for what a handshake, a read or a write answered.
int32_t protocol_code(int native);

// The alert that goes with it.
int32_t alert_for(int native);

// Writes number and text of an answer of the library's into `error`'s native members.
void set_native(plugtls_error &error, int native);

// Throws with the library's answer as native text.
[[noreturn]] void raise_native(int32_t code, int native, const std::string &message);

// Throws PLUGTLS_E_INTERNAL unless a function of wolfSSL's answered WOLFSSL_SUCCESS.
void require(int native, const char *what);

// The same for one of wolfCrypt's, where success is 0.
void require_crypt(int native, const char *what);

}  // namespace plugtls::wolfssl
