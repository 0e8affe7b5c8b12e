// SPDX-License-Identifier: Apache-2.0
// BoringSSL's reads and writes by the caller's transport, without a copy unless it would block.
#pragma once

#include <plugtls/types.h>

#include <openssl/bio.h>

struct plugtls_backend_connection;

namespace plugtls_boringssl {

BIO_METHOD *make_bio_method();

// Hands what was stashed to the transport: PLUGTLS_OK once nothing is left, else what the transport answered.
plugtls_status flush(plugtls_backend_connection &connection);

}  // namespace plugtls_boringssl
