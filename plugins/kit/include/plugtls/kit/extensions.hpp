// SPDX-License-Identifier: Apache-2.0
// The extensions the policy looks at (RFC 5280, 4.2.1). Each function takes an extension's value, which is
// the contents of extnValue, and answers nothing if that is not what the RFC has it to be.
#pragma once

#include <plugtls/kit/der.hpp>
#include <plugtls/kit/distinguished_name.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace plugtls::kit {

// The choices of GeneralName (4.2.1.6), by their tag.
namespace general_name {
inline constexpr std::uint8_t other_name = der_tag::context_constructed(0);
inline constexpr std::uint8_t rfc822_name = der_tag::context(1);
inline constexpr std::uint8_t dns_name = der_tag::context(2);
inline constexpr std::uint8_t x400_address = der_tag::context_constructed(3);
inline constexpr std::uint8_t directory_name = der_tag::context_constructed(4);
inline constexpr std::uint8_t edi_party_name = der_tag::context_constructed(5);
inline constexpr std::uint8_t uniform_resource_identifier = der_tag::context(6);
inline constexpr std::uint8_t ip_address = der_tag::context(7);
inline constexpr std::uint8_t registered_id = der_tag::context(8);
}  // namespace general_name

// The whole of a value is one SEQUENCE: its contents.
inline std::optional<DerView> sole_sequence(DerView value) noexcept {
  DerReader reader(value);
  const DerView contents = reader.contents(der_tag::sequence);
  return reader.finished() ? std::optional<DerView>{contents} : std::nullopt;
}

// 4.2.1.3. One bit at least is set.
inline std::optional<std::uint16_t> parse_key_usage(DerView value) noexcept {
  DerReader reader(value);
  const DerView bits = reader.contents(der_tag::bit_string);
  if (!reader.finished()) return std::nullopt;
  const std::optional<std::uint16_t> out = der_named_bits(bits);
  return out == std::uint16_t{0} ? std::nullopt : out;
}

inline std::uint8_t purpose_bit(DerView oid) noexcept {
  using namespace std::string_view_literals;
  if (is_oid(oid, "\x2b\x06\x01\x05\x05\x07\x03\x01"sv)) return extended_key_usage::server_auth;
  if (is_oid(oid, "\x2b\x06\x01\x05\x05\x07\x03\x02"sv)) return extended_key_usage::client_auth;
  if (is_oid(oid, "\x2b\x06\x01\x05\x05\x07\x03\x09"sv)) return extended_key_usage::ocsp_signing;
  if (is_oid(oid, "\x55\x1d\x25\x00"sv)) return extended_key_usage::any;
  return 0;
}

// 4.2.1.12
inline std::optional<std::uint8_t> parse_extended_key_usage(DerView value) noexcept {
  const std::optional<DerView> list = sole_sequence(value);
  if (!list || list->empty()) return std::nullopt;
  DerReader reader(*list);
  std::uint8_t out = 0;
  while (!reader.at_end()) {
    const DerView oid = reader.contents(der_tag::object_identifier);
    out = static_cast<std::uint8_t>(out | purpose_bit(oid));
  }
  return reader.finished() ? std::optional{out} : std::nullopt;
}

struct BasicConstraints {
  bool is_ca = false;
  std::optional<std::uint32_t> path_length = {};
};

// 4.2.1.9. An explicit FALSE is not DER, yet too many certificates have one to refuse it.
inline std::optional<BasicConstraints> parse_basic_constraints(DerView value) noexcept {
  const std::optional<DerView> members = sole_sequence(value);
  if (!members) return std::nullopt;
  DerReader reader(*members);
  BasicConstraints out;
  if (const auto ca = reader.optional_contents(der_tag::boolean)) {
    const std::optional<bool> is_ca = der_boolean(*ca);
    if (!is_ca) return std::nullopt;
    out.is_ca = *is_ca;
  }
  if (const auto length = reader.optional_contents(der_tag::integer)) {
    out.path_length = der_uint(*length);
    if (!out.path_length) return std::nullopt;
  }
  return reader.finished() ? std::optional{out} : std::nullopt;
}

inline bool is_netscape_type(DerView oid) noexcept {
  using namespace std::string_view_literals;
  return is_oid(oid, "\x60\x86\x48\x01\x86\xf8\x42\x01\x01"sv);
}

inline std::optional<std::uint8_t> parse_netscape_type(DerView value) noexcept {
  DerReader reader(value);
  const DerView bits = reader.contents(der_tag::bit_string);
  const std::optional<std::uint16_t> out = der_named_bits(bits);
  if (!reader.finished() || !out) return std::nullopt;
  return static_cast<std::uint8_t>(*out);
}

// RFC 7633, 4.1: the TLS extensions that a server with this certificate has to answer.
inline bool is_tls_feature(DerView oid) noexcept {
  using namespace std::string_view_literals;
  return is_oid(oid, "\x2b\x06\x01\x05\x05\x07\x01\x18"sv);
}

