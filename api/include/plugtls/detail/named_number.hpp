// SPDX-License-Identifier: Apache-2.0
/// Numbers of an IANA registry and their names.
#ifndef PLUGTLS_DETAIL_NAMED_NUMBER_HPP
#define PLUGTLS_DETAIL_NAMED_NUMBER_HPP

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace plugtls::detail {

template <typename Number>
struct Named {
  Number number;
  std::string_view name;
};

/// Tables are sorted by number; a test proves it.
template <typename Number, std::size_t Size>
constexpr std::string_view find_name(const std::array<Named<Number>, Size> &table,
                                     Number number) noexcept {
  const auto at =
      std::lower_bound(table.begin(), table.end(), number,
                       [](const Named<Number> &row, Number wanted) { return row.number < wanted; });
  return at != table.end() && at->number == number ? at->name : std::string_view();
}

/// A name, or "0x1a1a" for a number the table does not have.
template <typename Number, std::size_t Size>
std::string name_or_number(const std::array<Named<Number>, Size> &table, Number number) {
  if (const std::string_view found = find_name(table, number); !found.empty())
    return std::string(found);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "0x";
  const auto value = static_cast<unsigned>(number);
  for (int shift = static_cast<int>(sizeof(Number)) * 8 - 4; shift >= 0; shift -= 4)
    out += digits[value >> static_cast<unsigned>(shift) & 0xfU];
  return out;
}

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

/// A name of the table in any case, or a number written "0x1301".
template <typename Number, std::size_t Size>
std::optional<Number> parse_name(const std::array<Named<Number>, Size> &table,
                                 std::string_view text) noexcept {
  for (const Named<Number> &row : table)
    if (equal_ignoring_case(row.name, text)) return row.number;
  if (text.size() < 3 || text[0] != '0' || lower(text[1]) != 'x') return std::nullopt;
  std::underlying_type_t<Number> value{};
  const char *end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + 2, end, value, 16);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return static_cast<Number>(value);
}

}  // namespace plugtls::detail

#endif
