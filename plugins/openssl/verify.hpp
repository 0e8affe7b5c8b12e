// SPDX-License-Identifier: Apache-2.0
// The verdict on a peer's chain.
#pragma once

#include <plugtls/backend.h>

#include <openssl/x509.h>

#include <cstdint>
#include <span>

namespace plugtls::openssl {

struct Verdict {
  std::int32_t code = PLUGTLS_E_NONE;
  std::int32_t depth = -1;
};

// Builds and checks the path and matches the names; `subjects` may be empty.
Verdict judge(X509_STORE_CTX *store, std::span<const plugtls_subject> subjects);
const char *words_of_certificate(std::int32_t code) noexcept;

// What libssl calls in place of its own verification.
int verify_peer(X509_STORE_CTX *store, void *unused) noexcept;

}  // namespace plugtls::openssl
