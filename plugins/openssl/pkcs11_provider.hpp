// SPDX-License-Identifier: Apache-2.0
// Keys and certificates in tokens by the provider 'pkcs11' (pkcs11-provider), where there is no engine.
#pragma once

#include "certificates.hpp"

#include <plugtls/kit/source.hpp>

#include <string>

namespace plugtls::openssl {

// Whether OpenSSL finds the provider. `module`: the PKCS #11 module's path, or empty for the provider's own choice.
bool has_token_provider(const std::string &module);

// `uri` is without a query. Throw kit::Error.
Key read_key_by_provider(const std::string &module, const std::string &uri, kit::Password &pin);
Certificate read_certificate_by_provider(const std::string &module, const std::string &uri);

}  // namespace plugtls::openssl
