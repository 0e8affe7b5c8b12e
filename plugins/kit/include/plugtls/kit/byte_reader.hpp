// SPDX-License-Identifier: Apache-2.0
// The presentation language of TLS (RFC 8446, 3): big-endian numbers, vectors behind their lengths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace plugtls::kit {

using ByteView = std::span<const std::uint8_t>;

// Takes things off the front. What is not there is refused once and for all: everything after it is empty, and good()
// tells at the end.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) noexcept : rest_(bytes) {}

  ByteView take(std::size_t size) noexcept {
    good_ = good_ && size <= rest_.size();
    if (!good_) return {};
    const ByteView out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return out;
  }

  // A number of 1 to 4 bytes.
  std::uint32_t number(std::size_t size) noexcept {
    std::uint32_t out = 0;
    for (const std::uint8_t byte : take(size))
      out = out << 8U | byte;
    return out;
  }

  // A vector whose length takes so many bytes.
  ByteView vector(std::size_t length_size) noexcept { return take(number(length_size)); }

  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool at_end() const noexcept { return !good_ || rest_.empty(); }
  // All of it was taken, and all that was taken was there.
  [[nodiscard]] bool finished() const noexcept { return good_ && rest_.empty(); }

 private:
  ByteView rest_;
  bool good_ = true;
};

}  // namespace plugtls::kit
