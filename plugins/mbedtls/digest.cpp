// SPDX-License-Identifier: Apache-2.0
#include "digest.hpp"

#include "error.hpp"

#include <plugtls/types.h>

namespace plugtls::mbedtls {

namespace {

void require_hash(psa_status_t status) {
  if (status != PSA_SUCCESS)
    raise_native(PLUGTLS_E_INTERNAL, status, "Mbed TLS could not compute SHA-256");
}

}  // namespace

Hasher::Hasher() {
  require_hash(psa_hash_setup(&state_, PSA_ALG_SHA_256));
}

Hasher &Hasher::add(std::span<const uint8_t> bytes) {
  add(uint64_t{bytes.size()});
  require_hash(psa_hash_update(&state_, bytes.data(), bytes.size()));
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
  require_hash(psa_hash_update(&state_, bytes.data(), bytes.size()));
  return *this;
}

Digest Hasher::finish() {
  Digest out{};
  size_t size = 0;
  require_hash(psa_hash_finish(&state_, out.data(), out.size(), &size));
  return out;
}

}  // namespace plugtls::mbedtls
