// SPDX-License-Identifier: Apache-2.0
// SHA-256 over several things, each told from the next.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace plugtls_boringssl {

using Digest = std::array<uint8_t, 32>;

class Hasher {
 public:
  Hasher();

  // Each part goes in behind its length, so that no two lists of parts hash alike.
  Hasher &add(std::span<const uint8_t> bytes);
  Hasher &add(std::string_view text);
  Hasher &add(uint64_t number);
  Digest finish();

 private:
  SHA256_CTX state_{};
};

}  // namespace plugtls_boringssl
