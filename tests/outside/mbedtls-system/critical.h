// SPDX-License-Identifier: Apache-2.0
// Critical extensions that Mbed TLS does not know are the policy's to judge, and the library would end the handshake.
#pragma once

#include "connection.h"

// Before each step of the handshake: 0, or Mbed TLS's number.
int hide_critical_flags(plugtls_backend_connection *connection);
// In the message, and in the certificates that were read from it. False if none were hidden.
bool show_critical_flags(plugtls_backend_connection *connection, mbedtls_x509_crt *sent);
