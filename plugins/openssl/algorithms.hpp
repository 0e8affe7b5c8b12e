// SPDX-License-Identifier: Apache-2.0
// Cipher suites, groups and signature schemes: IANA's numbers and OpenSSL's names.
#pragma once

#include "context.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace plugtls::openssl {

inline constexpr uint16_t versions[] = {PLUGTLS_VERSION_TLS1_2, PLUGTLS_VERSION_TLS1_3};

// What is offered when nobody says otherwise.
inline constexpr const char *default_suites = "ECDHE+AESGCM:ECDHE+CHACHA20";

// Fills the lists of what this OpenSSL can do, once.
void prepare(const plugtls_backend_instance &instance) noexcept;

constexpr bool is_tls13(uint16_t suite) noexcept {
  return suite >> 8 == 0x13;
}

// Names as the functions SSL_CTX_set..._list take them.
std::string suite_names(const plugtls_backend_instance &instance,
                        const std::vector<uint16_t> &numbers);
std::string group_names(const std::vector<uint16_t> &numbers);
// The same, with key shares sent for X25519MLKEM768 and for X25519, where the library has both.
std::string default_group_names(const std::vector<uint16_t> &numbers);
std::string scheme_names(const std::vector<uint16_t> &numbers);

uint16_t group_of_nid(int nid) noexcept;
// Of a signature by this certificate's key; 0 if unknown.
uint16_t scheme_of(int type_nid, int hash_nid, const X509 *signer) noexcept;

}  // namespace plugtls::openssl
