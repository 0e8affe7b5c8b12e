// SPDX-License-Identifier: Apache-2.0
// Signatures of certificates that were verified a moment ago. Mbed TLS is asked for its own say on a path after the kit has
// found it good; verifying the same signatures once more would be half of a handshake's cost.
#pragma once

#include <mbedtls/pk.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace plugtls::mbedtls {

// A signature is told by where it lies: the certificates stay what they are as long as this lives.
class Proven {
 public:
  void add(const mbedtls_pk_context &key, const unsigned char *signature) {
    pairs_.push_back({&key, signature});
  }
  [[nodiscard]] bool has(const mbedtls_pk_context *key, const unsigned char *signature) const {
    return std::any_of(pairs_.begin(), pairs_.end(), [&](const Pair &pair) {
      return pair.key == key && pair.signature == signature;
    });
  }

  // What the library may rely on while a Use of it lives on this thread, or nullptr.
  static const Proven *&of_thread() noexcept;

  class Use {
   public:
    explicit Use(const Proven &proven) noexcept : before_(of_thread()) { of_thread() = &proven; }
    ~Use() { of_thread() = before_; }
    Use(const Use &) = delete;
    Use &operator=(const Use &) = delete;

   private:
    const Proven *before_;
  };

 private:
  struct Pair {
    const mbedtls_pk_context *key;
    const unsigned char *signature;
  };
  std::vector<Pair> pairs_;
};

}  // namespace plugtls::mbedtls
