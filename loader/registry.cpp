// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"

#include "config_file.hpp"
#include "guard.hpp"
#include "search.hpp"

#include <errno.h>

#include <algorithm>
#include <memory>

using namespace plugtls::loader;

Candidate *plugtls_registry::find(std::string_view name) {
  const auto found = std::ranges::find_if(candidates, [&](const Candidate &candidate) {
    return candidate.stage != PLUGTLS_STAGE_SHADOWED && candidate.manifest.name == name;
  });
  return found == candidates.end() ? nullptr : &*found;
}

std::string plugtls_registry::known_names() const {
  std::string out;
  for (const Candidate &candidate : candidates)
    if (candidate.stage != PLUGTLS_STAGE_SHADOWED)
      out += (out.empty() ? "" : ", ") + candidate.manifest.name;
  return out.empty() ? "none" : out;
}

std::string plugtls_registry::searched_places() const {
  std::string out;
  for (const Directory &directory : directories)
    out += (out.empty() ? "" : ", ") + directory.path;
  return out.empty() ? "any directory" : out;
}

namespace {

std::vector<std::string> config_files(const plugtls_registry_options &options,
                                      const Environment &environment) {
  if ((options.flags & PLUGTLS_REGISTRY_IGNORE_CONFIG) != 0) return {};
  if (options.config_file != nullptr) return {options.config_file};
  if (environment.config) return {*environment.config};
  std::vector<std::string> out;
  if (environment.config_home) out.push_back(*environment.config_home + "/plugtls/config.toml");
  out.emplace_back("/etc/plugtls/config.toml");
  return out;
}

plugtls_status read_configuration(plugtls_registry &registry,
                                  const plugtls_registry_options &options, plugtls_error *err) {
  const std::string application =
      options.application != nullptr ? options.application : program_invocation_short_name;
  const bool named = options.config_file != nullptr || registry.environment.config.has_value();
  for (const std::string &path : config_files(options, registry.environment)) {
    ConfigFile file = read_config_file(path, application);
    for (const std::string &key : file.unknown_keys)
      registry.log(PLUGTLS_LOG_WARNING, key + " is a key that this libplugtls does not know");
    switch (file.outcome) {
      case ConfigOutcome::malformed:
        return fail(err, PLUGTLS_E_CONFIGURATION_FILE, "configuration file %s: %s", path.c_str(),
                    file.why.c_str());
      case ConfigOutcome::says:
        registry.configured = std::move(file.choice);
        return PLUGTLS_OK;
      case ConfigOutcome::absent:
        if (named)
          return fail(err, PLUGTLS_E_CONFIGURATION_FILE, "configuration file %s does not exist",
                      path.c_str());
        break;
      case ConfigOutcome::says_nothing:
        break;
    }
  }
  return PLUGTLS_OK;
}

}  // namespace

extern "C" {

plugtls_status plugtls_registry_create(const plugtls_registry_options *given,
                                       plugtls_registry **out, plugtls_error *err) {
  return guard(err, [&] {
    plugtls_registry_options options{};
    constexpr uint32_t known_flags = PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT |
                                     PLUGTLS_REGISTRY_IGNORE_CONFIG |
                                     PLUGTLS_REGISTRY_ONLY_DIRECTORIES;
    if (!take_sized(given, options) || (options.flags & ~known_flags) != 0)
      return fail(
          err, PLUGTLS_E_INVALID_ARGUMENT,
          "the registry's options have settings or flags that are newer than this libplugtls");
    auto registry = std::make_unique<plugtls_registry>();
    registry->environment =
        read_environment((options.flags & PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT) != 0);
    const auto &level = registry->environment.log;
    registry->log =
        Log(options.log, options.log_user,
            options.log != nullptr ? PLUGTLS_LOG_DEBUG
                                   : Log::level_from_name(level ? level->c_str() : nullptr));
    registry->directories = search_path(options, registry->environment);
    search(*registry);
    const plugtls_status status = read_configuration(*registry, options, err);
    if (status == PLUGTLS_OK) *out = registry.release();
    return status;
  });
}

void plugtls_registry_free(plugtls_registry *registry) {
  const std::unique_ptr<plugtls_registry> owned(registry);
}

size_t plugtls_registry_candidate_count(const plugtls_registry *registry) {
  return registry->candidates.size();
}

plugtls_status plugtls_registry_candidate(const plugtls_registry *registry, size_t index,
                                          plugtls_candidate *out) {
  if (index >= registry->candidates.size()) return PLUGTLS_FAILED;
  const Candidate &candidate = registry->candidates[index];
  const Manifest &manifest = candidate.manifest;
  put_sized(out, plugtls_candidate{sizeof(plugtls_candidate), candidate.origin, candidate.stage,
                                   candidate.code, manifest.priority, manifest.abi_major,
                                   manifest.name.c_str(), candidate.path.c_str(),
                                   candidate.library.c_str(), manifest.description.c_str(),
                                   manifest.vendor.c_str(), manifest.license.c_str(),
                                   manifest.isolation.c_str(), candidate.detail.c_str()});
  return PLUGTLS_OK;
}

size_t plugtls_registry_directory_count(const plugtls_registry *registry) {
  return registry->directories.size();
}

plugtls_status plugtls_registry_directory(const plugtls_registry *registry, size_t index,
                                          plugtls_search_directory *out) {
  if (index >= registry->directories.size()) return PLUGTLS_FAILED;
  const Directory &directory = registry->directories[index];
  put_sized(out, plugtls_search_directory{sizeof(plugtls_search_directory), directory.origin,
                                          directory.searched ? 1U : 0U, 0, directory.path.c_str(),
                                          directory.detail.c_str()});
  return PLUGTLS_OK;
}

plugtls_status plugtls_registry_resolve(plugtls_registry *registry, const char *names,
                                        plugtls_resolution *out, plugtls_error *err) {
  return guard(err, [&] {
    std::vector<Ranked> usable;
    for (const Candidate &candidate : registry->candidates)
      if (candidate.stage == PLUGTLS_STAGE_FOUND || candidate.stage == PLUGTLS_STAGE_OPENED)
        usable.push_back({candidate.manifest.name, candidate.manifest.priority});
    std::string why;
    auto resolution =
        resolve(names != nullptr ? std::optional<std::string>(names) : std::nullopt,
                registry->environment.backend, registry->configured, std::move(usable), why);
    if (!resolution) return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "%s", why.c_str());
    registry->resolution = std::move(*resolution);
    registry->resolution_names.clear();
    for (const std::string &name : registry->resolution.names)
      registry->resolution_names.push_back(name.c_str());
    put_sized(out, plugtls_resolution{sizeof(plugtls_resolution), registry->resolution.rule,
                                      static_cast<uint32_t>(registry->resolution_names.size()), 0,
                                      registry->resolution_names.data(),
                                      registry->resolution.source.c_str()});
    return plugtls_status{PLUGTLS_OK};
  });
}

}  // extern "C"
