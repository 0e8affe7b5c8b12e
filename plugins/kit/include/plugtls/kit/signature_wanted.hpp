// SPDX-License-Identifier: Apache-2.0
// A signature that the program makes (S30), and may need time for: a question for Suspension::ask.
#pragma once

#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/suspension.hpp>
#include <plugtls/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace plugtls::kit {

struct SignatureWanted {
  const plugtls_signer &signer;
  std::uint16_t scheme;
  std::uint32_t kind;  // PLUGTLS_SIGN_...
  plugtls_bytes input;
  std::uint8_t *out;
  std::size_t capacity;
  std::size_t size = 0;
  void *operation = nullptr;
  plugtls_status status = PLUGTLS_WANT_CALLBACK;

  bool operator()() noexcept {
    status = signer.sign(signer.user, &operation, scheme, kind, input, out, capacity, &size);
    return status != PLUGTLS_WANT_CALLBACK;
  }
  void cancel() const noexcept {
    if (signer.cancel != nullptr) signer.cancel(signer.user, operation);
  }
  [[nodiscard]] bool made() const noexcept { return status == PLUGTLS_OK && size <= capacity; }

  // Why there is no signature.
  [[nodiscard]] plugtls_error failure() const noexcept {
    if (status == PLUGTLS_WANT_CALLBACK)
      return unsupported(PLUGTLS_FEATURE_KEY_SIGNER_ASYNC,
                         "the signer answered want_callback outside the handshake call, where the "
                         "library cannot wait; sign at once there");
    if (status == PLUGTLS_OK)
      return make_error(PLUGTLS_E_CALLBACK,
                        "the signer says that it wrote %zu bytes where there is room for %zu", size,
                        capacity);
    return make_error(PLUGTLS_E_CALLBACK, "the signer failed to sign (scheme 0x%04x)",
                      unsigned{scheme});
  }
};

// Asks until there is an answer, or the connection is freed. True if the signature is made.
template <class Question>
bool ask_signer(std::optional<Suspension> &suspension, Question &wanted) noexcept {
  const bool answered = suspension ? suspension->ask(wanted) : wanted();
  if (!answered) wanted.cancel();
  return wanted.made();
}

}  // namespace plugtls::kit
