// SPDX-License-Identifier: Apache-2.0
// RFC 9525 without a TLS library: does a certificate speak for a name?
#pragma once

#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/types.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace plugtls::kit {

// An entry of subjectAltName: PLUGTLS_SUBJECT_DNS or _IP, as encoded. The subject's common name is no such
// entry and is never looked at (RFC 9525, 2).
struct SanEntry {
  std::uint32_t kind = 0;
  std::span<const std::uint8_t> value;
};

constexpr char ascii_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return ascii_lower(x) == ascii_lower(y);
         });
}

// A name in a certificate may be malformed or hostile: with a NUL it could be read as two names.
constexpr bool is_plain_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 253) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

constexpr std::string_view without_trailing_dot(std::string_view name) noexcept {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  return name;
}

// Does `presented`, from a certificate, cover `reference`, which the program asked for? A wildcard is a
// whole leftmost label, stands for exactly one label, and has two labels after it at least: `*.com` would
// speak for the whole of com.
constexpr bool dns_matches(std::string_view presented, std::string_view reference) noexcept {
  presented = without_trailing_dot(presented);
  reference = without_trailing_dot(reference);
  if (!is_plain_name(presented) || !is_plain_name(reference)) return false;
  if (reference.find('*') != std::string_view::npos) return false;
  if (presented.find('*') == std::string_view::npos) {
    return equal_ignoring_case(presented, reference);
  }
  if (presented.substr(0, 2) != "*.") return false;
  const std::string_view rest = presented.substr(1);
  if (rest.find('*') != std::string_view::npos) return false;
  if (rest.find('.', 1) == std::string_view::npos || rest.find("..") != std::string_view::npos) {
    return false;
  }
  const std::size_t dot = reference.find('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  return equal_ignoring_case(rest, reference.substr(dot));
}

constexpr bool ip_matches(std::span<const std::uint8_t> presented,
                          std::span<const std::uint8_t> reference) noexcept {
  if (reference.size() != 4 && reference.size() != 16) return false;
  return std::equal(presented.begin(), presented.end(), reference.begin(), reference.end());
}

inline bool subject_matches(const plugtls_subject &subject, const SanEntry &entry) noexcept {
  if (subject.kind != entry.kind) return false;
  const auto value = as_span(subject.value);
  if (subject.kind == PLUGTLS_SUBJECT_IP) return ip_matches(entry.value, value);
  if (subject.kind != PLUGTLS_SUBJECT_DNS) return false;
  return dns_matches(as_text(entry.value), as_text(value));
}

// PLUGTLS_E_NONE if any subject matches any entry, else the code of a mismatch: the IP address's if only
// addresses were acceptable.
inline std::int32_t match_names(std::span<const plugtls_subject> subjects,
                                std::span<const SanEntry> entries) noexcept {
  bool only_addresses = true;
  for (const plugtls_subject &subject : subjects) {
    only_addresses = only_addresses && subject.kind == PLUGTLS_SUBJECT_IP;
    for (const SanEntry &entry : entries) {
      if (subject_matches(subject, entry)) return PLUGTLS_E_NONE;
    }
  }
  return only_addresses ? PLUGTLS_E_CERT_IP_MISMATCH : PLUGTLS_E_CERT_NAME_MISMATCH;
}

}  // namespace plugtls::kit
