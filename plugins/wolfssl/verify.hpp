// SPDX-License-Identifier: Apache-2.0
// Chains are judged here and not by wolfSSL, which knows neither half of the policy (docs/verification.md).
#pragma once

#include "certificates.hpp"

#include <plugtls/kit/ocsp.hpp>
#include <plugtls/kit/policy.hpp>
#include <plugtls/types.h>

struct plugtls_backend_connection;

namespace plugtls::wolfssl {

struct Judgement {
  kit::Verdict verdict;
  Certificates path;  // leaf to anchor, if one was found
};

// How it is found out whether a certificate was revoked.
struct Revocation {
  uint32_t crl_check = PLUGTLS_CRL_CHECK_NONE;
  kit::Staple staple = {};
};

// The common policy over a path of the kit's, whose signatures wolfCrypt verifies. `chain` is not empty.
Judgement judge(const Certificates &chain, const Store &store, const Revocation &revocation,
                const kit::Policy &policy);

// A bad judgement as an error.
plugtls_error describe(const Judgement &judgement);

// The peer's chain has been read off the wire: the chain, the name, then the program's say (P-VERIFY-1). PLUGTLS_OK,
// PLUGTLS_FAILED with the connection's certificate_error, or PLUGTLS_WANT_CALLBACK if the program is to be asked again.
plugtls_status judge_peer(plugtls_backend_connection &connection);

// For wolfSSL_set_verify: accepts exactly the chain that was judged, whatever wolfSSL thinks of it.
int on_certificate(int preverified, WOLFSSL_X509_STORE_CTX *store);

}  // namespace plugtls::wolfssl
