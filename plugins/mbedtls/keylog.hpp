// SPDX-License-Identifier: Apache-2.0
// NSS key log lines (draft-ietf-tls-keylogfile), which Mbed TLS leaves to others to write.
#pragma once

#include <mbedtls/ssl.h>

#include <cstddef>

struct plugtls_backend_connection;

namespace plugtls::mbedtls {

// For mbedtls_ssl_set_export_keys_cb; `user` is the connection.
void log_key(void *user, mbedtls_ssl_key_export_type type, const unsigned char *secret,
             std::size_t size, const unsigned char client_random[32],
             const unsigned char server_random[32], mbedtls_tls_prf_types prf);

// The one secret that Mbed TLS does not hand out, once the handshake is done.
void log_exporter_secret(const plugtls_backend_connection &connection);

}  // namespace plugtls::mbedtls
