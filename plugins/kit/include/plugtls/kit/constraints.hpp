// SPDX-License-Identifier: Apache-2.0
// Name constraints (RFC 5280, 4.2.1.10): is a certificate's name within what a CA above it may speak for?
#pragma once

#include <plugtls/kit/distinguished_name.hpp>
#include <plugtls/kit/extensions.hpp>
#include <plugtls/kit/facts.hpp>
#include <plugtls/kit/names.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plugtls::kit {

// Is a name within a subtree? `unknown`: name or subtree cannot be read, and the certificate is refused.
enum class Within : std::uint8_t {
  no,
  yes,
  unknown
};

inline bool ends_with_ignoring_case(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() &&
         equal_ignoring_case(text.substr(text.size() - end.size()), end);
}

constexpr Within within_if(bool yes) noexcept {
  return yes ? Within::yes : Within::no;
}

// A subtree `.example.test` is what lies below example.test, `example.test` is that and the name itself; an
// empty one is everything.
inline Within dns_within(std::string_view name, std::string_view base) noexcept {
  if (base.empty() || name.size() == base.size()) {
    return within_if(base.empty() || equal_ignoring_case(name, base));
  }
  if (!ends_with_ignoring_case(name, base)) return Within::no;
  return within_if(base.front() == '.' || name[name.size() - base.size() - 1] == '.');
}

// A wildcard speaks for names that an excluded subtree just below it holds: `*.example.test` for
// `server.example.test`.
inline bool wildcard_reaches(std::string_view name, std::string_view excluded) noexcept {
  if (name.substr(0, 2) != "*." || excluded.empty() || excluded.front() == '.') return false;
  const std::size_t dot = excluded.find('.');
  return dot != std::string_view::npos && equal_ignoring_case(excluded.substr(dot), name.substr(1));
}

// An address and, as the subtree, a network and its mask.
inline Within ip_within(DerView address, DerView network) noexcept {
  if (address.size() != 4 && address.size() != 16) return Within::unknown;
  if (network.size() != 8 && network.size() != 32) return Within::unknown;
  if (network.size() != 2 * address.size()) return Within::no;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const std::uint8_t mask = network[address.size() + i];
    if ((address[i] & mask) != (network[i] & mask)) return Within::no;
  }
  return Within::yes;
}

// A subtree is a mailbox, a host, or, with a dot before it, the hosts below one.
inline Within email_within(std::string_view mailbox, std::string_view base) noexcept {
  const std::size_t at = mailbox.rfind('@');
  if (at == std::string_view::npos) return Within::unknown;
  if (mailbox.find('\0') != std::string_view::npos) return Within::unknown;
  const std::string_view host = mailbox.substr(at + 1);
  const std::size_t base_at = base.rfind('@');
  if (base_at == std::string_view::npos && !base.empty() && base.front() == '.') {
    return within_if(host.size() > base.size() && ends_with_ignoring_case(host, base));
  }
  if (base_at == std::string_view::npos) return within_if(equal_ignoring_case(host, base));
  // The local part is the receiving host's own affair: its case counts.
  const bool local = base_at == 0 || mailbox.substr(0, at) == base.substr(0, base_at);
  return within_if(local && equal_ignoring_case(host, base.substr(base_at + 1)));
}

// The host of `scheme://user@host:port/path`; empty if there is none.
inline std::string_view host_of_uri(std::string_view uri) noexcept {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos || uri.substr(colon, 3) != "://") return {};
  std::string_view host = uri.substr(colon + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) {
    host.remove_prefix(at + 1);
  }
  return host.substr(0, host.find(':'));
}

inline Within uri_within(std::string_view uri, std::string_view base) noexcept {
  const std::string_view host = host_of_uri(uri);
  // RFC 5280: a host that is no name, but an address, cannot be held against this constraint.
  if (host.empty() || host.front() == '[') return Within::unknown;
  if (host.back() >= '0' && host.back() <= '9') return Within::unknown;
  if (base.empty() || base.front() != '.') return within_if(equal_ignoring_case(host, base));
  return within_if(host.size() > base.size() && ends_with_ignoring_case(host, base));
}

inline Within directory_within(DerView name, DerView base) noexcept {
  const NameOrder order = compare_names(name, base, true);
  if (order == NameOrder::unknown) return Within::unknown;
  return within_if(order == NameOrder::same);
}

// A dot at the end names the same host, here as in dns_matches().
inline std::string_view dns_text(const DerElement &name) noexcept {
  return without_trailing_dot(as_text(name.contents));
}

// Both are GeneralNames of the same choice.
inline Within general_name_within(const DerElement &name, const DerElement &base) noexcept {
  switch (name.tag) {
    case general_name::dns_name:
      return dns_within(dns_text(name), dns_text(base));
    case general_name::ip_address:
      return ip_within(name.contents, base.contents);
    case general_name::rfc822_name:
      return email_within(as_text(name.contents), as_text(base.contents));
    case general_name::uniform_resource_identifier:
      return uri_within(as_text(name.contents), as_text(base.contents));
    case general_name::directory_name:
      return directory_within(name.contents, base.contents);
    default:
      return Within::unknown;
  }
}

// What cannot be compared is not found to be permitted.
inline bool is_permitted(const DerElement &name, DerView permitted) noexcept {
  DerReader reader(permitted);
  bool constrained = false, found = false;
  while (!reader.at_end()) {
    const Subtree subtree = next_subtree(reader);
    if (subtree.base.tag != name.tag) continue;
    if (subtree.has_distances) return false;
    constrained = true;
    found = found || general_name_within(name, subtree.base) == Within::yes;
  }
  return !reader.failed() && (found || !constrained);
}

