// SPDX-License-Identifier: Apache-2.0
#include "digest.hpp"

#include "error.hpp"

#include <plugtls/types.h>

namespace plugtls::openssl {

namespace {

void require(int done) {
  if (done != 1) raise_native(PLUGTLS_E_INTERNAL, "OpenSSL could not compute SHA-256");
}

}  // namespace

Hasher::Hasher() : state_(EVP_MD_CTX_new()) {
  require(state_ ? EVP_DigestInit_ex(state_.get(), EVP_sha256(), nullptr) : 0);
}

Hasher &Hasher::add(std::span<const uint8_t> bytes) {
  add(uint64_t{bytes.size()});
  require(EVP_DigestUpdate(state_.get(), bytes.data(), bytes.size()));
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
  require(EVP_DigestUpdate(state_.get(), bytes.data(), bytes.size()));
  return *this;
}

Digest Hasher::finish() {
  Digest out{};
  unsigned size = 0;
  require(EVP_DigestFinal_ex(state_.get(), out.data(), &size));
  return out;
}

}  // namespace plugtls::openssl
