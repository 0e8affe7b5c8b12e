// SPDX-License-Identifier: Apache-2.0
// A minimal reader of DER (X.690, 10): what certificates consist of, and nothing that is not DER.
#pragma once

#include <plugtls/kit/facts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace plugtls::kit {

// Tags with class and "constructed", as they stand in the encoding.
namespace der_tag {
inline constexpr std::uint8_t boolean = 0x01;
inline constexpr std::uint8_t integer = 0x02;
inline constexpr std::uint8_t bit_string = 0x03;
inline constexpr std::uint8_t octet_string = 0x04;
inline constexpr std::uint8_t object_identifier = 0x06;
inline constexpr std::uint8_t enumerated = 0x0a;
inline constexpr std::uint8_t utf8_string = 0x0c;
inline constexpr std::uint8_t printable_string = 0x13;
inline constexpr std::uint8_t teletex_string = 0x14;
inline constexpr std::uint8_t ia5_string = 0x16;
inline constexpr std::uint8_t utc_time = 0x17;
inline constexpr std::uint8_t generalized_time = 0x18;
inline constexpr std::uint8_t sequence = 0x30;
inline constexpr std::uint8_t set = 0x31;
constexpr std::uint8_t context(std::uint8_t number) noexcept {
  return static_cast<std::uint8_t>(0x80U | number);
}
constexpr std::uint8_t context_constructed(std::uint8_t number) noexcept {
  return static_cast<std::uint8_t>(0xa0U | number);
}
}  // namespace der_tag

