// SPDX-License-Identifier: Apache-2.0
// SHA-256 over several things, each told from the next.
#pragma once

#include <gnutls/crypto.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace plugtls_gnutls {

using Digest = std::array<uint8_t, 32>;

class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher &) = delete;
  Hasher &operator=(const Hasher &) = delete;

  // Each part goes in behind its length, so that no two lists of parts hash alike.
  Hasher &add(std::span<const uint8_t> bytes);
  Hasher &add(std::string_view text);
  Hasher &add(uint64_t number);
  Digest finish();

 private:
  gnutls_hash_hd_t state_ = nullptr;
};

}  // namespace plugtls_gnutls
