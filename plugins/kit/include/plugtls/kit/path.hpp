// SPDX-License-Identifier: Apache-2.0
// A path from a leaf to a trust anchor, as docs/verification.md has it, for backends whose library builds paths by
// rules of its own. The library verifies the signatures; policy.hpp judges the rest.
#pragma once

#include <plugtls/kit/certificate.hpp>
#include <plugtls/kit/policy.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace plugtls::kit {

struct PathCertificate {
  DerView der = {};
  CertificateFacts facts = {};
};

struct PathStep {
  bool anchor = false;    // one of the anchors, or one of what was sent
  std::size_t index = 0;  // in that list
};

struct FoundPath {
  std::vector<PathStep> steps;          // leaf first
  std::vector<CertificateFacts> facts;  // of the same
  bool anchored = false;
};

namespace path {

inline bool is_issuer_of(const CertificateFacts &issuer, const CertificateFacts &of) noexcept {
  if (issuer.malformed || compare_names(of.issuer, issuer.subject, false) != NameOrder::same)
    return false;
  const bool both = !of.authority_key_id.empty() && !issuer.subject_key_id.empty();
  return !both || same_bytes(of.authority_key_id, issuer.subject_key_id);
}

// Among several, one that is valid at the time.
inline std::optional<std::size_t> find_issuer(const CertificateFacts &of,
                                              std::span<const PathCertificate> among,
                                              const std::vector<bool> &used, std::int64_t time) {
  std::optional<std::size_t> out;
  for (std::size_t i = 0; i < among.size(); ++i) {
    if ((!used.empty() && used[i]) || !is_issuer_of(among[i].facts, of)) continue;
    if (policy::judge_time(among[i].facts, 0, time).good()) return i;
    if (!out) out = i;
  }
  return out;
}

inline std::optional<std::size_t> find_same(DerView der, std::span<const PathCertificate> among) {
  for (std::size_t i = 0; i < among.size(); ++i)
    if (same_bytes(among[i].der, der)) return i;
  return std::nullopt;
}

}  // namespace path

// `sent` is as the peer sent it, leaf first, and not empty. Stops above `most` certificates, so that the policy can say
// that there are too many.
inline FoundPath find_path(std::span<const PathCertificate> sent,
                           std::span<const PathCertificate> anchors, std::int64_t time,
                           std::size_t most) {
  FoundPath out;
  const auto add = [&](bool anchor, std::size_t index) {
    out.steps.push_back({anchor, index});
    out.facts.push_back((anchor ? anchors : sent)[index].facts);
    out.anchored = anchor;
  };
  if (const auto anchor = path::find_same(sent.front().der, anchors)) {
    add(true, *anchor);
    return out;
  }
  std::vector<bool> used(sent.size());
  used[0] = true;
  add(false, 0);
  while (!out.anchored && out.facts.size() <= most) {
    const CertificateFacts last = out.facts.back();
    if (const auto anchor = path::find_issuer(last, anchors, {}, time)) {
      add(true, *anchor);
    } else if (const auto next = path::find_issuer(last, sent, used, time);
               next && !policy::is_self_signed(last)) {
      used[*next] = true;
      add(false, *next);
    } else {
      break;
    }
  }
  return out;
}

// The signature that does not hold and is nearest to the anchor. `holds(lower, upper)` is about two steps of the path.
template <class Holds>
Verdict judge_path_signatures(const FoundPath &found, Holds &&holds) {
  for (std::size_t i = found.steps.size() - 1; i-- > 0;)
    if (!holds(found.steps[i], found.steps[i + 1]))
      return policy::refuse(PLUGTLS_E_CERT_BAD_SIGNATURE, i);
  return {};
}

}  // namespace plugtls::kit
