// SPDX-License-Identifier: Apache-2.0
/// Pinning of public keys (B7): a chain has to be good, and has to have one of these keys in it.
#ifndef PLUGTLS_PINNING_HPP
#define PLUGTLS_PINNING_HPP

#include "plugtls/callbacks.hpp"
#include "plugtls/connection_view.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plugtls {

/// The SHA-256 of a public key (RFC 7469, 2.4). The key, not the certificate: a renewed certificate keeps it.
class PublicKeyPin {
 public:
  static constexpr std::size_t size = 32;

  /// "sha256/" and base64, as curl and browsers write it; the prefix may be left out.
  explicit PublicKeyPin(std::string_view text) {
    constexpr std::string_view prefix = "sha256/";
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    // 32 bytes are 43 digits and one of padding.
    if (text.size() != 44 || text.back() != '=') malformed();
    std::uint32_t bits = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < 43; ++i) {
      bits = bits << 6U | digit(text[i]);
      const std::size_t have = 6 * (i + 1);
      if (have / 8 > at) hash_[at++] = static_cast<std::byte>(bits >> have % 8 & 0xffU);
    }
    if ((bits & 3U) != 0) malformed();
  }

  /// Of a certificate in DER.
  static PublicKeyPin of(std::span<const std::byte> certificate) {
    PublicKeyPin out;
    detail::call(&plugtls_certificate_key_hash, detail::to_c(certificate),
                 reinterpret_cast<std::uint8_t *>(out.hash_.data()));
    return out;
  }

  std::string to_string() const {
    std::string out = "sha256/";
    for (std::size_t i = 0; i < size; i += 3) {
      std::uint32_t bits = 0;
      for (std::size_t k = 0; k < 3; ++k)
        bits = bits << 8U | (i + k < size ? std::to_integer<std::uint32_t>(hash_[i + k]) : 0U);
      for (std::size_t k = 0; k < 4; ++k)
        out += i + k <= size ? digits[bits >> (18 - 6 * k) & 63U] : '=';
    }
    return out;
  }

  bool operator==(const PublicKeyPin &) const = default;

 private:
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  PublicKeyPin() = default;

  [[noreturn]] static void malformed() {
    throw_error(errc::invalid_argument,
                "a public key pin is 'sha256/' and the base64 of 32 bytes, which end in '='");
  }
  static std::uint32_t digit(char c) {
    const std::size_t value = digits.find(c);
    if (value == std::string_view::npos) malformed();
    return static_cast<std::uint32_t>(value);
  }

  std::array<std::byte, size> hash_{};
};

/// A verification callback that accepts what the backend accepts, if one of the keys is that of a certificate in the path it
/// has built. Pin a key in reserve too: with one alone there is no way back when it is lost.
inline VerifyCallback pin_public_keys(std::vector<PublicKeyPin> pins) {
  if (pins.empty()) throw_error(errc::invalid_argument, "pin_public_keys: the list is empty");
  return [pins = std::move(pins)](ConnectionView, const Verdict &verdict) {
    if (!verdict.is_good()) return VerifyAnswer::keep();
    for (std::size_t i = 0; i < verdict.verified_size(); ++i)
      if (std::find(pins.begin(), pins.end(), PublicKeyPin::of(verdict.verified(i))) != pins.end())
        return VerifyAnswer::keep();
    return VerifyAnswer::reject(errc::cert_rejected,
                                "none of the pinned keys is in the peer's chain");
  };
}

}  // namespace plugtls

#endif
