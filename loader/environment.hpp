// SPDX-License-Identifier: Apache-2.0
// What the surroundings say, read once and passed on as a value, so that resolution is a pure function.
#pragma once

#include <optional>
#include <string>

namespace plugtls::loader {

struct Environment {
  bool privileged = false;  // set-id or capabilities: variables and the user's files do not count
  std::optional<std::string> backend;
  std::optional<std::string> plugin_path;
  std::optional<std::string> config;
  std::optional<std::string> log;
  std::optional<std::string> data_home;  // resolved to an absolute directory
  std::optional<std::string> config_home;
};

// Of this process. With `ignore`, as if no variable were set.
Environment read_environment(bool ignore);

}  // namespace plugtls::loader
