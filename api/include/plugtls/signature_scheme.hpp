// SPDX-License-Identifier: Apache-2.0
/// Signature schemes: the IANA "TLS SignatureScheme" registry.
#ifndef PLUGTLS_SIGNATURE_SCHEME_HPP
#define PLUGTLS_SIGNATURE_SCHEME_HPP

#include "plugtls/detail/named_number.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plugtls {

enum class SignatureScheme : std::uint16_t {
  rsa_pkcs1_md5 = 0x0101,
  rsa_pkcs1_sha1 = 0x0201,
  dsa_sha1 = 0x0202,
  ecdsa_sha1 = 0x0203,
  rsa_pkcs1_sha224 = 0x0301,
  ecdsa_sha224 = 0x0303,
  rsa_pkcs1_sha256 = 0x0401,
  dsa_sha256 = 0x0402,
  ecdsa_secp256r1_sha256 = 0x0403,
  rsa_pkcs1_sha256_legacy = 0x0420,
  rsa_pkcs1_sha384 = 0x0501,
  dsa_sha384 = 0x0502,
  ecdsa_secp384r1_sha384 = 0x0503,
  rsa_pkcs1_sha384_legacy = 0x0520,
  rsa_pkcs1_sha512 = 0x0601,
  dsa_sha512 = 0x0602,
  ecdsa_secp521r1_sha512 = 0x0603,
  rsa_pkcs1_sha512_legacy = 0x0620,
  eccsi_sha256 = 0x0704,
  iso_ibs1 = 0x0705,
  iso_ibs2 = 0x0706,
  iso_chinese_ibs = 0x0707,
  sm2sig_sm3 = 0x0708,
  gostr34102012_256a = 0x0709,
  gostr34102012_256b = 0x070a,
  gostr34102012_256c = 0x070b,
  gostr34102012_256d = 0x070c,
  gostr34102012_512a = 0x070d,
  gostr34102012_512b = 0x070e,
  gostr34102012_512c = 0x070f,
  rsa_pss_rsae_sha256 = 0x0804,
  rsa_pss_rsae_sha384 = 0x0805,
  rsa_pss_rsae_sha512 = 0x0806,
  ed25519 = 0x0807,
  ed448 = 0x0808,
  rsa_pss_pss_sha256 = 0x0809,
  rsa_pss_pss_sha384 = 0x080a,
  rsa_pss_pss_sha512 = 0x080b,
  ecdsa_brainpoolP256r1tls13_sha256 = 0x081a,
  ecdsa_brainpoolP384r1tls13_sha384 = 0x081b,
  ecdsa_brainpoolP512r1tls13_sha512 = 0x081c,
  mldsa44 = 0x0904,
  mldsa65 = 0x0905,
  mldsa87 = 0x0906,
};

namespace detail {

inline constexpr auto signature_scheme_names = std::to_array<Named<SignatureScheme>>({
    {SignatureScheme::rsa_pkcs1_md5, "rsa_pkcs1_md5"},
    {SignatureScheme::rsa_pkcs1_sha1, "rsa_pkcs1_sha1"},
    {SignatureScheme::dsa_sha1, "dsa_sha1"},
    {SignatureScheme::ecdsa_sha1, "ecdsa_sha1"},
    {SignatureScheme::rsa_pkcs1_sha224, "rsa_pkcs1_sha224"},
    {SignatureScheme::ecdsa_sha224, "ecdsa_sha224"},
    {SignatureScheme::rsa_pkcs1_sha256, "rsa_pkcs1_sha256"},
    {SignatureScheme::dsa_sha256, "dsa_sha256"},
    {SignatureScheme::ecdsa_secp256r1_sha256, "ecdsa_secp256r1_sha256"},
    {SignatureScheme::rsa_pkcs1_sha256_legacy, "rsa_pkcs1_sha256_legacy"},
    {SignatureScheme::rsa_pkcs1_sha384, "rsa_pkcs1_sha384"},
    {SignatureScheme::dsa_sha384, "dsa_sha384"},
    {SignatureScheme::ecdsa_secp384r1_sha384, "ecdsa_secp384r1_sha384"},
    {SignatureScheme::rsa_pkcs1_sha384_legacy, "rsa_pkcs1_sha384_legacy"},
    {SignatureScheme::rsa_pkcs1_sha512, "rsa_pkcs1_sha512"},
    {SignatureScheme::dsa_sha512, "dsa_sha512"},
    {SignatureScheme::ecdsa_secp521r1_sha512, "ecdsa_secp521r1_sha512"},
    {SignatureScheme::rsa_pkcs1_sha512_legacy, "rsa_pkcs1_sha512_legacy"},
    {SignatureScheme::eccsi_sha256, "eccsi_sha256"},
    {SignatureScheme::iso_ibs1, "iso_ibs1"},
    {SignatureScheme::iso_ibs2, "iso_ibs2"},
    {SignatureScheme::iso_chinese_ibs, "iso_chinese_ibs"},
    {SignatureScheme::sm2sig_sm3, "sm2sig_sm3"},
    {SignatureScheme::gostr34102012_256a, "gostr34102012_256a"},
    {SignatureScheme::gostr34102012_256b, "gostr34102012_256b"},
    {SignatureScheme::gostr34102012_256c, "gostr34102012_256c"},
    {SignatureScheme::gostr34102012_256d, "gostr34102012_256d"},
    {SignatureScheme::gostr34102012_512a, "gostr34102012_512a"},
    {SignatureScheme::gostr34102012_512b, "gostr34102012_512b"},
    {SignatureScheme::gostr34102012_512c, "gostr34102012_512c"},
    {SignatureScheme::rsa_pss_rsae_sha256, "rsa_pss_rsae_sha256"},
    {SignatureScheme::rsa_pss_rsae_sha384, "rsa_pss_rsae_sha384"},
    {SignatureScheme::rsa_pss_rsae_sha512, "rsa_pss_rsae_sha512"},
    {SignatureScheme::ed25519, "ed25519"},
    {SignatureScheme::ed448, "ed448"},
    {SignatureScheme::rsa_pss_pss_sha256, "rsa_pss_pss_sha256"},
    {SignatureScheme::rsa_pss_pss_sha384, "rsa_pss_pss_sha384"},
    {SignatureScheme::rsa_pss_pss_sha512, "rsa_pss_pss_sha512"},
    {SignatureScheme::ecdsa_brainpoolP256r1tls13_sha256, "ecdsa_brainpoolP256r1tls13_sha256"},
    {SignatureScheme::ecdsa_brainpoolP384r1tls13_sha384, "ecdsa_brainpoolP384r1tls13_sha384"},
    {SignatureScheme::ecdsa_brainpoolP512r1tls13_sha512, "ecdsa_brainpoolP512r1tls13_sha512"},
    {SignatureScheme::mldsa44, "mldsa44"},
    {SignatureScheme::mldsa65, "mldsa65"},
    {SignatureScheme::mldsa87, "mldsa87"},
});

}  // namespace detail

/// The registry's name, or the number as "0x1a1a" if it has none.
inline std::string name(SignatureScheme value) {
  return detail::name_or_number(detail::signature_scheme_names, value);
}
/// A name in any case, or a number as "0x1a1a".
inline std::optional<SignatureScheme> parse_signature_scheme(std::string_view text) noexcept {
  return detail::parse_name(detail::signature_scheme_names, text);
}

}  // namespace plugtls

#endif
