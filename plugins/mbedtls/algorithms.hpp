// SPDX-License-Identifier: Apache-2.0
// Cipher suites, groups and signature schemes by IANA's numbers, which are Mbed TLS's own.
#pragma once

#include <plugtls/types.h>

#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include <cstdint>
#include <vector>

namespace plugtls::mbedtls {

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

// RSA key transport, which a key that only signs cannot do.
bool needs_decryption(uint16_t suite);

// Whether it is a suite of TLS 1.3 with that hash, PLUGTLS_HASH_...
bool goes_with(uint16_t suite, uint32_t hash);

// The SignatureScheme a signature was verified by, 0 if there is none of that name.
uint16_t scheme_of(mbedtls_pk_type_t type, mbedtls_md_type_t hash) noexcept;

}  // namespace plugtls::mbedtls
