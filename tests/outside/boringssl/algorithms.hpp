// SPDX-License-Identifier: Apache-2.0
// Cipher suites, groups and signature schemes: IANA's numbers and BoringSSL's names.
#pragma once

#include <plugtls/kit/selection.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace plugtls_boringssl {

inline constexpr uint16_t versions[] = {PLUGTLS_VERSION_TLS1_2, PLUGTLS_VERSION_TLS1_3};

constexpr bool is_tls13(uint16_t suite) noexcept {
  return suite >> 8 == 0x13;
}

// What this backend has: authenticated encryption with forward secrecy, and nothing else.
const std::vector<uint16_t> &all_suites();
const std::vector<uint16_t> &all_groups();
const std::vector<uint16_t> &all_schemes();

struct Choice {
  plugtls::kit::VersionRange versions{};
  std::vector<uint16_t> suites;
  std::vector<uint16_t> groups;
  std::vector<uint16_t> schemes;
};

// For SSL_CTX_set_strict_cipher_list; suites of TLS 1.3 are left out.
std::string suite_names(const std::vector<uint16_t> &suites);

// For SSL_CTX_set1_curves.
std::vector<int> group_nids(const std::vector<uint16_t> &groups);

bool is_ecdsa_suite(uint16_t suite) noexcept;

}  // namespace plugtls_boringssl
