// SPDX-License-Identifier: Apache-2.0
#include "certificate_swap.hpp"

#include <algorithm>

namespace parity {
namespace {

constexpr char change_cipher_spec = 20, handshake = 22;
constexpr char certificate_message = 11;
constexpr size_t record_header = 5, message_header = 4, largest_record = 16384;

size_t number(std::string_view bytes) {
  size_t out = 0;
  for (const char byte : bytes)
    out = out << 8 | static_cast<unsigned char>(byte);
  return out;
}

std::string big_endian(size_t value, size_t width) {
  std::string out(width, '\0');
  for (; width-- > 0; value >>= 8)
    out[width] = static_cast<char>(value & 0xff);
  return out;
}

std::string in_records(std::string_view message) {
  std::string out;
  for (; !message.empty(); message.remove_prefix(std::min(message.size(), largest_record))) {
    const std::string_view part = message.substr(0, largest_record);
    out += std::string{handshake, 3, 3} + big_endian(part.size(), 2);
    out += part;
  }
  return out;
}

}  // namespace

std::string CertificateSwap::operator()(std::string_view bytes) {
  std::string out;
  records_ += bytes;
  for (std::string record = take_record(); !record.empty(); record = take_record()) {
    encrypted_ = encrypted_ || record.front() == change_cipher_spec;
    if (encrypted_ || record.front() != handshake)
      out += record;
    else
      out += rewritten(std::string_view(record).substr(record_header));
  }
  return out;
}

// Empty if there is no whole one.
std::string CertificateSwap::take_record() {
  if (records_.size() < record_header) return {};
  const size_t size = record_header + number(std::string_view(records_).substr(3, 2));
  if (records_.size() < size) return {};
  std::string out = records_.substr(0, size);
  records_.erase(0, size);
  return out;
}

std::string CertificateSwap::rewritten(std::string_view fragment) {
  std::string out;
  messages_ += fragment;
  while (messages_.size() >= message_header) {
    const size_t size = message_header + number(std::string_view(messages_).substr(1, 3));
    if (messages_.size() < size) break;
    const bool swap = messages_.front() == certificate_message;
    out += in_records(swap ? certificate_message + big_endian(body_.size(), 3) + body_
                           : messages_.substr(0, size));
    messages_.erase(0, size);
  }
  return out;
}

}  // namespace parity
