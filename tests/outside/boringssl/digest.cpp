// SPDX-License-Identifier: Apache-2.0
#include "digest.hpp"

namespace plugtls_boringssl {

// None of BoringSSL's SHA-256 functions fails.
Hasher::Hasher() {
  SHA256_Init(&state_);
}

Hasher &Hasher::add(std::span<const uint8_t> bytes) {
  add(uint64_t{bytes.size()});
  SHA256_Update(&state_, bytes.data(), bytes.size());
  return *this;
}

Hasher &Hasher::add(std::string_view text) {
  return add(std::span(reinterpret_cast<const uint8_t *>(text.data()), text.size()));
}

Hasher &Hasher::add(uint64_t number) {
  std::array<uint8_t, 8> bytes{};
  for (uint8_t &byte : bytes) {
    byte = static_cast<uint8_t>(number);
    number >>= 8U;
  }
  SHA256_Update(&state_, bytes.data(), bytes.size());
  return *this;
}

Digest Hasher::finish() {
  Digest out{};
  SHA256_Final(out.data(), &state_);
  return out;
}

}  // namespace plugtls_boringssl
