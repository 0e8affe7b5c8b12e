// SPDX-License-Identifier: Apache-2.0
// How strong a certificate's signature and key are: AlgorithmIdentifier and SubjectPublicKeyInfo.
#pragma once

#include <plugtls/kit/der.hpp>
#include <plugtls/kit/facts.hpp>

#include <bit>
#include <cstdint>
#include <string_view>

namespace plugtls::kit {

namespace oid {
using namespace std::string_view_literals;
inline constexpr std::string_view rsa_encryption = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv;
inline constexpr std::string_view rsassa_pss = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"sv;
inline constexpr std::string_view ec_public_key = "\x2a\x86\x48\xce\x3d\x02\x01"sv;
inline constexpr std::string_view ed25519 = "\x2b\x65\x70"sv;
inline constexpr std::string_view ed448 = "\x2b\x65\x71"sv;

struct HashRow {
  std::string_view oid;
  SignatureHash hash;
};
inline constexpr HashRow signatures[] = {
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"sv, SignatureHash::md5},     // md5WithRSAEncryption
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"sv, SignatureHash::sha1},    // sha1WithRSAEncryption
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e"sv, SignatureHash::sha224},  // RFC 4055, 5
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"sv, SignatureHash::sha256},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"sv, SignatureHash::sha384},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"sv, SignatureHash::sha512},
    {"\x2a\x86\x48\xce\x3d\x04\x01"sv, SignatureHash::sha1},        // ecdsa-with-SHA1
    {"\x2a\x86\x48\xce\x3d\x04\x03\x01"sv, SignatureHash::sha224},  // RFC 5758, 3.2
    {"\x2a\x86\x48\xce\x3d\x04\x03\x02"sv, SignatureHash::sha256},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x03"sv, SignatureHash::sha384},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x04"sv, SignatureHash::sha512},
    {ed25519, SignatureHash::built_in},  // RFC 8410, 3
    {ed448, SignatureHash::built_in},
};
inline constexpr HashRow hashes[] = {
    {"\x2a\x86\x48\x86\xf7\x0d\x02\x05"sv, SignatureHash::md5},
    {"\x2b\x0e\x03\x02\x1a"sv, SignatureHash::sha1},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x04"sv, SignatureHash::sha224},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x01"sv, SignatureHash::sha256},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x02"sv, SignatureHash::sha384},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x03"sv, SignatureHash::sha512},
};

struct CurveRow {
  std::string_view oid;
  std::uint32_t bits;
};
inline constexpr CurveRow curves[] = {
    {"\x2a\x86\x48\xce\x3d\x03\x01\x01"sv, 192},      // secp192r1
    {"\x2b\x81\x04\x00\x21"sv, 224},                  // secp224r1
    {"\x2a\x86\x48\xce\x3d\x03\x01\x07"sv, 256},      // secp256r1
    {"\x2b\x81\x04\x00\x0a"sv, 256},                  // secp256k1
    {"\x2b\x81\x04\x00\x22"sv, 384},                  // secp384r1
    {"\x2b\x81\x04\x00\x23"sv, 521},                  // secp521r1
    {"\x2b\x24\x03\x03\x02\x08\x01\x01\x07"sv, 256},  // brainpoolP256r1
    {"\x2b\x24\x03\x03\x02\x08\x01\x01\x0b"sv, 384},  // brainpoolP384r1
    {"\x2b\x24\x03\x03\x02\x08\x01\x01\x0d"sv, 512},  // brainpoolP512r1
};
}  // namespace oid

inline SignatureHash find_hash(std::span<const oid::HashRow> table, DerView oid) noexcept {
  for (const oid::HashRow &row : table) {
    if (is_oid(oid, row.oid)) return row.hash;
  }
  return SignatureHash::unknown;
}

