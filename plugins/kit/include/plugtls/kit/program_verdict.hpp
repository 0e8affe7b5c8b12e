// SPDX-License-Identifier: Apache-2.0
// A verdict on the peer's certificates, and the program's callback that may have another (P-VERIFY-1).
#pragma once

#include <plugtls/kit/certificate.hpp>
#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/policy.hpp>
#include <plugtls/kit/secure_bytes.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace plugtls::kit {

template <class Certificates>
std::vector<plugtls_bytes> views_of(const Certificates &certificates) {
  std::vector<plugtls_bytes> out;
  out.reserve(certificates.size());
  for (const auto &one : certificates)
    out.push_back(as_bytes(one));
  return out;
}

// A path that only the name does not fit is a path all the same, which a program may want to see.
inline bool has_path(const Verdict &verdict) noexcept {
  return verdict.good() || verdict.code == PLUGTLS_E_CERT_NAME_MISMATCH ||
         verdict.code == PLUGTLS_E_CERT_IP_MISMATCH;
}

// What the callback is shown. `path` is from leaf to anchor; what is given has to last as long.
inline plugtls_verdict shown_verdict(const Verdict &verdict, std::span<const plugtls_bytes> sent,
                                     std::span<const plugtls_bytes> path) noexcept {
  plugtls_verdict out{};
  out.size = sizeof out;
  out.code = verdict.code;
  out.certificate_depth = verdict.depth;
  out.chain = sent.data();
  out.chain_count = static_cast<std::uint32_t>(sent.size());
  if (!has_path(verdict) || path.empty()) return out;
  out.verified = path.data();
  out.verified_count = static_cast<std::uint32_t>(path.size());
  return out;
}

// What the backend's verdict and the program's answer come to; no error takes the certificate. `said` is the error that the
// program filled, `describe()` the backend's own of a bad verdict. An answer that is none, PENDING where nobody can wait
// included, is a refusal: a good verdict never stands for it.
template <class Describe>
plugtls_error decide(const Verdict &verdict, std::int32_t answer, const plugtls_error &said,
                     Describe &&describe) {
  if (answer == PLUGTLS_VERIFY_INSECURE_ACCEPT) return empty_error();
  if (answer == PLUGTLS_VERIFY_KEEP) return verdict.good() ? empty_error() : describe();
  if (answer == PLUGTLS_VERIFY_PENDING)
    return unsupported(PLUGTLS_FEATURE_SUSPEND,
                       "the verification callback answered pending where the backend cannot wait; "
                       "decide at once there");
  if (said.code != PLUGTLS_E_NONE) return said;
  return make_error(PLUGTLS_E_CERT_REJECTED, "the program refused the peer's certificate");
}

}  // namespace plugtls::kit
