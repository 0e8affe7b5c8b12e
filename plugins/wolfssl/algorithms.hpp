// SPDX-License-Identifier: Apache-2.0
// Cipher suites, groups and signature schemes by IANA's numbers, and wolfSSL's names for them.
#pragma once

#include <plugtls/kit/facts.hpp>
#include <plugtls/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace plugtls::wolfssl {

inline constexpr uint16_t versions[] = {PLUGTLS_VERSION_TLS1_2, PLUGTLS_VERSION_TLS1_3};

constexpr bool is_tls13(uint16_t suite) noexcept {
  return suite >> 8 == 0x13;
}

// What can be configured, in order of preference.
const std::vector<uint16_t> &all_suites();
const std::vector<uint16_t> &all_groups();
const std::vector<uint16_t> &all_schemes();
// What is offered when nobody says otherwise: forward secrecy and authenticated encryption.
const std::vector<uint16_t> &default_suites();

// Whether its key exchange is that of TLS 1.2 over a finite field.
bool is_dhe(uint16_t suite);

// Whether its key exchange is RSA's, which a key that only signs cannot do.
bool needs_decryption(uint16_t suite);

// wolfSSL's name for it.
const char *suite_name(uint16_t suite);

// Whether a server with a key of that type can serve a suite of TLS 1.2.
bool suits_key(uint16_t suite, kit::KeyType type);

// Whether a key of that type signs by the scheme.
bool signs_by(uint16_t scheme, kit::KeyType type) noexcept;

// "RSA-PSS+SHA256:ECDSA+SHA256", for wolfSSL_set1_sigalgs_list.
std::string scheme_names(std::span<const uint16_t> list);

}  // namespace plugtls::wolfssl
