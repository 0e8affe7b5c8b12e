// SPDX-License-Identifier: Apache-2.0
// The common policy over a path of the kit's, whose signatures BoringSSL verifies.
#pragma once

#include "certificates.hpp"

#include <plugtls/kit/policy.hpp>

#include <openssl/ssl.h>

#include <vector>

namespace plugtls_boringssl {

struct Judgement {
  kit::Verdict verdict;
  std::vector<Der> path;  // leaf to anchor, if one was found
};

Judgement judge(const std::vector<Der> &sent, const Store &store, uint32_t crl_check,
                const kit::Policy &policy);

// BoringSSL's callback, in place of its own verification (P-VERIFY-1).
ssl_verify_result_t verify_peer(SSL *ssl, uint8_t *alert);

plugtls_status verify_chain(plugtls_backend_instance *instance, const plugtls_config *config,
                            const plugtls_verify_request *request, int32_t *out_code,
                            int32_t *out_depth, plugtls_error *err);

}  // namespace plugtls_boringssl
