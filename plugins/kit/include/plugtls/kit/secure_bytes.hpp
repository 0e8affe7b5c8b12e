// SPDX-License-Identifier: Apache-2.0
// Bytes that are wiped before their memory is given back (P-GEN-6).
#pragma once

#include <plugtls/types.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace plugtls::kit {

// Overwrites memory that is about to be given back. The empty assembly takes the address, so that the
// compiler cannot know that nobody reads it.
inline void wipe(void *data, std::size_t size) noexcept {
  if (size == 0) return;
  std::memset(data, 0, size);
#if defined(__GNUC__)
  __asm__ __volatile__("" : : "r"(data) : "memory");
#else
  volatile unsigned char *bytes = static_cast<unsigned char *>(data);
  while (size-- > 0)
    *bytes++ = 0;
#endif
}

template <class T>
struct WipingAllocator {
  using value_type = T;

  WipingAllocator() noexcept = default;
  template <class U>
  explicit WipingAllocator(const WipingAllocator<U> &) noexcept {}

  [[nodiscard]] T *allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
  void deallocate(T *memory, std::size_t count) noexcept {
    wipe(memory, count * sizeof(T));
    std::allocator<T>{}.deallocate(memory, count);
  }
  template <class U>
  bool operator==(const WipingAllocator<U> &) const noexcept {
    return true;
  }
};

// A vector that leaves nothing behind, not even when it grows.
using SecureBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

inline std::span<const std::uint8_t> as_span(plugtls_bytes bytes) noexcept {
  return {bytes.data, bytes.data == nullptr ? 0 : bytes.size};
}

inline plugtls_bytes as_bytes(std::span<const std::uint8_t> bytes) noexcept {
  return {bytes.data(), bytes.size()};
}

inline std::string_view as_text(std::span<const std::uint8_t> bytes) noexcept {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

}  // namespace plugtls::kit
