// SPDX-License-Identifier: Apache-2.0
// Cipher suites, groups and signature schemes: IANA's numbers and GnuTLS's priority strings.
#pragma once

#include <plugtls/backend.h>
#include <plugtls/kit/selection.hpp>

#include <gnutls/gnutls.h>

#include <cstdint>
#include <string>
#include <vector>

namespace plugtls_gnutls {

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

// The priority string that enables this and nothing else.
std::string priority_of(const Choice &choice);

// The suites that a priority string enables, in its order: it names ciphers and key exchanges apart, so that some lists
// cannot be said in it.
std::vector<uint16_t> suites_of(gnutls_priority_t priority);

bool have_same_cipher(uint16_t one, uint16_t other) noexcept;

uint16_t number_of_suite(gnutls_session_t session);
uint16_t number_of_group(gnutls_group_t group) noexcept;
uint16_t number_of_scheme(int scheme) noexcept;

}  // namespace plugtls_gnutls
