// SPDX-License-Identifier: Apache-2.0
// The verification policy, one for all backends (docs/verification.md says it in words).
//
// A backend's library builds the path and verifies the signatures; every other question is answered here,
// over plain facts, in one order, so that the same chain gets the same code whichever library is at work:
//
//   std::vector<CertificateFacts> path;            // leaf first, anchor last
//   for (each certificate) path.push_back(facts_of(its DER));
//   const Verdict verdict = judge(path, policy);
#pragma once

#include <plugtls/kit/certificate.hpp>
#include <plugtls/kit/constraints.hpp>
#include <plugtls/kit/facts.hpp>
#include <plugtls/kit/names.hpp>
#include <plugtls/types.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace plugtls::kit {

// PLUGTLS_E_NONE, or a PLUGTLS_E_CERT_... and which certificate of the path it is about (0 is the leaf).
struct Verdict {
  std::int32_t code = PLUGTLS_E_NONE;
  std::int32_t depth = -1;

  [[nodiscard]] bool good() const noexcept { return code == PLUGTLS_E_NONE; }
};

struct Policy {
  std::uint32_t purpose = PLUGTLS_PURPOSE_SERVER;  // whose the leaf is: PLUGTLS_PURPOSE_...
  std::int64_t time = 0;                           // Unix time in seconds
  std::uint32_t max_intermediates = 10;            // plugtls_config.verify_depth, resolved
  std::span<const plugtls_subject> subjects =
      {};                  // any one must match; none: the name is not looked at
  bool skip_name = false;  // the name check alone is switched off (S31)

  // What the library found where only it can look. Each takes its place in the order: revocation before
  // signatures and times, the signature of a certificate before its times.
  Verdict revocation =
      {};  // the first by depth: PLUGTLS_E_CERT_REVOKED, _CRL_MISSING, _CRL_INVALID, _OCSP_...
  Verdict signature = {};  // the one nearest to the anchor: PLUGTLS_E_CERT_BAD_SIGNATURE
};