// What cannot be compared may be excluded, and is taken to be.
inline bool is_excluded(const DerElement &name, DerView excluded) noexcept {
  DerReader reader(excluded);
  while (!reader.at_end()) {
    const Subtree subtree = next_subtree(reader);
    if (subtree.base.tag != name.tag) continue;
    if (subtree.has_distances) return true;
    if (general_name_within(name, subtree.base) != Within::no) return true;
    if (name.tag == general_name::dns_name &&
        wildcard_reaches(dns_text(name), dns_text(subtree.base))) {
      return true;
    }
  }
  return reader.failed();
}

// May `issuer` speak for this one name?
inline bool name_allowed(const DerElement &name, const CertificateFacts &issuer) noexcept {
  return is_permitted(name, issuer.permitted_subtrees) &&
         !is_excluded(name, issuer.excluded_subtrees);
}

inline std::size_t count_elements(DerView sequence) noexcept {
  DerReader reader(sequence);
  std::size_t out = 0;
  for (; !reader.at_end(); ++out)
    (void)reader.next();
  return out;
}

// So many names under so many constraints would keep the verifier busy; OpenSSL has the same bound.
inline bool too_many_constraints(const CertificateFacts &certificate,
                                 const CertificateFacts &issuer) noexcept {
  constexpr std::size_t most = std::size_t{1} << 20;
  std::size_t names = count_elements(certificate.subject_alt_names);
  (void)for_each_attribute(certificate.subject, [&](const NameAttribute &) {
    ++names;
    return true;
  });
  const std::size_t constraints =
      count_elements(issuer.permitted_subtrees) + count_elements(issuer.excluded_subtrees);
  return names > 0 && constraints > most / names;
}

inline DerElement as_general_name(std::uint8_t tag, DerView contents) noexcept {
  return {tag, contents, {}};
}

inline bool is_email_attribute(DerView type) noexcept {
  using namespace std::string_view_literals;
  return is_oid(type, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"sv);
}

inline bool is_common_name(DerView type) noexcept {
  using namespace std::string_view_literals;
  return is_oid(type, "\x55\x04\x03"sv);
}

// Could somebody take this common name for a DNS name: labels of letters, digits, hyphens and underscores,
// two at least?
inline bool looks_like_dns_name(std::string_view text) noexcept {
  std::size_t label = 0, dots = 0;
  char last = '.';
  for (const char c : text) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    if (c == '.') {
      if (label == 0 || last == '-') return false;
      ++dots;
      label = 0;
    } else {
      if (!alphanumeric && c != '_' && (c != '-' || label == 0)) return false;
      ++label;
    }
    last = c;
  }
  return dots > 0 && label > 0 && last != '-';
}

inline bool has_dns_name(DerView subject_alt_names) noexcept {
  DerReader reader(subject_alt_names);
  while (!reader.at_end()) {
    if (reader.next().tag == general_name::dns_name) return true;
  }
  return false;
}

// Does `issuer` say anything about names of that kind?
inline bool constrains(const CertificateFacts &issuer, std::uint8_t tag) noexcept {
  for (const DerView subtrees : {issuer.permitted_subtrees, issuer.excluded_subtrees}) {
    DerReader reader(subtrees);
    while (!reader.at_end()) {
      if (next_subtree(reader).base.tag == tag) return true;
    }
  }
  return false;
}

// A mail address in the subject is held against constraints too (RFC 5280, 4.2.1.10).
inline bool subject_email_allowed(const DerElement &text, const CertificateFacts &issuer) noexcept {
  return text.tag == der_tag::ia5_string &&
         name_allowed(as_general_name(general_name::rfc822_name, text.contents), issuer);
}

// So is, where there is no DNS name, a common name that could be one. Nothing here ever matches it
// (RFC 9525), but other programs do, and a constrained CA must not have written it.
inline bool common_name_allowed(const DerElement &text, const CertificateFacts &issuer) noexcept {
  const std::string_view name = as_text(text.contents);
  if (!is_comparable_string(text)) return !constrains(issuer, general_name::dns_name);
  if (name.find('\0') != std::string_view::npos) return false;
  return !looks_like_dns_name(name) ||
         name_allowed(as_general_name(general_name::dns_name, text.contents), issuer);
}

inline bool subject_allowed(const CertificateFacts &certificate, bool leaf,
                            const CertificateFacts &issuer) noexcept {
  if (is_empty_name(certificate.subject)) return true;
  if (!name_allowed(as_general_name(general_name::directory_name, certificate.subject), issuer)) {
    return false;
  }
  const bool common_names = leaf && !has_dns_name(certificate.subject_alt_names);
  bool allowed = true;
  const bool readable = for_each_attribute(certificate.subject, [&](const NameAttribute &one) {
    if (is_email_attribute(one.type)) allowed = subject_email_allowed(one.value, issuer);
    if (common_names && is_common_name(one.type)) allowed = common_name_allowed(one.value, issuer);
    return allowed;
  });
  return readable && allowed;
}

inline bool alt_names_allowed(const CertificateFacts &certificate,
                              const CertificateFacts &issuer) noexcept {
  DerReader reader(certificate.subject_alt_names);
  while (!reader.at_end()) {
    if (!name_allowed(reader.next(), issuer)) return false;
  }
  return !reader.failed();
}

}  // namespace plugtls::kit
