// SPDX-License-Identifier: Apache-2.0
// What a stapled OCSP response (RFC 6960) says of a certificate.
#pragma once

#include <openssl/x509.h>

#include <cstdint>
#include <span>

namespace plugtls::openssl {

struct Staple {
  uint32_t mode = 0;  // PLUGTLS_OCSP_...
  std::span<const uint8_t> response = {};
};

// PLUGTLS_E_NONE, or PLUGTLS_E_CERT_REVOKED, _OCSP_MISSING, _OCSP_INVALID. `time` is Unix time in seconds.
int32_t judge_staple(const Staple &staple, X509 *leaf, X509 *issuer, int64_t time);

// That a server may staple it: a successful response in which something is said of the leaf. `issuer` may be NULL,
// then any certificate will do.
bool is_staple_for(std::span<const uint8_t> response, X509 *leaf, X509 *issuer);

}  // namespace plugtls::openssl
