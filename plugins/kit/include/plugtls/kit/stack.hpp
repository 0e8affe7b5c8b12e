// SPDX-License-Identifier: Apache-2.0
// What a library's functions leave of a key on the stack (P-GEN-6).
#pragma once

#include <plugtls/kit/secure_bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace plugtls::kit {

// Overwrites that much of the stack below the caller, where the functions that it has called had their frames.
template <std::size_t Size>
[[gnu::noinline]] void wipe_stack() noexcept {
  std::array<std::uint8_t, Size> room;  // NOLINT(*-member-init): it is written at once
  wipe(room.data(), room.size());
}

// The same at the end of a scope, however that is left.
template <std::size_t Size>
class StackWiper {
 public:
  StackWiper() noexcept = default;
  ~StackWiper() { wipe_stack<Size>(); }
  StackWiper(const StackWiper &) = delete;
  StackWiper &operator=(const StackWiper &) = delete;
};

}  // namespace plugtls::kit
