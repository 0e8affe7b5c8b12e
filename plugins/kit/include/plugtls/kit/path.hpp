// SPDX-License-Identifier: Apache-2.0
// A path from a leaf to a trust anchor, as docs/verification.md has it, for backends whose library builds paths by
// rules of its own. The library verifies the signatures; policy.hpp judges the rest.
#pragma once

#include <plugtls/kit/certificate.hpp>
#include <plugtls/kit/policy.hpp>

#include <algorithm>
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
  std::vector<bool> proven;             // of the same: that it signed the one below was seen
  bool anchored = false;
};

namespace path {

inline bool is_issuer_of(const CertificateFacts &issuer, const CertificateFacts &of) noexcept {
  if (issuer.malformed || compare_names(of.issuer, issuer.subject, false) != NameOrder::same)
    return false;
  const bool both = !of.authority_key_id.empty() && !issuer.subject_key_id.empty();
  return !both || same_bytes(of.authority_key_id, issuer.subject_key_id);
}

// Those of a list that may have issued it, those first that are valid at the time.
inline void add_issuers(std::vector<PathStep> &to, const CertificateFacts &of, bool anchor,
                        std::span<const PathCertificate> among, const std::vector<bool> &used,
                        std::int64_t time) {
  std::vector<PathStep> out_of_date;
  for (std::size_t i = 0; i < among.size(); ++i) {
    if ((!used.empty() && used[i]) || !is_issuer_of(among[i].facts, of)) continue;
    const bool valid = policy::judge_time(among[i].facts, 0, time).good();
    (valid ? to : out_of_date).push_back({anchor, i});
  }
  to.insert(to.end(), out_of_date.begin(), out_of_date.end());
}

// How many signatures are verified to tell apart issuers of one name: whoever sends a chain makes us do it.
inline constexpr std::size_t most_trials = 64;

inline std::optional<std::size_t> find_same(DerView der, std::span<const PathCertificate> among) {
  for (std::size_t i = 0; i < among.size(); ++i)
    if (same_bytes(among[i].der, der)) return i;
  return std::nullopt;
}

}  // namespace path

// `sent` is as the peer sent it, leaf first, and not empty. Stops above `most` certificates, so that the policy can say
// that there are too many. `holds(lower, upper)`, about two steps, says whether the one has signed the other: asked where
// several may have, so that of authorities with one name and different keys the right one is found. If none has, the first
// is taken, and judge_path_signatures says what is wrong.
template <class Holds>
FoundPath find_path(std::span<const PathCertificate> sent, std::span<const PathCertificate> anchors,
                    std::int64_t time, std::size_t most, Holds &&holds) {
  FoundPath out;
  const auto add = [&](PathStep step, bool proven) {
    out.steps.push_back(step);
    out.proven.push_back(proven);
    out.facts.push_back((step.anchor ? anchors : sent)[step.index].facts);
    out.anchored = step.anchor;
  };
  if (const auto anchor = path::find_same(sent.front().der, anchors)) {
    add({true, *anchor}, false);
    return out;
  }
  std::vector<bool> used(sent.size());
  std::size_t trials = path::most_trials;
  used[0] = true;
  add({false, 0}, false);
  while (!out.anchored && out.facts.size() <= most) {
    const CertificateFacts last = out.facts.back();
    std::vector<PathStep> issuers;
    path::add_issuers(issuers, last, true, anchors, {}, time);
    if (!policy::is_self_signed(last)) path::add_issuers(issuers, last, false, sent, used, time);
    if (issuers.empty()) break;
    const auto signed_by = [&](PathStep issuer) {
      if (trials == 0) return false;
      --trials;
      return holds(out.steps.back(), issuer);
    };
    const auto tried = issuers.size() > 1 ? std::find_if(issuers.begin(), issuers.end(), signed_by)
                                          : issuers.end();
    const PathStep issuer = tried != issuers.end() ? *tried : issuers.front();
    if (!issuer.anchor) used[issuer.index] = true;
    add(issuer, tried != issuers.end());
  }
  return out;
}

// The signature that does not hold and is nearest to the anchor. `holds(lower, upper)` is about two steps of the path.
template <class Holds>
Verdict judge_path_signatures(const FoundPath &found, Holds &&holds) {
  for (std::size_t i = found.steps.size() - 1; i-- > 0;)
    if (!found.proven[i + 1] && !holds(found.steps[i], found.steps[i + 1]))
      return policy::refuse(PLUGTLS_E_CERT_BAD_SIGNATURE, i);
  return {};
}

}  // namespace plugtls::kit
