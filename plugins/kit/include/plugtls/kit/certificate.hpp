// SPDX-License-Identifier: Apache-2.0
// A certificate's DER to the facts the policy judges by.
#pragma once

#include <plugtls/kit/algorithms.hpp>
#include <plugtls/kit/der.hpp>
#include <plugtls/kit/distinguished_name.hpp>
#include <plugtls/kit/extensions.hpp>
#include <plugtls/kit/facts.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace plugtls::kit {

// What is above this is no certificate that anybody issues, and looking for an extension that comes twice
// must not cost its square.
inline constexpr std::size_t most_extensions = 64;

struct Extension {
  DerView oid = {};
  bool critical = false;
  DerView value = {};  // the contents of extnValue
};

// The next Extension (RFC 5280, 4.1). An explicit `critical FALSE` is not DER, but is not rare enough.
inline std::optional<Extension> next_extension(DerReader &extensions) noexcept {
  DerReader reader(extensions.contents(der_tag::sequence));
  Extension out;
  out.oid = reader.contents(der_tag::object_identifier);
  if (const auto critical = reader.optional_contents(der_tag::boolean)) {
    const std::optional<bool> value = der_boolean(*critical);
    if (!value) return std::nullopt;
    out.critical = *value;
  }
  out.value = reader.contents(der_tag::octet_string);
  return reader.finished() && !out.oid.empty() ? std::optional{out} : std::nullopt;
}

// Extensions that may be critical although nothing is read from them: certificate policies and what belongs
// to them (any policy is acceptable, as OpenSSL has it by default), and OCSP no-check.
inline bool may_be_critical(DerView oid) noexcept {
  using namespace std::string_view_literals;
  return is_oid(oid, "\x55\x1d\x20"sv) || is_oid(oid, "\x55\x1d\x21"sv) ||
         is_oid(oid, "\x55\x1d\x24"sv) || is_oid(oid, "\x55\x1d\x36"sv) ||
         is_oid(oid, "\x2b\x06\x01\x05\x05\x07\x30\x01\x05"sv);
}

template <class Value>
bool keep(const std::optional<Value> &parsed, std::optional<Value> &out) noexcept {
  out = parsed;
  return parsed.has_value();
}

inline bool keep(const std::optional<DerView> &parsed, DerView &out) noexcept {
  out = parsed.value_or(DerView{});
  return parsed.has_value();
}

inline bool keep_basic_constraints(DerView value, CertificateFacts &out) noexcept {
  const auto parsed = parse_basic_constraints(value);
  if (!parsed) return false;
  out.has_basic_constraints = true;
  out.is_ca = parsed->is_ca;
  out.path_length = parsed->path_length;
  return true;
}

inline bool keep_name_constraints(DerView value, CertificateFacts &out) noexcept {
  const auto parsed = parse_name_constraints(value);
  if (!parsed) return false;
  out.permitted_subtrees = parsed->permitted;
  out.excluded_subtrees = parsed->excluded;
  return true;
}

inline bool keep_tls_feature(const Extension &extension, CertificateFacts &out) noexcept {
  const auto parsed = parse_tls_feature(extension.value);
  if (!parsed) return false;
  out.must_staple = *parsed;
  out.unknown_critical_extension |= extension.critical;
  return true;
}

// One extension that has been seen for the first time. False if it is malformed.
inline bool read_extension(const Extension &extension, CertificateFacts &out) noexcept {
  const DerView value = extension.value;
  const bool of_rfc5280 =
      extension.oid.size() == 3 && extension.oid[0] == 0x55 && extension.oid[1] == 0x1d;
  switch (of_rfc5280 ? extension.oid[2] : 0) {  // id-ce
    case 14:
      out.unknown_critical_extension |= extension.critical;
      return keep(parse_subject_key_id(value), out.subject_key_id);
    case 15:
      return keep(parse_key_usage(value), out.key_usage);
    case 17:
      return keep(parse_subject_alt_names(value), out.subject_alt_names);
    case 19:
      return keep_basic_constraints(value, out);
    case 30:
      return keep_name_constraints(value, out);
    case 31:
      return is_crl_distribution_points(value);
    case 35:
      out.unknown_critical_extension |= extension.critical;
      return keep(parse_authority_key_id(value), out.authority_key_id);
    case 37:
      return keep(parse_extended_key_usage(value), out.extended_key_usage);
    default:
      if (is_netscape_type(extension.oid))
        return keep(parse_netscape_type(value), out.netscape_type);
      if (is_tls_feature(extension.oid)) return keep_tls_feature(extension, out);
      out.unknown_critical_extension |= extension.critical && !may_be_critical(extension.oid);
      return true;
  }
}

