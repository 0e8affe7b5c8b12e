// SPDX-License-Identifier: Apache-2.0
// What is said when no backend can be used: what was asked, by whom, why each was refused, and what to type next.
#pragma once

#include "library.hpp"
#include "registry.hpp"

#include <string>
#include <vector>

namespace plugtls::loader {

// A name that was tried, and how that ended.
struct Attempt {
  std::string name;
  Refusal refusal;
};

// Fills `err` and answers PLUGTLS_FAILED. `feature` is the need that was not met, if one was not.
plugtls_status report(const plugtls_registry &registry, const std::vector<Attempt> &attempts,
                      uint32_t feature, plugtls_error *err);

}  // namespace plugtls::loader
