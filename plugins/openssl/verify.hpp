// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <plugtls/kit/ocsp.hpp>
#include <plugtls/kit/policy.hpp>
#include <plugtls/types.h>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

struct plugtls_backend_connection;

namespace plugtls::openssl {

struct Judgement {
  kit::Verdict verdict;
  int native = X509_V_OK;  // X509_V_ERR_...
};

// OpenSSL builds the path and checks it; then the policy of all backends does, which is nowhere laxer and names the
// fault. What OpenSSL refuses stays refused.
Judgement judge(X509_STORE_CTX *store_ctx, const kit::Policy &given, const kit::Staple &staple);

// A bad judgement as an error.
plugtls_error describe(const Judgement &judgement);

// Depth and revocation as the configuration has them.
void set_parameters(X509_VERIFY_PARAM *parameters, const plugtls_config &config);

// OpenSSL's certificate verification callback: the chain, the name, then the program's say (P-VERIFY-1).
int verify_peer(X509_STORE_CTX *store_ctx, void *user);

// The same, for a server's certificate whose staple had to be waited for. What refuses it is in the connection.
bool verify_now(X509_STORE_CTX *store_ctx, plugtls_backend_connection &connection);

}  // namespace plugtls::openssl
