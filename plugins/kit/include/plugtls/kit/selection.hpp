// SPDX-License-Identifier: Apache-2.0
// What a configuration asks for against what a library has: P-CTX-2, -3 and -4.
#pragma once

#include <plugtls/kit/fail.hpp>
#include <plugtls/types.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace plugtls::kit {

inline bool contains(std::span<const std::uint16_t> list, std::uint16_t value) noexcept {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// What of `wanted` is known, in the order wanted, each once.
inline std::vector<std::uint16_t> select_known(std::span<const std::uint16_t> wanted,
                                               std::span<const std::uint16_t> known) {
  std::vector<std::uint16_t> out;
  for (const std::uint16_t value : wanted) {
    if (contains(known, value) && !contains(out, value)) out.push_back(value);
  }
  return out;
}

// P-CTX-4: a list, none of which is known, is refused under its feature's number.
inline std::vector<std::uint16_t> select_or_refuse(std::span<const std::uint16_t> wanted,
                                                   std::span<const std::uint16_t> known,
                                                   std::uint32_t feature, const char *what) {
  std::vector<std::uint16_t> out = select_known(wanted, known);
  if (!out.empty()) return out;
  plugtls_error error = make_error(
      PLUGTLS_E_UNSUPPORTED, "none of the %zu %s asked for is available; see the backend's list",
      wanted.size(), what);
  error.feature = feature;
  throw Error(error);
}

struct VersionRange {
  std::uint16_t min = 0;
  std::uint16_t max = 0;
  [[nodiscard]] bool contains(std::uint16_t version) const noexcept {
    return min <= version && version <= max;
  }
};

constexpr std::uint32_t feature_of_version(std::uint16_t version) noexcept {
  switch (version) {
    case PLUGTLS_VERSION_TLS1_0:
      return PLUGTLS_FEATURE_TLS1_0;
    case PLUGTLS_VERSION_TLS1_1:
      return PLUGTLS_FEATURE_TLS1_1;
    case PLUGTLS_VERSION_TLS1_2:
      return PLUGTLS_FEATURE_TLS1_2;
    case PLUGTLS_VERSION_TLS1_3:
      return PLUGTLS_FEATURE_TLS1_3;
    default:
      return PLUGTLS_FEATURE_NONE;
  }
}

inline std::uint16_t resolve_version(std::uint16_t bound, std::span<const std::uint16_t> available,
                                     std::uint16_t unset) {
  if (bound == PLUGTLS_VERSION_UNSET) return unset;
  if (bound == PLUGTLS_VERSION_MINIMUM_SUPPORTED) return available.front();
  if (bound == PLUGTLS_VERSION_MAXIMUM_SUPPORTED) return available.back();
  if (kit::contains(available, bound)) return bound;
  plugtls_error error =
      make_error(PLUGTLS_E_UNSUPPORTED,
                 "protocol version 0x%04x is not available; this backend has "
                 "0x%04x to 0x%04x",
                 unsigned{bound}, unsigned{available.front()}, unsigned{available.back()});
  error.feature = feature_of_version(bound);
  throw Error(error);
}

// P-CTX-3. `available` is ascending and not empty. An unset lower bound is TLS 1.2, or the highest there is
// below the upper bound's if that is lower: whoever asks for an old version only has asked for it.
inline VersionRange resolve_versions(std::uint16_t min, std::uint16_t max,
                                     std::span<const std::uint16_t> available) {
  const std::uint16_t floor = kit::contains(available, PLUGTLS_VERSION_TLS1_2)
                                  ? std::uint16_t{PLUGTLS_VERSION_TLS1_2}
                                  : available.back();
  const VersionRange range{resolve_version(min, available, floor),
                           resolve_version(max, available, available.back())};
  if (range.min > range.max) {
    raise(PLUGTLS_E_VERSION_RANGE, "the version range 0x%04x to 0x%04x is empty",
          unsigned{range.min}, unsigned{range.max});
  }
  return range;
}

// A backend's capabilities: a table, and one lookup.
struct CapabilityRow {
  std::uint32_t feature;
  std::uint32_t level;
  std::uint64_t value;
  const char *note;
};

inline void answer_capability(std::span<const CapabilityRow> table, std::uint32_t feature,
                              plugtls_capability *out) noexcept {
  plugtls_capability answer{};
  answer.size = static_cast<std::uint32_t>(sizeof answer);
  const auto row = std::find_if(table.begin(), table.end(),
                                [&](const CapabilityRow &r) { return r.feature == feature; });
  if (row == table.end()) {
    set_text(answer.note, "this backend does not know the feature");
  } else {
    answer.level = row->level;
    answer.value = row->value;
    set_text(answer.note, row->note);
  }
  write_sized(out, answer);
}

}  // namespace plugtls::kit
