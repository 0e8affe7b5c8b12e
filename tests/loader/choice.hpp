// SPDX-License-Identifier: Apache-2.0
// Two backends to choose from, and an environment that says nothing of them.
#ifndef PLUGTLS_TESTS_LOADER_CHOICE_HPP
#define PLUGTLS_TESTS_LOADER_CHOICE_HPP

#include "fixture.hpp"

namespace fixture {

using Names = std::vector<std::string>;

// Two good backends, `second` of the higher priority, and an environment in which the machine says nothing.
struct Choice {
  Directory directory;
  Directory home;
  Environment environment;

  Choice() {
    directory.add_backend("good", 10);
    directory.add_backend("second", 20);
    for (const char *name :
         {"PLUGTLS_BACKEND", "PLUGTLS_PLUGIN_PATH", "PLUGTLS_CONFIG", "PLUGTLS_LOG"})
      environment.set(name, std::nullopt);
    environment.set("HOME", home.path());
    environment.set("XDG_DATA_HOME", (home / "data").string());
    environment.set("XDG_CONFIG_HOME", (home / "config").string());
    environment.set("PLUGTLS_MOCK_MARKER", (home / "marker").string());
  }

  // Reads environment and configuration, but searches only `directory`.
  Options options() const {
    return {.flags = PLUGTLS_REGISTRY_ONLY_DIRECTORIES, .directories = {directory.path()}};
  }
  void user_config(const std::string &text) const {
    home.make_directory("config/plugtls");
    home.write("config/plugtls/config.toml", text);
  }
};

inline std::string opened(Registry &registry, const char *names = nullptr) {
  plugtls_backend *backend = registry.open(names);
  return backend != nullptr ? describe_name(backend) : error_name(registry.open_error());
}

}  // namespace fixture

#endif