namespace policy {

inline constexpr std::uint32_t least_rsa_bits = 2048;
inline constexpr std::uint32_t least_ec_bits = 224;

constexpr Verdict refuse(std::int32_t code, std::size_t depth) noexcept {
  return {code, static_cast<std::int32_t>(depth)};
}

constexpr bool is_weak_key(const CertificateFacts &certificate) noexcept {
  switch (certificate.key_type) {
    case KeyType::rsa:
    case KeyType::rsa_pss:
      return certificate.key_bits < least_rsa_bits;
    case KeyType::ec:
      return certificate.key_bits < least_ec_bits;
    case KeyType::ed25519:
    case KeyType::ed448:
      return false;
    default:  // nobody knows how strong it is
      return true;
  }
}

constexpr bool is_weak_signature(const CertificateFacts &certificate) noexcept {
  return certificate.signature_hash < SignatureHash::sha224;
}

// What stops a path from being built at all. `most` is how many certificates there may be on the way to an
// anchor, itself included. A malformed certificate above the leaf is nobody's issuer.
inline Verdict judge_building(std::span<const CertificateFacts> path, const Policy &policy,
                              std::size_t most) noexcept {
  if (path.empty()) return {PLUGTLS_E_CERT_MISSING, -1};
  if (path.front().malformed) return refuse(PLUGTLS_E_CERT_MALFORMED, 0);
  if (is_weak_key(path.front())) return refuse(PLUGTLS_E_CERT_WEAK_KEY, 0);
  for (std::size_t i = 1; i < path.size() && i < most; ++i) {
    if (path[i].malformed) return refuse(PLUGTLS_E_CERT_UNKNOWN_ISSUER, i - 1);
  }
  if (path.size() <= most) return {};
  return refuse(PLUGTLS_E_CERT_CHAIN_TOO_LONG, std::size_t{policy.max_intermediates} + 1);
}

constexpr std::size_t longest_path(const Policy &policy) noexcept {
  return std::size_t{policy.max_intermediates} + 2;  // the leaf, and the anchor
}

// By its names, and by its key identifiers if it has them (RFC 5280, 4.2.1.1).
inline bool is_self_signed(const CertificateFacts &certificate) noexcept {
  const DerView issuer_key = certificate.authority_key_id;
  const DerView own_key = certificate.subject_key_id;
  const bool own = issuer_key.empty() || own_key.empty() || same_bytes(issuer_key, own_key);
  return certificate.self_issued && own;
}

// An anchor may be from before basicConstraints: of version 1 and self-issued. In version 3 its absence means no
// (RFC 5280, 4.2.1.9).
constexpr bool is_issuer(const CertificateFacts &certificate, bool anchor) noexcept {
  const bool signs =
      !certificate.key_usage || (*certificate.key_usage & key_usage::key_cert_sign) != 0;
  if (!signs || certificate.has_basic_constraints) return signs && certificate.is_ca;
  return anchor && certificate.version == 1 && certificate.self_issued;
}

// An extended key usage above the leaf confines what is below it, the anchor's too.
constexpr bool has_purpose(const CertificateFacts &certificate, const Policy &policy) noexcept {
  const std::uint8_t wanted = policy.purpose == PLUGTLS_PURPOSE_CLIENT
                                  ? extended_key_usage::client_auth
                                  : extended_key_usage::server_auth;
  return !certificate.extended_key_usage || (*certificate.extended_key_usage & wanted) != 0;
}

// A handshake with forward secrecy is signed (RFC 8446, 4.4.2.2; RFC 5246, 7.4.2).
constexpr bool has_leaf_usage(const CertificateFacts &leaf) noexcept {
  return !leaf.key_usage || (*leaf.key_usage & key_usage::digital_signature) != 0;
}

constexpr bool has_netscape_type(const CertificateFacts &leaf, const Policy &policy) noexcept {
  const std::uint8_t wanted = policy.purpose == PLUGTLS_PURPOSE_CLIENT ? netscape_type::ssl_client
                                                                       : netscape_type::ssl_server;
  return !leaf.netscape_type || (*leaf.netscape_type & wanted) != 0;
}

inline Verdict judge_extensions_at(std::span<const CertificateFacts> path, std::size_t at,
                                   const Policy &policy) noexcept {
  const CertificateFacts &one = path[at];
  if (one.unknown_critical_extension) {
    return refuse(PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION, at);
  }
  if (at > 0 && !is_issuer(one, at + 1 == path.size())) return refuse(PLUGTLS_E_CERT_NOT_A_CA, at);
  if (path.size() > 1 && one.explicit_curve) return refuse(PLUGTLS_E_CERT_OTHER, at);
  if (!has_purpose(one, policy)) return refuse(PLUGTLS_E_CERT_EXTENDED_KEY_USAGE, at);
  if (at > 0) return {};
  if (!has_netscape_type(one, policy)) return refuse(PLUGTLS_E_CERT_EXTENDED_KEY_USAGE, at);
  if (!has_leaf_usage(one)) return refuse(PLUGTLS_E_CERT_KEY_USAGE, at);
  return {};
}

// From the leaf upwards: what each certificate is, and how many CAs may be below each (RFC 5280, 6.1.4:
// neither the leaf nor what is self-issued counts).
inline Verdict judge_extensions(std::span<const CertificateFacts> path,
                                const Policy &policy) noexcept {
  std::size_t below = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Verdict verdict = judge_extensions_at(path, i, policy);
    if (!verdict.good()) return verdict;
    if (i > 0 && path[i].path_length && below > *path[i].path_length) {
      return refuse(PLUGTLS_E_CERT_PATH_LENGTH, i);
    }
    if (i > 0 && !path[i].self_issued) ++below;
  }
  return {};
}

// From the leaf upwards. Nobody relies on the signature of an anchor.
inline Verdict judge_strength(std::span<const CertificateFacts> path) noexcept {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_weak_key(path[i])) return refuse(PLUGTLS_E_CERT_WEAK_KEY, i);
    const bool anchor = i + 1 == path.size();
    if (!anchor && is_weak_signature(path[i])) return refuse(PLUGTLS_E_CERT_WEAK_SIGNATURE, i);
  }
  return {};
}

constexpr Verdict judge_time(const CertificateFacts &certificate, std::size_t at,
                             std::int64_t now) noexcept {
  if (now < certificate.not_before) return refuse(PLUGTLS_E_CERT_NOT_YET_VALID, at);
  // In its last second a certificate is taken to have expired, as OpenSSL takes it.
  if (now >= certificate.not_after) return refuse(PLUGTLS_E_CERT_EXPIRED, at);
  return {};
}

