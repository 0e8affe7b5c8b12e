// SPDX-License-Identifier: Apache-2.0
#include "environment.hpp"

#include <sys/auxv.h>

#include <cstdlib>

namespace plugtls::loader {

namespace {

std::optional<std::string> variable(const char *name) {
  const char *value = secure_getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

// The XDG base directory rules: a relative path is no path; unset is below the home directory.
std::optional<std::string> base_directory(const char *name, const char *below_home) {
  if (auto value = variable(name); value && value->front() == '/') return value;
  const auto home = variable("HOME");
  if (!home || home->front() != '/') return std::nullopt;
  return *home + below_home;
}

}  // namespace

Environment read_environment(bool ignore) {
  Environment out;
  out.privileged = getauxval(AT_SECURE) != 0;
  if (ignore || out.privileged) return out;
  out.backend = variable("PLUGTLS_BACKEND");
  out.plugin_path = variable("PLUGTLS_PLUGIN_PATH");
  out.config = variable("PLUGTLS_CONFIG");
  out.log = variable("PLUGTLS_LOG");
  out.data_home = base_directory("XDG_DATA_HOME", "/.local/share");
  out.config_home = base_directory("XDG_CONFIG_HOME", "/.config");
  return out;
}

}  // namespace plugtls::loader
