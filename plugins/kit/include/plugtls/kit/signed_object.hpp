// SPDX-License-Identifier: Apache-2.0
// What is signed, by which algorithm, and the signature: certificates and CRLs have the same frame (RFC 5280, 4.1 and
// 5.1). For backends that verify signatures with their library's functions and everything else with the kit's.
#pragma once

#include <plugtls/kit/der.hpp>

#include <optional>

namespace plugtls::kit {

struct SignedObject {
  DerView body = {};       // what is signed, with tag and length
  DerView algorithm = {};  // contents of the AlgorithmIdentifier
  DerView signature = {};
};

inline std::optional<SignedObject> parse_signed(DerView der) noexcept {
  DerReader outer(der);
  DerReader reader(outer.contents(der_tag::sequence));
  SignedObject out;
  out.body = reader.element(der_tag::sequence).whole;
  out.algorithm = reader.contents(der_tag::sequence);
  const auto signature = der_octets(reader.contents(der_tag::bit_string));
  if (!outer.finished() || !reader.finished() || !signature) return std::nullopt;
  out.signature = *signature;
  return out;
}

// A certificate's SubjectPublicKeyInfo, with tag and length; empty if there is none.
inline DerView public_key_info(DerView certificate) noexcept {
  DerReader outer(certificate);
  DerReader frame(outer.contents(der_tag::sequence));
  DerReader tbs(frame.contents(der_tag::sequence));
  (void)tbs.optional_contents(der_tag::context_constructed(0));  // version
  (void)tbs.element(der_tag::integer);                           // serial number
  for (int i = 0; i < 4; ++i)  // algorithm, issuer, validity, subject
    (void)tbs.element(der_tag::sequence);
  return tbs.element(der_tag::sequence).whole;
}

}  // namespace plugtls::kit
