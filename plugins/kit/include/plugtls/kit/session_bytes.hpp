// SPDX-License-Identifier: Apache-2.0
// The envelope around a session's bytes, the same for every backend: whose they are, under which settings and with
// whom the session was made, and a checksum, so that foreign and damaged bytes are told apart from good ones before a
// library sees them (PLUGTLS_E_SESSION_INVALID).
//
//   "plugtls session", format (1 byte), length and name of the backend, settings (32), peer (32), the library's bytes,
//   checksum (8). The checksum is no protection against whoever may write the bytes: they are as secret as a password.
#pragma once

#include <plugtls/kit/secure_bytes.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace plugtls::kit {

struct SessionBytes {
  std::array<std::uint8_t, 32> settings{};
  std::array<std::uint8_t, 32> peer{};
  std::span<const std::uint8_t> library = {};  // a view into what was opened
};

namespace session_bytes {

inline constexpr std::string_view magic{"plugtls session\1", 16};

// FNV-1a.
constexpr std::array<std::uint8_t, 8> checksum(std::span<const std::uint8_t> bytes) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const std::uint8_t byte : bytes)
    hash = (hash ^ byte) * 0x100000001b3U;
  std::array<std::uint8_t, 8> out{};
  for (std::uint8_t &byte : out) {
    byte = static_cast<std::uint8_t>(hash);
    hash >>= 8U;
  }
  return out;
}

inline void append(SecureBytes &to, std::span<const std::uint8_t> bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

inline void append(SecureBytes &to, std::string_view text) {
  to.insert(to.end(), text.begin(), text.end());
}

// The lowest `bytes` bytes of a number, the most significant first.
inline void append_number(SecureBytes &to, std::uint64_t number, unsigned bytes) {
  while (bytes-- > 0)
    to.push_back(static_cast<std::uint8_t>(number >> (bytes * 8)));
}

// Takes the next bytes off the front; what is not there is refused once and for all.
class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) noexcept : rest_(bytes) {}
  std::span<const std::uint8_t> take(std::size_t size) noexcept {
    good_ = good_ && size <= rest_.size();
    if (!good_) return {};
    const auto out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return out;
  }
  template <std::size_t N>
  void take(std::array<std::uint8_t, N> &out) noexcept {
    const auto from = take(N);
    if (good_) std::copy(from.begin(), from.end(), out.begin());
  }
  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] std::span<const std::uint8_t> rest() const noexcept { return rest_; }

 private:
  std::span<const std::uint8_t> rest_;
  bool good_ = true;
};

}  // namespace session_bytes

inline SecureBytes seal_session(std::string_view backend, const SessionBytes &session) {
  using namespace session_bytes;
  SecureBytes out;
  append(out, magic);
  out.push_back(static_cast<std::uint8_t>(backend.size()));
  append(out, backend);
  append(out, session.settings);
  append(out, session.peer);
  append(out, session.library);
  append(out, checksum(out));
  return out;
}

// Nothing if the bytes are damaged or another backend's.
inline std::optional<SessionBytes> open_session(std::string_view backend,
                                                std::span<const std::uint8_t> bytes) noexcept {
  using namespace session_bytes;
  constexpr std::size_t tail = 8;
  if (bytes.size() < tail) return std::nullopt;
  const auto sealed = bytes.first(bytes.size() - tail);
  const auto sum = checksum(sealed);
  if (!std::equal(sum.begin(), sum.end(), bytes.last(tail).begin())) return std::nullopt;
  Reader reader(sealed);
  if (as_text(reader.take(magic.size())) != magic) return std::nullopt;
  const auto length = reader.take(1);
  if (!reader.good() || as_text(reader.take(length.front())) != backend) return std::nullopt;
  SessionBytes out;
  reader.take(out.settings);
  reader.take(out.peer);
  out.library = reader.rest();
  if (!reader.good() || out.library.empty()) return std::nullopt;
  return out;
}

}  // namespace plugtls::kit
