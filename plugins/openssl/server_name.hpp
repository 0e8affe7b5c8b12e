// SPDX-License-Identifier: Apache-2.0
// Servers: the name a client asks for, and the context that answers for it (P-SNI-1).
#pragma once

#include <openssl/ssl.h>

struct plugtls_backend_connection;
struct plugtls_backend_context;

namespace plugtls::openssl {

// OpenSSL's callback for a ClientHello that has been read and not been looked into. It comes before tickets are opened,
// so that a session is judged by the settings of the context that the name leads to.
int judge_client_hello(SSL *ssl, int *alert, void *user);

// OpenSSL acknowledges the name only if there is a callback for it.
int acknowledge_name(SSL *ssl, int *alert, void *user);

}  // namespace plugtls::openssl