inline bool same_bytes(DerView a, DerView b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

struct DerElement {
  std::uint8_t tag = 0;  // 0 is no element: either the end, or what is not DER
  DerView contents = {};
  DerView whole = {};  // with tag and length
};

// Reads elements one after the other. A failure sticks: from then on everything read is empty, so that a
// whole structure can be read first and `finished()` asked once.
class DerReader {
 public:
  explicit DerReader(DerView bytes) noexcept : rest_(bytes) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  // Everything was read, and all of it was as expected.
  [[nodiscard]] bool finished() const noexcept { return !failed_ && rest_.empty(); }

  [[nodiscard]] bool next_is(std::uint8_t tag) const noexcept {
    return !rest_.empty() && rest_.front() == tag;
  }

  // The next element, whatever it is.
  DerElement next() noexcept {
    const std::size_t header = header_size();
    const std::size_t length = header == 0 ? 0 : contents_size(header);
    if (header == 0 || length > rest_.size() - header) return fail();
    const DerElement out{rest_.front(), rest_.subspan(header, length),
                         rest_.first(header + length)};
    rest_ = rest_.subspan(header + length);
    return out;
  }

  // The next element, which has to have that tag.
  DerElement element(std::uint8_t tag) noexcept {
    if (!next_is(tag)) return fail();
    return next();
  }
  DerView contents(std::uint8_t tag) noexcept { return element(tag).contents; }

  // The next element if it has that tag; else nothing is read, and nothing is wrong.
  std::optional<DerView> optional_contents(std::uint8_t tag) noexcept {
    if (!next_is(tag)) return std::nullopt;
    return contents(tag);
  }

 private:
  DerElement fail() noexcept {
    failed_ = true;
    rest_ = {};
    return {};
  }

  // Tag and length octets; 0 if they are none: a tag number above 30 (nothing in a certificate has one), the
  // indefinite form, or a length that is cut short, above four bytes, or longer than it need be.
  [[nodiscard]] std::size_t header_size() const noexcept {
    if (rest_.size() < 2 || (rest_[0] & 0x1fU) == 0x1fU || rest_[0] == 0) return 0;
    if (rest_[1] < 0x80) return 2;
    const std::size_t count = rest_[1] & 0x7fU;
    if (count == 0 || count > 4 || rest_.size() < 2 + count || rest_[2] == 0) return 0;
    if (count == 1 && rest_[2] < 0x80) return 0;
    return 2 + count;
  }

  [[nodiscard]] std::size_t contents_size(std::size_t header) const noexcept {
    if (header == 2) return rest_[1];
    std::size_t length = 0;
    for (std::size_t i = 2; i < header; ++i)
      length = length << 8U | rest_[i];
    return length;
  }

  DerView rest_;
  bool failed_ = false;
};

// ---- Values ------------------------------------------------------------------------------------

// An INTEGER's contents are minimal (X.690, 8.3.2).
inline bool is_der_integer(DerView contents) noexcept {
  if (contents.empty()) return false;
  if (contents.size() == 1) return true;
  const bool sign_bit = (contents[1] & 0x80U) != 0;
  return !(contents[0] == 0x00 && !sign_bit) && !(contents[0] == 0xff && sign_bit);
}

// Not negative, and small.
inline std::optional<std::uint32_t> der_uint(DerView contents) noexcept {
  if (!is_der_integer(contents) || (contents[0] & 0x80U) != 0) return std::nullopt;
  if (contents.size() > 5 || (contents.size() == 5 && contents[0] != 0)) return std::nullopt;
  std::uint32_t out = 0;
  for (const std::uint8_t byte : contents)
    out = out << 8U | byte;
  return out;
}

inline std::optional<bool> der_boolean(DerView contents) noexcept {
  if (contents.size() != 1 || (contents[0] != 0x00 && contents[0] != 0xff)) return std::nullopt;
  return contents[0] == 0xff;
}

// The bytes of a BIT STRING that is a whole number of them, as keys and signatures are.
inline std::optional<DerView> der_octets(DerView contents) noexcept {
  if (contents.empty() || contents[0] != 0) return std::nullopt;
  return contents.subspan(1);
}

// A BIT STRING of up to sixteen named bits: bit n is 1 << n. That DER leaves trailing zero bits out
// (X.690, 11.2.2) is not insisted on: key usages in certificates that everybody accepts have them.
inline std::optional<std::uint16_t> der_named_bits(DerView contents) noexcept {
  if (contents.empty() || contents[0] > 7 || contents.size() > 3) return std::nullopt;
  if (contents.size() == 1) {
    return contents[0] == 0 ? std::optional<std::uint16_t>{std::uint16_t{0}} : std::nullopt;
  }
  if ((contents.back() & (0xffU >> (8U - contents[0]))) != 0) return std::nullopt;
  std::uint16_t out = 0;
  for (std::size_t bit = 0; bit < 8 * (contents.size() - 1); ++bit) {
    const unsigned byte = contents[1 + bit / 8];
    if ((byte >> (7 - bit % 8) & 1U) != 0) out = static_cast<std::uint16_t>(out | 1U << bit);
  }
  return out;
}

// ---- Time ----------------------------------------------------------------------------------------

// Days from 1970-01-01 to a date of the Gregorian calendar, which is extended to before it existed.
constexpr std::int64_t days_from_epoch(std::int64_t year, std::int64_t month,
                                       std::int64_t day) noexcept {
  // The year begins in March, so that the leap day is its last.
  const std::int64_t from_march = (month + 9) % 12;
  const std::int64_t y = year - (month <= 2 ? 1 : 0);
  return 365 * y + y / 4 - y / 100 + y / 400 + (153 * from_march + 2) / 5 + day - 1 - 719468;
}

constexpr std::int64_t days_in_month(std::int64_t year, std::int64_t month) noexcept {
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (month == 2) return leap ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Reads two digits; negative if they are none.
constexpr std::int64_t two_digits(DerView text, std::size_t at) noexcept {
  const int tens = text[at] - '0';
  const int ones = text[at + 1] - '0';
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : 10 * tens + ones;
}

// RFC 5280, 4.1.2.5: YYMMDDHHMMSSZ as UTCTime, YYYYMMDDHHMMSSZ as GeneralizedTime. Unix time in seconds.
inline std::optional<std::int64_t> der_time(const DerElement &time) noexcept {
  const bool utc = time.tag == der_tag::utc_time;
  if (!utc && time.tag != der_tag::generalized_time) return std::nullopt;
  const DerView text = time.contents;
  if (text.size() != (utc ? 13U : 15U) || text.back() != 'Z') return std::nullopt;
  std::int64_t fields[7] = {};
  const std::size_t count = text.size() / 2;
  for (std::size_t i = 0; i < count; ++i) {
    fields[i] = two_digits(text, 2 * i);
    if (fields[i] < 0) return std::nullopt;
  }
  const std::int64_t *const after_year = fields + (utc ? 1 : 2);
  const std::int64_t year =
      utc ? fields[0] + (fields[0] < 50 ? 2000 : 1900) : 100 * fields[0] + fields[1];
  const std::int64_t month = after_year[0], day = after_year[1], hour = after_year[2];
  const std::int64_t minute = after_year[3], second = after_year[4];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) {
    return std::nullopt;
  }
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return ((days_from_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

// ---- Object identifiers -----------------------------------------------------------------------------

// Compares an OBJECT IDENTIFIER's contents with the same written as a string of bytes.
inline bool is_oid(DerView contents, std::string_view encoded) noexcept {
  return std::equal(contents.begin(), contents.end(), encoded.begin(), encoded.end(),
                    [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
}

}  // namespace plugtls::kit
