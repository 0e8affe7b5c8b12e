// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "certificates.hpp"

#include <plugtls/kit/path.hpp>
#include <plugtls/kit/policy.hpp>

#include <mbedtls/pk.h>

#include <vector>

namespace plugtls::mbedtls {

// Whether the signature over `signed_bytes` is the key's.
bool signature_holds(const mbedtls_x509_buf &signed_bytes, const mbedtls_x509_buf &signature,
                     mbedtls_md_type_t hash, mbedtls_pk_type_t type, const void *options,
                     const mbedtls_pk_context &key);

// The first certificate from the leaf up that is revoked, or whose CRL is missing or unfit (RFC 5280, 6.3).
// `certificates` and `facts` are of the path.
kit::Verdict judge_revocation(const std::vector<const mbedtls_x509_crt *> &certificates,
                              const std::vector<kit::CertificateFacts> &facts,
                              const mbedtls_x509_crl *crls, uint32_t crl_check, int64_t time);

}  // namespace plugtls::mbedtls
