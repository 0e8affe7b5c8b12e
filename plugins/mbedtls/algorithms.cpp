// SPDX-License-Identifier: Apache-2.0
#include "algorithms.hpp"

#include <mbedtls/ssl_ciphersuites.h>
#include <psa/crypto.h>

#include <algorithm>
#include <string_view>

namespace plugtls::mbedtls {

namespace {

bool has(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

// Everything that authenticates by certificates and encrypts; what is weaker cannot be configured at all.
bool is_sound(const mbedtls_ssl_ciphersuite_t *suite) {
  const std::string_view name = mbedtls_ssl_ciphersuite_get_name(suite);
  for (const std::string_view bad : {"NULL", "PSK", "DES", "ECDH-", "ECJPAKE", "anon", "ARIA"})
    if (has(name, bad)) return false;
  return true;
}

bool is_forward_secret_aead(uint16_t number) {
  const std::string_view name =
      mbedtls_ssl_ciphersuite_get_name(mbedtls_ssl_ciphersuite_from_id(number));
  return is_tls13(number) || (has(name, "ECDHE") && (has(name, "GCM") || has(name, "CHACHA20")) &&
                              !has(name, "CAMELLIA"));
}

// CCM with a tag of 8 bytes is for small devices (RFC 8446, B.4: not recommended).
bool is_recommended(uint16_t number) {
  const std::string_view name =
      mbedtls_ssl_ciphersuite_get_name(mbedtls_ssl_ciphersuite_from_id(number));
  return is_forward_secret_aead(number) && !has(name, "CCM");
}

}  // namespace

const std::vector<uint16_t> &all_suites() {
  static const std::vector<uint16_t> out = [] {
    std::vector<uint16_t> found;
    for (const int *id = mbedtls_ssl_list_ciphersuites(); *id != 0; ++id)
      if (const auto *suite = mbedtls_ssl_ciphersuite_from_id(*id);
          suite != nullptr && is_sound(suite))
        found.push_back(static_cast<uint16_t>(*id));
    // Mbed TLS's own order begins with what is longest; TLS 1.3, then forward secrecy, come first here.
    std::stable_sort(found.begin(), found.end(), [](uint16_t a, uint16_t b) {
      const auto rank = [](uint16_t number) {
        return is_tls13(number) ? 0 : is_forward_secret_aead(number) ? 1 : 2;
      };
      return rank(a) < rank(b);
    });
    return found;
  }();
  return out;
}

const std::vector<uint16_t> &default_suites() {
  static const std::vector<uint16_t> out = [] {
    std::vector<uint16_t> found = all_suites();
    std::erase_if(found, [](uint16_t number) { return !is_recommended(number); });
    return found;
  }();
  return out;
}

const std::vector<uint16_t> &all_groups() {
  static const std::vector<uint16_t> out {
    0x001d,      // x25519
        0x0017,  // secp256r1
        0x001e,  // x448
        0x0018,  // secp384r1
        0x0019,  // secp521r1
#if defined(PSA_WANT_ALG_FFDH)
        0x0100,  // ffdhe2048
        0x0101,  // ffdhe3072
        0x0102,  // ffdhe4096
#endif
  };
  return out;
}

const std::vector<uint16_t> &all_schemes() {
  static const std::vector<uint16_t> out{
      0x0403,  // ecdsa_secp256r1_sha256
      0x0503,  // ecdsa_secp384r1_sha384
      0x0603,  // ecdsa_secp521r1_sha512
      0x0804,  // rsa_pss_rsae_sha256
      0x0805,  // rsa_pss_rsae_sha384
      0x0806,  // rsa_pss_rsae_sha512
      0x0401,  // rsa_pkcs1_sha256
      0x0501,  // rsa_pkcs1_sha384
      0x0601,  // rsa_pkcs1_sha512
  };
  return out;
}

bool needs_decryption(uint16_t suite) {
  const std::string_view name =
      mbedtls_ssl_ciphersuite_get_name(mbedtls_ssl_ciphersuite_from_id(suite));
  return name.starts_with("TLS-RSA-");
}

bool goes_with(uint16_t suite, uint32_t hash) {
  const auto *native = is_tls13(suite) ? mbedtls_ssl_ciphersuite_from_id(suite) : nullptr;
  const int wanted = hash == PLUGTLS_HASH_SHA384 ? MBEDTLS_MD_SHA384 : MBEDTLS_MD_SHA256;
  return native != nullptr && native->mac == wanted;
}

uint16_t scheme_of(mbedtls_pk_type_t type, mbedtls_md_type_t hash) noexcept {
  const int step = hash == MBEDTLS_MD_SHA256 ? 0 : hash == MBEDTLS_MD_SHA384 ? 1 : 2;
  if (step == 2 && hash != MBEDTLS_MD_SHA512) return 0;
  switch (type) {
    case MBEDTLS_PK_RSASSA_PSS:
      return static_cast<uint16_t>(0x0804 + step);
    case MBEDTLS_PK_RSA:
      return static_cast<uint16_t>(0x0401 + step * 0x100);
    case MBEDTLS_PK_ECDSA:
    case MBEDTLS_PK_ECKEY:
      return static_cast<uint16_t>(0x0403 + step * 0x100);
    default:
      return 0;
  }
}

}  // namespace plugtls::mbedtls