// Whether status_request is among them.
inline std::optional<bool> parse_tls_feature(DerView value) noexcept {
  constexpr std::uint32_t status_request = 5;
  const std::optional<DerView> features = sole_sequence(value);
  if (!features) return std::nullopt;
  DerReader reader(*features);
  bool out = false;
  while (!reader.at_end()) {
    const DerView number = reader.contents(der_tag::integer);
    if (!is_der_integer(number)) return std::nullopt;
    out = out || der_uint(number) == status_request;
  }
  return reader.failed() ? std::nullopt : std::optional(out);
}

// A directoryName's Name stands within a tag of its own: the choice is EXPLICIT.
inline bool is_general_name(const DerElement &name) noexcept {
  switch (name.tag) {
    case general_name::directory_name:
      return is_distinguished_name(name.contents);
    case general_name::other_name:
    case general_name::x400_address:
    case general_name::edi_party_name:
    case general_name::rfc822_name:
    case general_name::dns_name:
    case general_name::uniform_resource_identifier:
    case general_name::ip_address:
    case general_name::registered_id:
      return true;
    default:
      return false;
  }
}

// 4.2.1.6: the contents of GeneralNames, which DerReader then reads one by one.
inline std::optional<DerView> parse_subject_alt_names(DerView value) noexcept {
  const std::optional<DerView> names = sole_sequence(value);
  if (!names) return std::nullopt;
  DerReader reader(*names);
  while (!reader.at_end()) {
    const DerElement name = reader.next();
    const bool address = name.tag == general_name::ip_address;
    if (!is_general_name(name)) return std::nullopt;
    if (address && name.contents.size() != 4 && name.contents.size() != 16) return std::nullopt;
  }
  return reader.finished() ? names : std::nullopt;
}

// GeneralSubtree (4.2.1.10). RFC 5280 has no use for distances: minimum is 0, and there is no maximum.
struct Subtree {
  DerElement base = {};
  bool has_distances = false;
};

inline Subtree next_subtree(DerReader &subtrees) noexcept {
  DerReader reader(subtrees.contents(der_tag::sequence));
  Subtree out;
  out.base = reader.next();
  const auto minimum = reader.optional_contents(der_tag::context(0));
  const auto maximum = reader.optional_contents(der_tag::context(1));
  const bool from_zero = !minimum || der_uint(*minimum) == 0U;
  out.has_distances = !from_zero || maximum.has_value();
  return reader.finished() && is_general_name(out.base) ? out : Subtree{};
}

inline bool are_subtrees(DerView subtrees) noexcept {
  DerReader reader(subtrees);
  while (!reader.at_end()) {
    if (next_subtree(reader).base.tag == 0) return false;
  }
  return reader.finished();
}

struct NameConstraints {
  DerView permitted = {};  // contents of GeneralSubtrees, which next_subtree() reads
  DerView excluded = {};
};

// 4.2.1.10
inline std::optional<NameConstraints> parse_name_constraints(DerView value) noexcept {
  const std::optional<DerView> members = sole_sequence(value);
  if (!members) return std::nullopt;
  DerReader reader(*members);
  NameConstraints out;
  out.permitted = reader.optional_contents(der_tag::context_constructed(0)).value_or(DerView{});
  out.excluded = reader.optional_contents(der_tag::context_constructed(1)).value_or(DerView{});
  const bool good = reader.finished() && are_subtrees(out.permitted) && are_subtrees(out.excluded);
  return good ? std::optional{out} : std::nullopt;
}

// 4.2.1.13: only whether it is a list of DistributionPoint; CRLs come from the configuration.
inline bool is_crl_distribution_points(DerView value) noexcept {
  DerReader reader(sole_sequence(value).value_or(DerView{}));
  if (reader.at_end()) return false;
  while (!reader.at_end())
    (void)reader.contents(der_tag::sequence);
  return reader.finished();
}

// 4.2.1.2
inline std::optional<DerView> parse_subject_key_id(DerView value) noexcept {
  DerReader reader(value);
  const DerView out = reader.contents(der_tag::octet_string);
  return reader.finished() ? std::optional{out} : std::nullopt;
}

// 4.2.1.1: keyIdentifier, empty if there is none.
inline std::optional<DerView> parse_authority_key_id(DerView value) noexcept {
  const std::optional<DerView> members = sole_sequence(value);
  if (!members) return std::nullopt;
  DerReader reader(*members);
  const DerView out = reader.optional_contents(der_tag::context(0)).value_or(DerView{});
  (void)reader.optional_contents(der_tag::context_constructed(1));
  (void)reader.optional_contents(der_tag::context(2));
  return reader.finished() ? std::optional{out} : std::nullopt;
}

}  // namespace plugtls::kit
