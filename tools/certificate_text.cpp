// SPDX-License-Identifier: Apache-2.0
// Just enough DER (X.690) to find names and dates. Every length is checked against what is there.
#include "certificate_text.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace plugtls::tools {

namespace {

using Bytes = std::span<const std::byte>;

struct Element {
  unsigned tag = 0;
  Bytes content;
};

// Takes elements off the front of DER content, until it is empty or malformed.
class Reader {
 public:
  explicit Reader(Bytes data) : data_(data) {}

  std::optional<Element> next() {
    if (data_.size() < 2) return std::nullopt;
    const auto tag = std::to_integer<unsigned>(data_[0]);
    std::size_t length = std::to_integer<std::size_t>(data_[1]);
    std::size_t header = 2;
    if (length >= 0x80) {
      const std::size_t count = length & 0x7fU;
      if (count == 0 || count > 4 || data_.size() < 2 + count) return std::nullopt;
      length = 0;
      for (std::size_t i = 0; i < count; ++i)
        length = length << 8U | std::to_integer<std::size_t>(data_[2 + i]);
      header += count;
    }
    if (length > data_.size() - header) return std::nullopt;
    Element out{tag, data_.subspan(header, length)};
    data_ = data_.subspan(header + length);
    return out;
  }
  std::optional<Element> next(unsigned tag) {
    auto out = next();
    if (!out || out->tag != tag) return std::nullopt;
    return out;
  }
  bool starts_with(unsigned tag) const {
    return !data_.empty() && std::to_integer<unsigned>(data_[0]) == tag;
  }

 private:
  Bytes data_;
};

constexpr unsigned sequence = 0x30;
constexpr unsigned set = 0x31;
constexpr unsigned object_identifier = 0x06;
constexpr unsigned integer = 0x02;
constexpr unsigned explicit_version = 0xa0;
constexpr unsigned utc_time = 0x17;
constexpr unsigned generalized_time = 0x18;

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

// id-at (2.5.4): the attributes that names of hosts and authorities have.
std::string_view attribute_name(Bytes identifier) {
  if (identifier.size() != 3 || text_of(identifier.first(2)) != "\x55\x04") return "";
  switch (std::to_integer<unsigned>(identifier[2])) {
    case 3:
      return "CN";
    case 6:
      return "C";
    case 7:
      return "L";
    case 8:
      return "ST";
    case 10:
      return "O";
    case 11:
      return "OU";
    default:
      return "";
  }
}

std::string name_text(Bytes name) {
  std::string out;
  Reader sets(name);
  while (const auto relative = sets.next(set)) {
    Reader attributes(relative->content);
    while (const auto attribute = attributes.next(sequence)) {
      Reader parts(attribute->content);
      const auto identifier = parts.next(object_identifier);
      const auto value = parts.next();
      if (!identifier || !value) break;
      const std::string_view label = attribute_name(identifier->content);
      if (label.empty()) continue;
      if (!out.empty()) out += ", ";
      out += std::string(label) + "=" + std::string(text_of(value->content));
    }
  }
  return out.empty() ? "(no name)" : out;
}

// YYMMDDhhmmssZ or YYYYMMDDhhmmssZ (RFC 5280, 4.1.2.5).
std::string time_text(const Element &time) {
  std::string digits(text_of(time.content));
  if (time.tag == utc_time) digits.insert(0, !digits.empty() && digits[0] >= '5' ? "19" : "20");
  if (digits.size() != 15 || digits.back() != 'Z') return "(not a time)";
  return digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2) + " " +
         digits.substr(8, 2) + ":" + digits.substr(10, 2) + ":" + digits.substr(12, 2) + " UTC";
}

bool is_time(const std::optional<Element> &element) {
  return element && (element->tag == utc_time || element->tag == generalized_time);
}

}  // namespace

std::optional<CertificateText> read_certificate(Bytes der) {
  const auto certificate = Reader(der).next(sequence);
  if (!certificate) return std::nullopt;
  const auto to_be_signed = Reader(certificate->content).next(sequence);
  if (!to_be_signed) return std::nullopt;
  Reader fields(to_be_signed->content);
  if (fields.starts_with(explicit_version)) (void)fields.next();
  const auto serial = fields.next(integer);
  const auto algorithm = fields.next(sequence);
  const auto issuer = fields.next(sequence);
  const auto validity = fields.next(sequence);
  const auto subject = fields.next(sequence);
  if (!serial || !algorithm || !issuer || !validity || !subject) return std::nullopt;
  Reader times(validity->content);
  const auto not_before = times.next();
  const auto not_after = times.next();
  if (!is_time(not_before) || !is_time(not_after)) return std::nullopt;
  return CertificateText{name_text(subject->content), name_text(issuer->content),
                         time_text(*not_before), time_text(*not_after)};
}

}  // namespace plugtls::tools
