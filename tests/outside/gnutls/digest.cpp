// SPDX-License-Identifier: Apache-2.0
#include "digest.hpp"

#include "error.hpp"

namespace plugtls_gnutls {

Hasher::Hasher() {
  require(gnutls_hash_init(&state_, GNUTLS_DIG_SHA256), "compute SHA-256");
}

Hasher::~Hasher() {
  gnutls_hash_deinit(state_, nullptr);
}

Hasher &Hasher::add(std::span<const uint8_t> bytes) {
  add(uint64_t{bytes.size()});
  if (!bytes.empty()) require(gnutls_hash(state_, bytes.data(), bytes.size()), "compute SHA-256");
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
  require(gnutls_hash(state_, bytes.data(), bytes.size()), "compute SHA-256");
  return *this;
}

Digest Hasher::finish() {
  Digest out{};
  gnutls_hash_output(state_, out.data());
  return out;
}

}  // namespace plugtls_gnutls
