// SPDX-License-Identifier: Apache-2.0
// The `backend` key of a configuration file.
#pragma once

#include "resolve.hpp"

#include <optional>
#include <string>

namespace plugtls::loader {

enum class ConfigOutcome {
  absent,
  says_nothing,
  says,
  malformed
};

// Looks for [application.NAME] first, then the top level. `why` is set for malformed.
ConfigOutcome read_config_file(const std::string &path, const std::string &application, Choice &out,
                               std::string &why);

}  // namespace plugtls::loader
