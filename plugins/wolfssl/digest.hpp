// SPDX-License-Identifier: Apache-2.0
// SHA-256 over several things, each told from the next; and random bytes.
#pragma once

#include "library.hpp"

#include <wolfssl/wolfcrypt/sha256.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace plugtls::wolfssl {

using Digest = std::array<uint8_t, 32>;

class Hasher {
 public:
  Hasher();
  ~Hasher() { wc_Sha256Free(&state_); }
  Hasher(const Hasher &) = delete;
  Hasher &operator=(const Hasher &) = delete;

  // Each part goes in behind its length, so that no two lists of parts hash alike.
  Hasher &add(std::span<const uint8_t> bytes);
  Hasher &add(std::string_view text);
  Hasher &add(uint64_t number);
  Digest finish();

 private:
  wc_Sha256 state_;
};

// Both throw if there are none to be had. A connection has a generator that is started already, which takes a while.
void fill_random(WOLFSSL *connection, std::span<uint8_t> out);
void fill_random(std::span<uint8_t> out);

}  // namespace plugtls::wolfssl
