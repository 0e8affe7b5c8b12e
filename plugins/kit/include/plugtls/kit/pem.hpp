// SPDX-License-Identifier: Apache-2.0
// PEM (RFC 7468) to DER. Encrypted keys of OpenSSL's traditional form (RFC 1421's headers) are told, not decrypted.
#pragma once

#include <plugtls/kit/secure_bytes.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace plugtls::kit {

struct PemBlock {
  std::string_view label = {};    // "CERTIFICATE"; views into what was read
  std::string_view headers = {};  // RFC 1421's, empty if there are none
  std::string_view whole = {};    // from BEGIN to END
  SecureBytes der = {};
};

namespace pem {

inline int digit_of(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

inline bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Nothing if it is not base64.
inline std::optional<SecureBytes> decode(std::string_view text) {
  SecureBytes out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  unsigned digits = 0;
  unsigned padding = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    const int digit = c == '=' ? 0 : digit_of(c);
    if (digit < 0 || (padding > 0 && c != '=')) return std::nullopt;
    padding += c == '=' ? 1U : 0U;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    if (++digits % 4 != 0) continue;
    for (unsigned i = 0; i < 3; ++i)
      out.push_back(static_cast<std::uint8_t>(bits >> (16 - 8 * i)));
  }
  if (digits % 4 != 0 || padding > 2 || padding > out.size()) return std::nullopt;
  out.resize(out.size() - padding);
  return out;
}

}  // namespace pem

// Calls `take` with each block; what stands between them is left alone. False if a block is cut short or is not base64,
// or once `take` answers false.
template <class Take>
bool each_pem_block(std::string_view text, Take &&take) {
  constexpr std::string_view begin = "-----BEGIN ";
  constexpr std::string_view dashes = "-----";
  while (true) {
    const std::size_t at = text.find(begin);
    if (at == std::string_view::npos) return true;
    text.remove_prefix(at);
    const std::size_t label_end = text.find(dashes, begin.size());
    if (label_end == std::string_view::npos) return false;
    PemBlock block;
    block.label = text.substr(begin.size(), label_end - begin.size());
    const std::size_t body = label_end + dashes.size();
    const std::string end = "-----END " + std::string(block.label) + "-----";
    const std::size_t body_end = text.find(end, body);
    if (body_end == std::string_view::npos) return false;
    std::string_view inside = text.substr(body, body_end - body);
    block.whole = text.substr(0, body_end + end.size());
    if (inside.find(':') != std::string_view::npos) {  // base64 has none
      const std::size_t last = inside.find('\n', inside.rfind(':'));
      if (last == std::string_view::npos) return false;
      block.headers = inside.substr(0, last);
      inside.remove_prefix(last);
    }
    auto der = pem::decode(inside);
    if (!der) return false;
    block.der = std::move(*der);
    if (!take(block)) return false;
    text.remove_prefix(body_end + end.size());
  }
}

}  // namespace plugtls::kit
