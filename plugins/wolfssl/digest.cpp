// SPDX-License-Identifier: Apache-2.0
#include "digest.hpp"

#include "error.hpp"

#include <wolfssl/wolfcrypt/random.h>

namespace plugtls::wolfssl {

Hasher::Hasher() {
  require_crypt(wc_InitSha256(&state_), "begin SHA-256");
}

Hasher &Hasher::add(std::span<const uint8_t> bytes) {
  add(uint64_t{bytes.size()});
  require_crypt(wc_Sha256Update(&state_, bytes.data(), static_cast<word32>(bytes.size())),
                "compute SHA-256");
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
  require_crypt(wc_Sha256Update(&state_, bytes.data(), static_cast<word32>(bytes.size())),
                "compute SHA-256");
  return *this;
}

Digest Hasher::finish() {
  Digest out{};
  require_crypt(wc_Sha256Final(&state_, out.data()), "finish SHA-256");
  return out;
}

void fill_random(WOLFSSL *connection, std::span<uint8_t> out) {
  require_crypt(
      wc_RNG_GenerateBlock(wolfSSL_GetRNG(connection), out.data(), static_cast<word32>(out.size())),
      "make random bytes");
}

void fill_random(std::span<uint8_t> out) {
  WC_RNG rng;
  require_crypt(wc_InitRng(&rng), "start its random number generator");
  const int native = wc_RNG_GenerateBlock(&rng, out.data(), static_cast<word32>(out.size()));
  wc_FreeRng(&rng);
  require_crypt(native, "make random bytes");
}

}  // namespace plugtls::wolfssl
