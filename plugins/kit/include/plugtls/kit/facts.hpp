// SPDX-License-Identifier: Apache-2.0
// What a certificate says that the verification policy looks at. Plain data: no TLS library, no allocation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace plugtls::kit {

// DER, or a part of it. Never owns; good as long as the certificate's bytes are.
using DerView = std::span<const std::uint8_t>;

// RFC 5280, 4.2.1.3: bit n of the BIT STRING is 1 << n.
namespace key_usage {
inline constexpr std::uint16_t digital_signature = 1U << 0;
inline constexpr std::uint16_t key_encipherment = 1U << 2;
inline constexpr std::uint16_t key_agreement = 1U << 4;
inline constexpr std::uint16_t key_cert_sign = 1U << 5;
inline constexpr std::uint16_t crl_sign = 1U << 6;
}  // namespace key_usage

// RFC 5280, 4.2.1.12. Purposes nobody here asks about set no bit.
namespace extended_key_usage {
inline constexpr std::uint8_t server_auth = 1U << 0;
inline constexpr std::uint8_t client_auth = 1U << 1;
inline constexpr std::uint8_t any = 1U << 2;
inline constexpr std::uint8_t ocsp_signing = 1U << 3;
}  // namespace extended_key_usage

// The certificate type from before extended key usage: bit n of the BIT STRING is 1 << n.
namespace netscape_type {
inline constexpr std::uint8_t ssl_client = 1U << 0;
inline constexpr std::uint8_t ssl_server = 1U << 1;
}  // namespace netscape_type

// The hash a signature is over. Ed25519 and Ed448 have theirs built in.
enum class SignatureHash : std::uint8_t {
  unknown,
  md5,
  sha1,
  sha224,
  sha256,
  sha384,
  sha512,
  built_in
};

enum class KeyType : std::uint8_t {
  unknown,
  rsa,
  rsa_pss,
  ec,
  ed25519,
  ed448
};

// One certificate of a path. What has not been filled in is malformed, and refused: a backend that fills
// this by hand sets `malformed` to false once it has filled in all of the rest. kit::facts_of() fills it
// from the certificate's DER.
struct CertificateFacts {
  bool malformed = true;  // not DER, an extension twice, version and extensions disagree
  bool unknown_critical_extension = false;  // RFC 5280, 4.2
  bool self_issued = false;                 // subject and issuer are the same name
  bool must_staple = false;                 // RFC 7633: good only with an OCSP response
  std::uint8_t version = 0;                 // 1, 2, 3

  std::int64_t not_before = 0;  // Unix time in seconds
  std::int64_t not_after = 0;

  bool has_basic_constraints = false;
  bool is_ca = false;
  std::optional<std::uint32_t> path_length = {};
  std::optional<std::uint16_t> key_usage = {};  // key_usage::...; no value: the extension is absent
  std::optional<std::uint8_t> extended_key_usage = {};  // extended_key_usage::...; likewise
  std::optional<std::uint8_t> netscape_type = {};       // netscape_type::...; likewise

  SignatureHash signature_hash = SignatureHash::unknown;
  KeyType key_type = KeyType::unknown;
  std::uint32_t key_bits = 0;   // of the RSA modulus, of the curve
  bool explicit_curve = false;  // an EC key with its curve's parameters spelled out

  DerView serial = {};  // contents of the INTEGER
  DerView issuer = {};  // Name, with tag and length
  DerView subject = {};
  DerView subject_alt_names = {};   // contents of GeneralNames: one GeneralName after the other
  DerView permitted_subtrees = {};  // contents of GeneralSubtrees (RFC 5280, 4.2.1.10)
  DerView excluded_subtrees = {};
  DerView authority_key_id = {};  // contents of keyIdentifier (RFC 5280, 4.2.1.1)
  DerView subject_key_id = {};    // contents of the OCTET STRING (RFC 5280, 4.2.1.2)
};

}  // namespace plugtls::kit
