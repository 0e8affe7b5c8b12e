// SPDX-License-Identifier: Apache-2.0
// Stapled OCSP responses on connections (B8): servers send them, clients ask for them.
#pragma once

#include <plugtls/backend.h>
#include <plugtls/kit/ocsp.hpp>

#include <openssl/ssl.h>

struct plugtls_backend_connection;

namespace plugtls::openssl {

// Reads an identity's staple, if it has one; `chain` is leaf first.
void use_staple(plugtls_backend_context &context, const plugtls_identity &identity,
                std::span<X509 *const> chain);

// Sets up a context's half of it.
void set_stapling(plugtls_backend_context &context, const plugtls_config &config);

// What a client has been sent.
kit::Staple staple_of(const plugtls_backend_connection &connection);

// In TLS 1.2 the staple comes after the certificate, whose verification then has to wait for it.
bool comes_later(const plugtls_backend_connection &connection);

}  // namespace plugtls::openssl
