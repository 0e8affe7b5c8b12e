// SPDX-License-Identifier: Apache-2.0
// A client of TLS 1.2 with several identities shows the first that the server can use. OpenSSL would show the one that
// happens to be its current one, or none.
#pragma once

struct plugtls_backend_context;

namespace plugtls::openssl {

// Nothing for a server, and where there is nothing to choose. After use_identities().
void set_client_identities(plugtls_backend_context &context);

}  // namespace plugtls::openssl
