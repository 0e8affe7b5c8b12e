// SPDX-License-Identifier: Apache-2.0
// Stapled OCSP responses (RFC 6960) as docs/verification.md has them, for backends whose library has its own opinion of
// when they count, or none. A library only computes digests and verifies signatures:
//
//   hash(SignatureHash, DerView)          a digest in something like a vector of bytes; empty if it has not got the hash
//   holds(SignedObject, issuer's DER)     whether that certificate's key has made the signature
#pragma once

#include <plugtls/kit/certificate.hpp>
#include <plugtls/kit/crl.hpp>
#include <plugtls/kit/path.hpp>
#include <plugtls/kit/policy.hpp>
#include <plugtls/kit/signed_object.hpp>
#include <plugtls/types.h>

#include <optional>

namespace plugtls::kit {

// What a server has sent with its certificate, and whether it was asked for.
struct Staple {
  std::uint32_t mode = PLUGTLS_OCSP_NONE;
  DerView response = {};
};

enum class OcspStatus : std::uint8_t {
  good,
  revoked,
  unknown
};

// What is said of one certificate (RFC 6960, 4.2.1).
struct OcspSingle {
  SignatureHash hash = SignatureHash::unknown;  // of the two that follow
  DerView issuer_name_hash = {};
  DerView issuer_key_hash = {};
  DerView serial = {};  // contents of the INTEGER
  OcspStatus status = OcspStatus::unknown;
  std::int64_t this_update = 0;
  std::optional<std::int64_t> next_update = {};
};

// A successful BasicOCSPResponse.
struct OcspResponse {
  SignedObject frame = {};
  DerView responder_name = {};      // Name, with tag and length, or
  DerView responder_key_hash = {};  // SHA-1 of the responder's key
  DerView singles = {};             // one SingleResponse after the other
  DerView certificates = {};        // one after the other
  bool critical = false;            // an extension that has to be understood, and is not
};

namespace ocsp {

// Where a responder does not say when the next answer comes, RFC 6960, 4.2.2.1, has one always: then a day is enough.
inline constexpr std::int64_t longest_without_next = std::int64_t{24} * 60 * 60;

inline std::optional<std::int64_t> read_time(DerReader &reader) noexcept {
  return der_time(reader.element(der_tag::generalized_time));
}

// What is within a tag of its own, [number] EXPLICIT. Nothing if there is no such tag.
inline std::optional<DerView> read_tagged(DerReader &reader, std::uint8_t number) noexcept {
  return reader.optional_contents(der_tag::context_constructed(number));
}

// `[1] EXPLICIT Extensions OPTIONAL`. False if they are malformed.
inline bool read_extensions(DerReader &reader, bool &critical) noexcept {
  const auto tagged = read_tagged(reader, 1);
  if (!tagged) return true;
  const auto list = sole_sequence(*tagged);
  const auto found = list ? crl::any_critical(*list) : std::nullopt;
  critical = critical || found.value_or(false);
  return found.has_value();
}

inline bool read_cert_id(DerView contents, OcspSingle &out) noexcept {
  DerReader reader(contents);
  DerReader algorithm(reader.contents(der_tag::sequence));
  out.hash = find_hash(oid::hashes, algorithm.contents(der_tag::object_identifier));
  out.issuer_name_hash = reader.contents(der_tag::octet_string);
  out.issuer_key_hash = reader.contents(der_tag::octet_string);
  out.serial = reader.contents(der_tag::integer);
  return reader.finished() && !algorithm.failed() && is_der_integer(out.serial);
}

// RevokedInfo: since when, and why.
inline bool is_revoked_info(DerView contents) noexcept {
  DerReader reader(contents);
  const bool dated = read_time(reader).has_value();
  const auto tagged = read_tagged(reader, 0);
  DerReader reason(tagged.value_or(DerView{}));
  if (tagged) (void)reason.contents(der_tag::enumerated);
  return reader.finished() && dated && reason.finished();
}

inline bool read_status(const DerElement &status, OcspSingle &out) noexcept {
  switch (status.tag) {
    case der_tag::context(0):
      out.status = OcspStatus::good;
      return status.contents.empty();
    case der_tag::context_constructed(1):
      out.status = OcspStatus::revoked;
      return is_revoked_info(status.contents);
    case der_tag::context(2):
      out.status = OcspStatus::unknown;
      return status.contents.empty();
    default:
      return false;
  }
}

inline std::optional<OcspSingle> next_single(DerReader &singles, bool &critical) noexcept {
  DerReader reader(singles.contents(der_tag::sequence));
  OcspSingle out;
  const DerView id = reader.contents(der_tag::sequence);
  const bool known = read_cert_id(id, out) && read_status(reader.next(), out);
  const auto this_update = read_time(reader);
  if (!known || !this_update) return std::nullopt;
  out.this_update = *this_update;
  if (const auto tagged = read_tagged(reader, 0)) {
    DerReader inner(*tagged);
    out.next_update = read_time(inner);
    if (!inner.finished() || !out.next_update) return std::nullopt;
  }
  if (!read_extensions(reader, critical) || !reader.finished()) return std::nullopt;
  return out;
}

inline bool read_singles(OcspResponse &out) noexcept {
  DerReader reader(out.singles);
  while (!reader.at_end())
    if (!next_single(reader, out.critical)) return false;
  return !out.singles.empty();
}

inline bool read_responder(DerReader &data, OcspResponse &out) noexcept {
  if (const auto by_name = read_tagged(data, 1)) {
    DerReader reader(*by_name);
    out.responder_name = reader.element(der_tag::sequence).whole;
    return reader.finished() && is_distinguished_name(out.responder_name);
  }
  DerReader reader(read_tagged(data, 2).value_or(DerView{}));
  out.responder_key_hash = reader.contents(der_tag::octet_string);
  return reader.finished() && !out.responder_key_hash.empty();
}

// ResponseData, which is what is signed.
inline bool read_data(OcspResponse &out) noexcept {
  DerReader outer(out.frame.body);
  DerReader data(outer.contents(der_tag::sequence));
  if (const auto version = read_tagged(data, 0)) {
    DerReader reader(*version);
    if (der_uint(reader.contents(der_tag::integer)) != 0U || !reader.finished()) return false;
  }
  if (!read_responder(data, out) || !read_time(data)) return false;
  out.singles = data.contents(der_tag::sequence);
  return read_singles(out) && read_extensions(data, out.critical) && data.finished();
}

inline std::optional<OcspResponse> parse_basic(DerView der) noexcept {
  DerReader outer(der);
  DerReader basic(outer.contents(der_tag::sequence));
  OcspResponse out;
  out.frame.body = basic.element(der_tag::sequence).whole;
  out.frame.algorithm = basic.contents(der_tag::sequence);
  const auto signature = der_octets(basic.contents(der_tag::bit_string));
  if (const auto tagged = read_tagged(basic, 0)) {
    const auto list = sole_sequence(*tagged);
    if (!list) return std::nullopt;
    out.certificates = *list;
  }
  if (!outer.finished() || !basic.finished() || !signature) return std::nullopt;
  out.frame.signature = *signature;
  return read_data(out) ? std::optional(out) : std::nullopt;
}

// The BIT STRING of a certificate's key, which is what is hashed.
inline DerView key_of(DerView certificate) noexcept {
  DerReader outer(public_key_info(certificate));
  DerReader info(outer.contents(der_tag::sequence));
  (void)info.element(der_tag::sequence);
  return der_octets(info.contents(der_tag::bit_string)).value_or(DerView{});
}

template <class Hash>
bool is_hash_of(DerView digest, SignatureHash algorithm, DerView bytes, const Hash &hash) {
  const auto wanted = hash(algorithm, bytes);
  return !wanted.empty() && same_bytes(digest, DerView(wanted.data(), wanted.size()));
}

// Without an issuer: about whichever certificate of that number.
template <class Hash>
bool is_about(const OcspSingle &single, const CertificateFacts &leaf, DerView issuer,
              const Hash &hash) {
  if (!same_bytes(single.serial, leaf.serial)) return false;
  return issuer.empty() || (is_hash_of(single.issuer_name_hash, single.hash, leaf.issuer, hash) &&
                            is_hash_of(single.issuer_key_hash, single.hash, key_of(issuer), hash));
}

template <class Hash>
std::optional<OcspSingle> find_about(const OcspResponse &response, const CertificateFacts &leaf,
                                     DerView issuer, const Hash &hash) {
  DerReader reader(response.singles);
  bool unused = false;
  while (!reader.at_end()) {
    const auto single = next_single(reader, unused);
    if (single && is_about(*single, leaf, issuer, hash)) return single;
  }
  return std::nullopt;
}

template <class Hash>
bool is_responder(const OcspResponse &response, DerView der, const CertificateFacts &facts,
                  const Hash &hash) {
  if (!response.responder_name.empty())
    return compare_names(response.responder_name, facts.subject, false) == NameOrder::same;
  return is_hash_of(response.responder_key_hash, SignatureHash::sha1, key_of(der), hash);
}

// RFC 6960, 4.2.2.2: whom the issuer has certified to answer for it.
template <class Holds>
bool may_answer(DerView responder, const CertificateFacts &facts, const PathCertificate &issuer,
                std::int64_t time, const Holds &holds) {
  const std::uint8_t purposes = facts.extended_key_usage.value_or(std::uint8_t{0});
  if ((purposes & extended_key_usage::ocsp_signing) == 0 || facts.unknown_critical_extension)
    return false;
  if (policy::is_weak_key(facts) || policy::is_weak_signature(facts)) return false;
  if (!policy::judge_time(facts, 0, time).good() || !path::is_issuer_of(issuer.facts, facts))
    return false;
  const auto object = parse_signed(responder);
  return object && holds(*object, issuer.der);
}

// The first certificate that the response says it is by: the issuer, or one that came with it.
template <class Holds, class Hash>
bool is_authentic(const OcspResponse &response, const PathCertificate &issuer, std::int64_t time,
                  const Holds &holds, const Hash &hash) {
  if (hash_of_signature(response.frame.algorithm) < SignatureHash::sha224) return false;
  if (is_responder(response, issuer.der, issuer.facts, hash))
    return holds(response.frame, issuer.der);
  DerReader reader(response.certificates);
  while (!reader.at_end()) {
    const DerView responder = reader.element(der_tag::sequence).whole;
    const CertificateFacts facts = facts_of(responder);
    if (facts.malformed || !is_responder(response, responder, facts, hash)) continue;
    return may_answer(responder, facts, issuer, time, holds) && holds(response.frame, responder);
  }
  return false;
}

constexpr bool is_current(const OcspSingle &single, std::int64_t time) noexcept {
  if (time < single.this_update) return false;
  if (single.next_update) return time < *single.next_update;
  return time - single.this_update <= longest_without_next;
}

}  // namespace ocsp

// An OCSPResponse that is no refusal to answer. Nothing if it is malformed. The views point into `der`.
inline std::optional<OcspResponse> parse_ocsp(DerView der) noexcept {
  using namespace std::string_view_literals;
  DerReader outer(der);
  DerReader reader(outer.contents(der_tag::sequence));
  const DerView status = reader.contents(der_tag::enumerated);
  DerReader tagged(ocsp::read_tagged(reader, 0).value_or(DerView{}));
  DerReader bytes(tagged.contents(der_tag::sequence));
  const DerView type = bytes.contents(der_tag::object_identifier);
  const DerView basic = bytes.contents(der_tag::octet_string);
  const bool whole = outer.finished() && reader.finished() && tagged.finished() && bytes.finished();
  if (!whole || der_uint(status) != 0U) return std::nullopt;  // successful
  if (!is_oid(type, "\x2b\x06\x01\x05\x05\x07\x30\x01\x01"sv)) return std::nullopt;
  return ocsp::parse_basic(basic);
}

// PLUGTLS_E_NONE, or PLUGTLS_E_CERT_REVOKED, _OCSP_MISSING, _OCSP_INVALID. `issuer` is the leaf's in the path, or the leaf
// itself if that is the anchor. `time` is Unix time in seconds.
template <class Holds, class Hash>
std::int32_t judge_staple(const Staple &staple, const CertificateFacts &leaf,
                          const PathCertificate &issuer, std::int64_t time, const Holds &holds,
                          const Hash &hash) {
  if (staple.response.empty()) {
    const bool required = staple.mode == PLUGTLS_OCSP_REQUIRE ||
                          (staple.mode == PLUGTLS_OCSP_REQUEST && leaf.must_staple);
    return required ? PLUGTLS_E_CERT_OCSP_MISSING + 0 : PLUGTLS_E_NONE + 0;
  }
  const auto response = parse_ocsp(staple.response);
  if (!response || response->critical) return PLUGTLS_E_CERT_OCSP_INVALID;
  const auto single = ocsp::find_about(*response, leaf, issuer.der, hash);
  if (!single || !ocsp::is_authentic(*response, issuer, time, holds, hash) ||
      !ocsp::is_current(*single, time))
    return PLUGTLS_E_CERT_OCSP_INVALID;
  if (single->status == OcspStatus::revoked) return PLUGTLS_E_CERT_REVOKED;
  return single->status == OcspStatus::good ? PLUGTLS_E_NONE + 0 : PLUGTLS_E_CERT_OCSP_INVALID + 0;
}

// That a server may staple it: something is said in it of the leaf. An empty `issuer`: of any certificate of its number.
template <class Hash>
bool is_staple_for(DerView response, const CertificateFacts &leaf, DerView issuer,
                   const Hash &hash) {
  const auto parsed = parse_ocsp(response);
  return parsed && ocsp::find_about(*parsed, leaf, issuer, hash).has_value();
}

}  // namespace plugtls::kit