// RSASSA-PSS-params (RFC 4055, 3.1), where a hash that is not named is SHA-1.
inline SignatureHash pss_hash(DerReader &algorithm) noexcept {
  DerReader parameters(algorithm.contents(der_tag::sequence));
  const auto named = parameters.optional_contents(der_tag::context_constructed(0));
  if (algorithm.failed() || parameters.failed()) return SignatureHash::unknown;
  if (!named) return SignatureHash::sha1;
  DerReader outer(*named);
  DerReader hash(outer.contents(der_tag::sequence));
  return find_hash(oid::hashes, hash.contents(der_tag::object_identifier));
}

// The hash of a signature's AlgorithmIdentifier, given as its contents.
inline SignatureHash hash_of_signature(DerView algorithm) noexcept {
  DerReader reader(algorithm);
  const DerView oid = reader.contents(der_tag::object_identifier);
  if (is_oid(oid, oid::rsassa_pss)) return pss_hash(reader);
  return find_hash(oid::signatures, oid);
}

inline std::uint32_t bits_of_modulus(DerView rsa_key) noexcept {
  DerReader outer(rsa_key);
  DerReader key(outer.contents(der_tag::sequence));
  DerView modulus = key.contents(der_tag::integer);
  const DerView exponent = key.contents(der_tag::integer);
  if (!outer.finished() || !key.finished()) return 0;
  if (!is_der_integer(modulus) || !is_der_integer(exponent)) return 0;
  if ((modulus[0] & 0x80U) != 0) return 0;  // negative
  if (modulus[0] == 0) modulus = modulus.subspan(1);
  if (modulus.empty()) return 0;
  return static_cast<std::uint32_t>(8 * (modulus.size() - 1)) +
         static_cast<std::uint32_t>(std::bit_width(modulus[0]));
}

inline std::uint32_t bits_of_curve(DerView oid) noexcept {
  for (const oid::CurveRow &row : oid::curves) {
    if (is_oid(oid, row.oid)) return row.bits;
  }
  return 0;
}

inline void read_ec_key(DerReader &algorithm, DerView point, CertificateFacts &out) noexcept {
  const DerElement curve = algorithm.next();
  out.explicit_curve = curve.tag == der_tag::sequence;
  // A field element is as long as the curve is wide; the point has one or two, behind one byte.
  const bool compressed = !point.empty() && point[0] != 4;
  const std::size_t field = point.empty() ? 0 : (point.size() - 1) / (compressed ? 1U : 2U);
  out.key_bits =
      out.explicit_curve ? static_cast<std::uint32_t>(8 * field) : bits_of_curve(curve.contents);
  if (out.key_bits != 0) out.key_type = KeyType::ec;
}

// SubjectPublicKeyInfo's contents (RFC 5280, 4.1.2.7). A key that is not understood stays `unknown`. False if
// it is none at all.
inline bool read_public_key(DerView info, CertificateFacts &out) noexcept {
  DerReader reader(info);
  DerReader algorithm(reader.contents(der_tag::sequence));
  const std::optional<DerView> key = der_octets(reader.contents(der_tag::bit_string));
  const DerView oid = algorithm.contents(der_tag::object_identifier);
  if (!reader.finished() || algorithm.failed() || !key) return false;
  if (is_oid(oid, oid::ec_public_key)) {
    read_ec_key(algorithm, *key, out);
  } else if (is_oid(oid, oid::rsa_encryption) || is_oid(oid, oid::rsassa_pss)) {
    out.key_bits = bits_of_modulus(*key);
    const KeyType type = is_oid(oid, oid::rsassa_pss) ? KeyType::rsa_pss : KeyType::rsa;
    if (out.key_bits != 0) out.key_type = type;
  } else if (is_oid(oid, oid::ed25519) && key->size() == 32) {
    out.key_type = KeyType::ed25519;
    out.key_bits = 256;
  } else if (is_oid(oid, oid::ed448) && key->size() == 57) {
    out.key_type = KeyType::ed448;
    out.key_bits = 448;
  }
  return true;
}

}  // namespace plugtls::kit
