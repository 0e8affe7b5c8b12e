// SPDX-License-Identifier: Apache-2.0
// CRLs (RFC 5280, 5) for backends whose library has none, or has its own opinion of when they count. Only whole CRLs of
// an issuer's own: delta CRLs and indirect ones, which their critical extensions tell, are unfit.
#pragma once

#include <plugtls/kit/certificate.hpp>
#include <plugtls/kit/path.hpp>
#include <plugtls/kit/policy.hpp>
#include <plugtls/kit/signed_object.hpp>

#include <optional>
#include <span>

namespace plugtls::kit {

struct Crl {
  SignedObject frame = {};
  DerView issuer = {};
  std::int64_t this_update = 0;
  std::optional<std::int64_t> next_update = {};
  DerView revoked = {};   // one entry after the other
  DerView key_id = {};    // of the key that it says it is signed with (5.2.1); empty if it does not
  bool critical = false;  // an extension that has to be understood, and is not
};

namespace crl {

inline bool is_time(const DerReader &reader) noexcept {
  return reader.next_is(der_tag::utc_time) || reader.next_is(der_tag::generalized_time);
}

// Contents of a SEQUENCE OF Extension; nothing if it is malformed.
inline std::optional<bool> any_critical(DerView extensions) noexcept {
  DerReader reader(extensions);
  bool out = false;
  while (!reader.at_end()) {
    const auto extension = next_extension(reader);
    if (!extension) return std::nullopt;
    out = out || extension->critical;
  }
  return reader.failed() ? std::nullopt : std::optional(out);
}

// One entry of revokedCertificates: its serial number. `critical` tells of a critical extension.
inline DerView next_entry(DerReader &entries, bool &critical) noexcept {
  DerReader entry(entries.contents(der_tag::sequence));
  const DerView serial = entry.contents(der_tag::integer);
  const bool dated = der_time(entry.next()).has_value();
  const auto extensions = entry.optional_contents(der_tag::sequence);
  const auto found = extensions ? any_critical(*extensions) : std::optional(false);
  if (!entry.finished() || !dated || !found || !is_der_integer(serial)) return {};
  critical = critical || *found;
  return serial;
}

inline bool read_entries(Crl &out) noexcept {
  DerReader entries(out.revoked);
  while (!entries.at_end())
    if (next_entry(entries, out.critical).empty()) return false;
  return true;
}

inline bool read_times(DerReader &tbs, Crl &out) noexcept {
  const auto this_update = der_time(tbs.next());
  if (!this_update) return false;
  out.this_update = *this_update;
  if (!is_time(tbs)) return true;
  out.next_update = der_time(tbs.next());
  return out.next_update.has_value();
}

// Contents of a SEQUENCE OF Extension that any_critical has found well-formed.
inline DerView key_id_in(DerView extensions) noexcept {
  using namespace std::string_view_literals;
  DerReader reader(extensions);
  while (!reader.at_end()) {
    const auto extension = next_extension(reader);
    if (extension && is_oid(extension->oid, "\x55\x1d\x23"sv))
      return parse_authority_key_id(extension->value).value_or(DerView{});
  }
  return {};
}

inline bool read_extensions(DerReader &tbs, Crl &out) noexcept {
  const auto tagged = tbs.optional_contents(der_tag::context_constructed(0));
  if (!tagged) return true;
  const auto list = sole_sequence(*tagged);
  const auto critical = list ? any_critical(*list) : std::nullopt;
  if (!critical) return false;
  out.critical = out.critical || *critical;
  out.key_id = key_id_in(*list);
  return true;
}

// By name, and by key identifiers where both have them, as an issuer of certificates is found.
inline bool is_of_issuer(const Crl &crl, const CertificateFacts &issuer) noexcept {
  if (compare_names(issuer.subject, crl.issuer, false) != NameOrder::same) return false;
  return crl.key_id.empty() || issuer.subject_key_id.empty() ||
         same_bytes(crl.key_id, issuer.subject_key_id);
}

}  // namespace crl

// Nothing if it is malformed. The views point into `der`.
inline std::optional<Crl> parse_crl(DerView der) noexcept {
  const auto frame = parse_signed(der);
  if (!frame) return std::nullopt;
  Crl out;
  out.frame = *frame;
  DerReader outer(frame->body);
  DerReader tbs(outer.contents(der_tag::sequence));
  const auto version = tbs.optional_contents(der_tag::integer);
  const DerView algorithm = tbs.contents(der_tag::sequence);
  out.issuer = tbs.element(der_tag::sequence).whole;
  if (tbs.failed() || !same_bytes(algorithm, frame->algorithm)) return std::nullopt;
  if (version && der_uint(*version).value_or(0) != 1) return std::nullopt;  // v2
  if (!is_distinguished_name(out.issuer) || !crl::read_times(tbs, out)) return std::nullopt;
  out.revoked = tbs.optional_contents(der_tag::sequence).value_or(DerView{});
  if (!crl::read_entries(out) || !crl::read_extensions(tbs, out)) return std::nullopt;
  return tbs.finished() ? std::optional(out) : std::nullopt;
}

inline bool is_listed(const Crl &crl, DerView serial) noexcept {
  DerReader entries(crl.revoked);
  bool unused = false;
  while (!entries.at_end())
    if (same_bytes(crl::next_entry(entries, unused), serial)) return true;
  return false;
}

namespace crl {

template <class Holds>
std::int32_t judge_one(const CertificateFacts &certificate, const PathCertificate &issuer,
                       std::span<const Crl> crls, std::int64_t time, Holds &&holds) {
  const auto &usage = issuer.facts.key_usage;
  const bool may_sign = !usage || (*usage & key_usage::crl_sign) != 0;
  bool found = false;
  bool fit = false;
  for (const Crl &one : crls) {
    if (!is_of_issuer(one, issuer.facts)) continue;
    found = true;
    const bool current = one.this_update <= time && (!one.next_update || time < *one.next_update);
    if (!may_sign || !current || one.critical || !holds(one.frame, issuer.der)) continue;
    fit = true;
    if (is_listed(one, certificate.serial)) return PLUGTLS_E_CERT_REVOKED;
  }
  if (fit) return PLUGTLS_E_NONE;
  return found ? PLUGTLS_E_CERT_CRL_INVALID : PLUGTLS_E_CERT_CRL_MISSING;
}

}  // namespace crl

// The first certificate from the leaf up that is revoked, or whose CRL is missing or unfit (RFC 5280, 6.3). `path` is
// leaf to anchor; `holds(signed object, issuer's DER)` verifies a signature.
template <class Holds>
Verdict judge_revocation(std::span<const PathCertificate> path, std::span<const Crl> crls,
                         std::uint32_t crl_check, std::int64_t time, Holds &&holds) {
  if (crl_check == PLUGTLS_CRL_CHECK_NONE) return {};
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (i > 0 && crl_check == PLUGTLS_CRL_CHECK_LEAF) break;
    const std::int32_t code = crl::judge_one(path[i].facts, path[i + 1], crls, time, holds);
    if (code != PLUGTLS_E_NONE) return policy::refuse(code, i);
  }
  return {};
}

}  // namespace plugtls::kit
