// SPDX-License-Identifier: Apache-2.0
// The `backend` key of a configuration file.
#pragma once

#include "resolve.hpp"

#include <string>
#include <vector>

namespace plugtls::loader {

enum class ConfigOutcome {
  absent,
  says_nothing,
  says,
  malformed
};

struct ConfigFile {
  ConfigOutcome outcome = ConfigOutcome::absent;
  Choice choice;                          // if it says
  std::string why;                        // if it is malformed
  std::vector<std::string> unknown_keys;  // "FILE: line 7: colour"; of a later version, or misspelt
};

// Looks for [application.NAME] first, then the top level.
ConfigFile read_config_file(const std::string &path, const std::string &application);

}  // namespace plugtls::loader
