// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "certificates.hpp"

#include <plugtls/kit/path.hpp>
#include <plugtls/kit/policy.hpp>
#include <plugtls/types.h>

#include <mbedtls/x509_crt.h>

#include <vector>

struct plugtls_backend_connection;

namespace plugtls::mbedtls {

struct Judgement {
  kit::Verdict verdict;
  uint32_t native = 0;                     // MBEDTLS_X509_BADCERT_...
  std::vector<std::vector<uint8_t>> path;  // DER, leaf to anchor, if one was found
};

// The common policy over a path of the kit's, whose signatures Mbed TLS verifies; then Mbed TLS's own verification. Both
// must agree to a chain.
Judgement judge(mbedtls_x509_crt *chain, const Store &store,
                const mbedtls_x509_crt_profile &profile, uint32_t crl_check,
                const kit::Policy &policy);

// What the policy has against a leaf that Mbed TLS cannot read, or that the library does not take it. Never good.
kit::Verdict judge_unreadable(kit::DerView leaf);

// A bad judgement as an error.
plugtls_error describe(const Judgement &judgement);

// In place of the library's verification of a peer's chain: the chain, the name, then the program's say (P-VERIFY-1).
// Answers as mbedtls_x509_crt_verify_restartable.
int verify_peer(mbedtls_x509_crt *chain, plugtls_backend_connection &connection, uint32_t *flags);

// Never called; that it is set leads the library's verification to the connection.
int unused_verify(void *connection, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);

}  // namespace plugtls::mbedtls
