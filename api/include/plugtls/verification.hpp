// SPDX-License-Identifier: Apache-2.0
/// What a verification callback sees and answers (B7).
#ifndef PLUGTLS_VERIFICATION_HPP
#define PLUGTLS_VERIFICATION_HPP

#include "plugtls/detail/source.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace plugtls {

/// The backend's verdict on the peer's chain, before it takes effect. A view, good during the callback.
class Verdict {
 public:
  explicit Verdict(const plugtls_verdict &verdict) noexcept : verdict_(&verdict) {}

  bool is_good() const noexcept { return verdict_->code == PLUGTLS_E_NONE; }
  /// errc::none, or what the handshake fails with if the verdict is kept.
  errc code() const noexcept { return static_cast<errc>(verdict_->code); }
  /// Which certificate the code is about: 0 is the leaf.
  std::optional<int> certificate_depth() const noexcept {
    if (verdict_->certificate_depth < 0) return std::nullopt;
    return verdict_->certificate_depth;
  }
  /// The chain as the peer sent it, DER, leaf first.
  std::size_t chain_size() const noexcept { return verdict_->chain_count; }
  std::span<const std::byte> chain(std::size_t index) const noexcept {
    return at(verdict_->chain, verdict_->chain_count, index);
  }
  /// The path that was built, leaf to anchor, DER; empty if none was.
  std::size_t verified_size() const noexcept { return verdict_->verified_count; }
  std::span<const std::byte> verified(std::size_t index) const noexcept {
    return at(verdict_->verified, verdict_->verified_count, index);
  }
  /// The stapled OCSP response, DER, or empty.
  std::span<const std::byte> ocsp_response() const noexcept {
    return detail::to_span(verdict_->ocsp_response);
  }

 private:
  static std::span<const std::byte> at(const plugtls_bytes *list, std::uint32_t count,
                                       std::size_t index) noexcept {
    return index < count ? detail::to_span(list[index]) : std::span<const std::byte>();
  }

  const plugtls_verdict *verdict_;
};

/// What a verification callback answers.
class VerifyAnswer {
 public:
  /// The backend's verdict stands.
  static VerifyAnswer keep() { return VerifyAnswer(PLUGTLS_VERIFY_KEEP); }
  /// Refuse, with a code of the certificate category and words of one's own.
  static VerifyAnswer reject(errc code = errc::cert_rejected, std::string reason = {}) {
    VerifyAnswer answer(PLUGTLS_VERIFY_REJECT);
    answer.code_ = fault(code) == Fault::certificate ? code : errc::cert_rejected;
    answer.reason_ = std::move(reason);
    return answer;
  }
  /// Accept whatever the backend thinks: for pinning of one's own.
  static VerifyAnswer insecure_accept() { return VerifyAnswer(PLUGTLS_VERIFY_INSECURE_ACCEPT); }
  /// Not known yet: the handshake ends in want_callback and asks again. Needs Feature::suspend.
  static VerifyAnswer pending() { return VerifyAnswer(PLUGTLS_VERIFY_PENDING); }

  std::int32_t raw() const noexcept { return answer_; }
  errc code() const noexcept { return code_; }
  const std::string &reason() const noexcept { return reason_; }

 private:
  explicit VerifyAnswer(std::int32_t answer) : answer_(answer) {}

  std::int32_t answer_;
  errc code_ = errc::cert_rejected;
  std::string reason_;
};

}  // namespace plugtls

#endif