// [3] EXPLICIT Extensions, from within the tag. False if one is malformed or comes twice.
inline bool read_extensions(DerView explicit_extensions, CertificateFacts &out) noexcept {
  const std::optional<DerView> list = sole_sequence(explicit_extensions);
  if (!list || list->empty()) return false;
  DerReader reader(*list);
  std::array<DerView, most_extensions> seen = {};
  std::size_t count = 0;
  while (!reader.at_end()) {
    const std::optional<Extension> extension = next_extension(reader);
    if (!extension || count == seen.size()) return false;
    const bool twice = std::any_of(seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(count),
                                   [&](DerView oid) { return same_bytes(oid, extension->oid); });
    if (twice || !read_extension(*extension, out)) return false;
    seen[count++] = extension->oid;
  }
  return reader.finished();
}

// `version [0] EXPLICIT Version DEFAULT v1`; 0 if there is no such version.
inline std::uint8_t read_version(DerReader &tbs) noexcept {
  const auto tagged = tbs.optional_contents(der_tag::context_constructed(0));
  if (!tagged) return 1;
  DerReader reader(*tagged);
  const auto number = der_uint(reader.contents(der_tag::integer));
  if (!reader.finished() || !number || *number > 2) return 0;
  return static_cast<std::uint8_t>(*number + 1);
}

inline bool read_validity(DerView contents, CertificateFacts &out) noexcept {
  DerReader reader(contents);
  const auto not_before = der_time(reader.next());
  const auto not_after = der_time(reader.next());
  if (!reader.finished() || !not_before || !not_after) return false;
  out.not_before = *not_before;
  out.not_after = *not_after;
  return true;
}

inline bool read_names(CertificateFacts &out) noexcept {
  if (!is_distinguished_name(out.issuer) || !is_distinguished_name(out.subject)) return false;
  out.self_issued = compare_names(out.subject, out.issuer, false) == NameOrder::same;
  return true;
}

// What follows the key in TBSCertificate: each member has a version that brought it.
inline bool read_rest(DerReader &tbs, CertificateFacts &out) noexcept {
  const bool issuer_id = tbs.optional_contents(der_tag::context(1)).has_value();
  const bool subject_id = tbs.optional_contents(der_tag::context(2)).has_value();
  const auto extensions = tbs.optional_contents(der_tag::context_constructed(3));
  if (!tbs.finished()) return false;
  if ((issuer_id || subject_id) && out.version < 2) return false;
  return !extensions || (out.version == 3 && read_extensions(*extensions, out));
}

inline bool read_tbs_certificate(DerView contents, DerView outer_algorithm,
                                 CertificateFacts &out) noexcept {
  DerReader tbs(contents);
  out.version = read_version(tbs);
  out.serial = tbs.contents(der_tag::integer);
  const DerElement algorithm = tbs.element(der_tag::sequence);
  out.issuer = tbs.element(der_tag::sequence).whole;
  const DerView validity = tbs.contents(der_tag::sequence);
  out.subject = tbs.element(der_tag::sequence).whole;
  const DerView key = tbs.contents(der_tag::sequence);
  if (tbs.failed() || out.version == 0 || !is_der_integer(out.serial)) return false;
  // What is signed and what is outside are the same (4.1.1.2).
  if (!same_bytes(algorithm.whole, outer_algorithm)) return false;
  out.signature_hash = hash_of_signature(algorithm.contents);
  return read_names(out) && read_validity(validity, out) && read_public_key(key, out) &&
         read_rest(tbs, out);
}

// Reads a whole certificate (RFC 5280, 4.1). What cannot be read, or is not as the RFC has it, is
// `malformed`; the facts read up to there stand. The views point into `der`, which has to outlive them.
inline CertificateFacts facts_of(DerView der) noexcept {
  CertificateFacts out;
  DerReader outer(der);
  DerReader certificate(outer.contents(der_tag::sequence));
  const DerView tbs = certificate.contents(der_tag::sequence);
  const DerView algorithm = certificate.element(der_tag::sequence).whole;
  const bool is_signed = der_octets(certificate.contents(der_tag::bit_string)).has_value();
  if (!outer.finished() || !certificate.finished() || !is_signed) return out;
  out.malformed = !read_tbs_certificate(tbs, algorithm, out);
  return out;
}

}  // namespace plugtls::kit
