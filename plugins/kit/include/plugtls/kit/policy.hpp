// SPDX-License-Identifier: Apache-2.0
// The verification policy, one for all backends (docs/verification.md says it in words).
//
// A backend's library builds the path and verifies the signatures; every other question is answered here,
// over plain facts, in one order, so that the same chain gets the same code whichever library is at work:
//
//   std::vector<CertificateFacts> path;            // leaf first, anchor last
//   for (each certificate) path.push_back(facts_of(its DER));
//   const Verdict verdict = judge(path, policy);
#pragma once

#include <plugtls/kit/certificate.hpp>
#include <plugtls/kit/facts.hpp>
#include <plugtls/types.h>

#include <cstdint>
#include <span>

namespace plugtls::kit {

// PLUGTLS_E_NONE, or a PLUGTLS_E_CERT_... and which certificate of the path it is about (0 is the leaf).
struct Verdict {
  std::int32_t code = PLUGTLS_E_NONE;
  std::int32_t depth = -1;

  [[nodiscard]] bool good() const noexcept { return code == PLUGTLS_E_NONE; }
};

struct Policy {
  std::uint32_t purpose = PLUGTLS_PURPOSE_SERVER;  // whose the leaf is: PLUGTLS_PURPOSE_...
  std::int64_t time = 0;                           // Unix time in seconds
  std::uint32_t max_intermediates = 10;            // plugtls_config.verify_depth, resolved
  std::span<const plugtls_subject> subjects =
      {};                  // any one must match; none: the name is not looked at
  bool skip_name = false;  // the name check alone is switched off (S31)

  // What the library found where only it can look. Each takes its place in the order: revocation before
  // signatures and times, the signature of a certificate before its times.
  Verdict revocation =
      {};  // the first by depth: PLUGTLS_E_CERT_REVOKED, _CRL_MISSING, _CRL_INVALID, _OCSP_...
  Verdict signature = {};  // the one nearest to the anchor: PLUGTLS_E_CERT_BAD_SIGNATURE
};

// Judges a path that ends in a trust anchor: leaf first, anchor last; an anchor that is itself the leaf is
// a path of one. An empty path is refused.
inline Verdict judge(std::span<const CertificateFacts> path, const Policy &policy) noexcept;

// Judges a path that reaches no trust anchor: the leaf and as many issuers as were found, with signatures
// that hold. The answer is never a good one.
inline Verdict judge_unanchored(std::span<const CertificateFacts> path,
                                const Policy &policy) noexcept;

}  // namespace plugtls::kit
