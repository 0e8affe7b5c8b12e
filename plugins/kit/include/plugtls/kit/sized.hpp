// SPDX-License-Identifier: Apache-2.0
// Structs that begin with `size` (types.h): read no further, write no further.
#pragma once

#include <plugtls/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace plugtls::kit {

// What a caller handed us, as the version of the struct we know: members beyond its size are zero.
template <class T>
[[nodiscard]] T read_sized(const T *from) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  T out{};
  if (from == nullptr) return out;
  std::memcpy(static_cast<void *>(&out), from, std::min<std::size_t>(from->size, sizeof(T)));
  out.size = static_cast<std::uint32_t>(sizeof(T));
  return out;
}

// Fills a caller's struct as far as it reaches; its `size` stays what the caller said.
template <class T>
void write_sized(T *to, const T &value) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  const std::uint32_t size = to->size;
  std::memcpy(static_cast<void *>(to), &value, std::min<std::size_t>(size, sizeof(T)));
  if (size >= sizeof(size)) to->size = size;
}

// Copies a list as the `list` slots do: up to `capacity` numbers, and the answer is how many there are.
template <class Range>
std::size_t copy_list(const Range &from, std::uint16_t *out, std::size_t capacity) noexcept {
  std::size_t count = 0;
  for (const std::uint16_t value : from) {
    if (count < capacity && out != nullptr) out[count] = value;
    ++count;
  }
  return count;
}

}  // namespace plugtls::kit