// From the anchor, whose times count too, downwards.
inline Verdict judge_signatures_and_times(std::span<const CertificateFacts> path,
                                          const Policy &policy) noexcept {
  for (std::size_t i = path.size(); i-- > 0;) {
    if (!policy.signature.good() && policy.signature.depth == static_cast<std::int32_t>(i)) {
      return policy.signature;
    }
    const Verdict verdict = judge_time(path[i], i, policy.time);
    if (!verdict.good()) return verdict;
  }
  return policy.signature;  // of whatever depth it is
}

inline Verdict judge_constraints_on(std::span<const CertificateFacts> path,
                                    std::size_t at) noexcept {
  const CertificateFacts &one = path[at];
  for (std::size_t i = path.size(); --i > at;) {
    const CertificateFacts &issuer = path[i];
    if (issuer.permitted_subtrees.empty() && issuer.excluded_subtrees.empty()) continue;
    if (too_many_constraints(one, issuer)) return refuse(PLUGTLS_E_CERT_OTHER, at);
    if (!subject_allowed(one, at == 0, issuer) || !alt_names_allowed(one, issuer)) {
      return refuse(PLUGTLS_E_CERT_NAME_CONSTRAINTS, at);
    }
  }
  return {};
}

// From the anchor, whose constraints count too, downwards. What is self-issued is exempt, the leaf is not
// (RFC 5280, 6.1.3).
inline Verdict judge_constraints(std::span<const CertificateFacts> path) noexcept {
  for (std::size_t i = path.size(); i-- > 0;) {
    if (i > 0 && path[i].self_issued) continue;
    const Verdict verdict = judge_constraints_on(path, i);
    if (!verdict.good()) return verdict;
  }
  return {};
}

inline Verdict judge_name(const CertificateFacts &leaf, const Policy &policy) noexcept {
  if (policy.skip_name || policy.subjects.empty()) return {};
  DerReader reader(leaf.subject_alt_names);
  while (!reader.at_end()) {
    const DerElement name = reader.next();
    const bool dns = name.tag == general_name::dns_name;
    if (!dns && name.tag != general_name::ip_address) continue;
    const SanEntry entry{dns ? PLUGTLS_SUBJECT_DNS : PLUGTLS_SUBJECT_IP, name.contents};
    if (match_names(policy.subjects, {&entry, 1}) == PLUGTLS_E_NONE) return {};
  }
  return refuse(match_names(policy.subjects, {}), 0);
}

}  // namespace policy

// Judges a path that ends in a trust anchor: leaf first, anchor last; an anchor that is itself the leaf is
// a path of one. An empty path is refused. The first step that refuses decides the code.
inline Verdict judge(std::span<const CertificateFacts> path, const Policy &policy) noexcept {
  Verdict out = policy::judge_building(path, policy, policy::longest_path(policy));
  if (out.good()) out = policy::judge_extensions(path, policy);
  if (out.good()) out = policy::judge_strength(path);
  if (out.good()) out = policy.revocation;
  if (out.good()) out = policy::judge_signatures_and_times(path, policy);
  if (out.good()) out = policy::judge_constraints(path);
  if (out.good()) out = policy::judge_name(path.front(), policy);
  return out;
}

// Judges a path that reaches no trust anchor: the leaf and as many issuers as were found for it, each by the
// name of the one before. The answer is never a good one.
inline Verdict judge_unanchored(std::span<const CertificateFacts> path,
                                const Policy &policy) noexcept {
  const Verdict building = policy::judge_building(path, policy, policy::longest_path(policy) - 1);
  if (!building.good()) return building;
  const std::size_t last = path.size() - 1;
  if (!policy::is_self_signed(path[last]))
    return policy::refuse(PLUGTLS_E_CERT_UNKNOWN_ISSUER, last);
  return policy::refuse(last == 0 ? PLUGTLS_E_CERT_SELF_SIGNED : PLUGTLS_E_CERT_UNTRUSTED_ROOT,
                        last);
}

}  // namespace plugtls::kit
