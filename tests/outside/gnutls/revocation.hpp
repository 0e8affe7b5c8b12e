// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "certificates.hpp"

#include <plugtls/kit/policy.hpp>

#include <vector>

namespace plugtls_gnutls {

// The first certificate of a path, from the leaf, that is revoked, or of which no CRL can tell (PLUGTLS_CRL_CHECK_...).
kit::Verdict judge_revocation(const std::vector<Der> &path,
                              const std::vector<kit::CertificateFacts> &facts,
                              const std::vector<Crl> &crls, uint32_t crl_check, int64_t time);

}  // namespace plugtls_gnutls
