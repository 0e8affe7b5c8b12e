// SPDX-License-Identifier: Apache-2.0
// Distinguished names (RFC 5280, 4.1.2.4) and how they compare (7.1).
#pragma once

#include <plugtls/kit/der.hpp>
#include <plugtls/kit/names.hpp>

#include <cstdint>
#include <string_view>

namespace plugtls::kit {

// AttributeTypeAndValue. The value keeps its tag: it is one of several kinds of string.
struct NameAttribute {
  DerView type = {};
  DerElement value = {};
};

inline NameAttribute next_attribute(DerReader &rdn) noexcept {
  DerReader reader(rdn.contents(der_tag::sequence));
  NameAttribute out;
  out.type = reader.contents(der_tag::object_identifier);
  out.value = reader.next();
  return reader.finished() && !out.type.empty() ? out : NameAttribute{};
}

// Calls `see(attribute)` for each attribute of a Name, in order, until it answers false. False if the name
// is malformed.
template <class See>
bool for_each_attribute(DerView name, See &&see) noexcept {
  DerReader outer(name);
  DerReader rdns(outer.contents(der_tag::sequence));
  if (!outer.finished()) return false;
  while (!rdns.at_end()) {
    DerReader rdn(rdns.contents(der_tag::set));
    if (rdns.failed() || rdn.at_end()) return false;
    while (!rdn.at_end()) {
      const NameAttribute attribute = next_attribute(rdn);
      if (rdn.failed() || attribute.type.empty()) return false;
      if (!see(attribute)) return true;
    }
  }
  return rdns.finished();
}

inline bool is_distinguished_name(DerView name) noexcept {
  return for_each_attribute(name, [](const NameAttribute &) { return true; });
}

// An encoding of no attributes: SEQUENCE, length zero.
inline bool is_empty_name(DerView name) noexcept {
  return name.size() <= 2;
}

// How two names, or two parts of them, compare. `unknown` is for encodings this does not see through:
// whoever decides must decide for refusal.
enum class NameOrder : std::uint8_t {
  different,
  same,
  unknown
};

// Strings whose bytes are characters that can be compared. TeletexString has been used for anything.
inline bool is_comparable_string(const DerElement &value) noexcept {
  switch (value.tag) {
    case der_tag::utf8_string:
    case der_tag::printable_string:
    case der_tag::ia5_string:
      return true;
    case der_tag::teletex_string:
      return std::all_of(value.contents.begin(), value.contents.end(),
                         [](std::uint8_t byte) { return byte < 0x80; });
    default:
      return false;
  }
}

// A string as RFC 5280, 7.1, compares it: without outer white space, inner white space as one space,
// case ignored. Gives one character after the other, and '\0' at the end and ever after.
class FoldedText {
 public:
  explicit FoldedText(DerView bytes) noexcept : rest_(as_text(bytes)) { skip_space(); }

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  char next() noexcept {
    if (rest_.empty()) return '\0';
    const char c = rest_.front();
    if (!is_space(c)) {
      rest_.remove_prefix(1);
      if (only_space_left()) rest_ = {};
      return ascii_lower(c);
    }
    skip_space();
    return ' ';
  }

 private:
  static bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
  void skip_space() noexcept {
    while (!rest_.empty() && is_space(rest_.front()))
      rest_.remove_prefix(1);
  }
  [[nodiscard]] bool only_space_left() const noexcept {
    return std::all_of(rest_.begin(), rest_.end(), is_space);
  }

  std::string_view rest_;
};

inline bool same_folded(DerView a, DerView b) noexcept {
  FoldedText left(a), right(b);
  while (!left.at_end() && !right.at_end()) {
    if (left.next() != right.next()) return false;
  }
  return left.at_end() && right.at_end();
}

inline NameOrder compare_attributes(const NameAttribute &a, const NameAttribute &b) noexcept {
  if (!same_bytes(a.type, b.type)) return NameOrder::different;
  if (same_bytes(a.value.whole, b.value.whole)) return NameOrder::same;
  if (!is_comparable_string(a.value) || !is_comparable_string(b.value)) return NameOrder::unknown;
  return same_folded(a.value.contents, b.value.contents) ? NameOrder::same : NameOrder::different;
}

// Compares two RelativeDistinguishedNames, given as the contents of their SETs. DER sorts a SET by its
// encoding, which is not the order of what compares equal: several attributes that do not compare equal one
// by one are nothing that is known.
inline NameOrder compare_rdns(DerView a, DerView b) noexcept {
  DerReader left(a), right(b);
  for (bool first = true; !left.at_end() && !right.at_end(); first = false) {
    const NameOrder order = compare_attributes(next_attribute(left), next_attribute(right));
    if (order == NameOrder::same) continue;
    return first && left.at_end() && right.at_end() ? order : NameOrder::unknown;
  }
  return left.at_end() && right.at_end() ? NameOrder::same : NameOrder::different;
}

// Is `name` the name `base`, or, if `below` says so, in the subtree under it? Both are Names.
inline NameOrder compare_names(DerView name, DerView base, bool below) noexcept {
  DerReader left_name(name), right_name(base);
  DerReader left(left_name.contents(der_tag::sequence));
  DerReader right(right_name.contents(der_tag::sequence));
  NameOrder out = NameOrder::same;
  while (!left.at_end() && !right.at_end()) {
    const NameOrder order = compare_rdns(left.contents(der_tag::set), right.contents(der_tag::set));
    if (order == NameOrder::different) return NameOrder::different;
    if (order == NameOrder::unknown) out = NameOrder::unknown;
  }
  if (left.failed() || right.failed()) return NameOrder::unknown;
  return right.at_end() && (below || left.at_end()) ? out : NameOrder::different;
}

}  // namespace plugtls::kit
