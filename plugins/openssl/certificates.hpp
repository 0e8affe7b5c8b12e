// SPDX-License-Identifier: Apache-2.0
// Certificates, keys, trust anchors and CRLs from their sources.
#pragma once

#include <plugtls/backend.h>
#include <plugtls/kit/handle.hpp>
#include <plugtls/kit/source.hpp>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <vector>

struct plugtls_backend_context;

namespace plugtls::openssl {

using Certificate = kit::Handle<X509, X509_free>;
using Key = kit::Handle<EVP_PKEY, EVP_PKEY_free>;
using Store = kit::Handle<X509_STORE, X509_STORE_free>;

// Every certificate of a source, or PLUGTLS_E_CERTIFICATE_MALFORMED.
std::vector<Certificate> read_certificates(const kit::Blob &blob);

// The same as they stand there; whether each can be read is seen later.
std::vector<std::vector<uint8_t>> read_encodings(const kit::Blob &blob);

// Null if it is none, or has bytes after it, which OpenSSL would leave alone.
Certificate parse_certificate(const std::vector<uint8_t> &der);

Key read_key(const plugtls_source &source);

// Uses every identity of the configuration; a key that does not match is PLUGTLS_E_KEY_MISMATCH.
void use_identities(plugtls_backend_context &context, const plugtls_config &config);

// The store of the configuration: its anchors, or the system's, and its CRLs.
Store make_store(const plugtls_config &config, const plugtls_host &host);

std::vector<uint8_t> to_der(X509 *certificate);

}  // namespace plugtls::openssl
