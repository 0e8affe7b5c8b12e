// SPDX-License-Identifier: Apache-2.0
/// Finding backends (B1): what there is, where it was looked for, what would be chosen. Nothing here opens a library.
#ifndef PLUGTLS_REGISTRY_HPP
#define PLUGTLS_REGISTRY_HPP

#include "plugtls/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plugtls {

enum class LogLevel : std::int32_t {
  error = PLUGTLS_LOG_ERROR,
  warning = PLUGTLS_LOG_WARNING,
  info = PLUGTLS_LOG_INFO,
  debug = PLUGTLS_LOG_DEBUG,
};

/// How a registry looks for backends; as it stands: as the environment says (docs/environment.md).
struct RegistryOptions {
  /// No variable has a say in which backends are found and chosen, and in what this registry logs. What an opened backend
  /// does with one is not the registry's: it logs as $PLUGTLS_LOG says, and $SSL_CERT_FILE is its system's store.
  bool ignore_environment = false;
  bool ignore_configuration = false;
  /// Only `directories` are searched.
  bool only_directories = false;
  /// Section of the configuration; empty: the program's short name.
  std::string application = {};
  /// In place of $PLUGTLS_CONFIG, the user's and the system's; empty: those.
  std::string config_file = {};
  /// Searched first, in this order.
  std::vector<std::string> directories = {};
  /// Empty: standard error, as $PLUGTLS_LOG says. It must not throw.
  std::function<void(LogLevel, std::string_view)> log = {};
};

/// Where a manifest was found, in the order of precedence.
enum class Origin : std::uint32_t {
  program = PLUGTLS_ORIGIN_PROGRAM,
  environment = PLUGTLS_ORIGIN_ENVIRONMENT,
  user = PLUGTLS_ORIGIN_USER,
  system = PLUGTLS_ORIGIN_SYSTEM,
  installed = PLUGTLS_ORIGIN_INSTALLED,
};

/// How far a candidate got.
enum class Stage : std::uint32_t {
  found = PLUGTLS_STAGE_FOUND,
  shadowed = PLUGTLS_STAGE_SHADOWED,
  refused = PLUGTLS_STAGE_REFUSED,
  opened = PLUGTLS_STAGE_OPENED,
};

/// Which rule chooses when the program names no backend.
enum class Rule : std::uint32_t {
  argument = PLUGTLS_RULE_ARGUMENT,
  environment = PLUGTLS_RULE_ENVIRONMENT,
  configuration = PLUGTLS_RULE_CONFIG,
  priority = PLUGTLS_RULE_PRIORITY,
};

constexpr std::string_view name(Origin origin) noexcept {
  switch (origin) {
    case Origin::program:
      return "program";
    case Origin::environment:
      return "environment";
    case Origin::user:
      return "user";
    case Origin::system:
      return "system";
    case Origin::installed:
      return "installed";
  }
  return "unknown";
}

constexpr std::string_view name(Stage stage) noexcept {
  switch (stage) {
    case Stage::found:
      return "found";
    case Stage::shadowed:
      return "shadowed";
    case Stage::refused:
      return "refused";
    case Stage::opened:
      return "opened";
  }
  return "unknown";
}

constexpr std::string_view name(Rule rule) noexcept {
  switch (rule) {
    case Rule::argument:
      return "argument";
    case Rule::environment:
      return "environment";
    case Rule::configuration:
      return "configuration";
    case Rule::priority:
      return "priority";
  }
  return "unknown";
}

/// One manifest and its fate.
struct Candidate {
  std::string name;
  Origin origin;
  Stage stage;
  /// Why it was refused, if it was.
  errc code;
  int priority;
  std::uint32_t abi_major;
  std::string manifest;  ///< path
  std::string library;   ///< resolved path, or as written if it could not be resolved
  std::string description;
  std::string vendor;
  std::string license;
  std::string isolation;  ///< "local" or "deepbind"
  std::string detail;     ///< why refused, or which manifest shadows it
};

/// One directory that was searched, or not, and why not.
struct SearchDirectory {
  std::string path;
  Origin origin;
  bool searched;
  std::string detail;
};

/// What a request resolves to.
struct Resolution {
  Rule rule;
  /// "argument", "PLUGTLS_BACKEND", the file and key, or "priority".
  std::string source;
  /// To be tried in this order.
  std::vector<std::string> names;
};

/// Reads manifests and configuration. A malformed manifest is a refused candidate; a malformed configuration file is a
/// ConfigurationError. Used by one thread at a time.
class Registry {
 public:
  Registry() : Registry(RegistryOptions{}) {}
  explicit Registry(const RegistryOptions &options)
      : log_(options.log ? std::make_unique<Log>(options.log) : nullptr) {
    std::vector<const char *> directories;
    for (const std::string &directory : options.directories)
      directories.push_back(directory.c_str());
    plugtls_registry_options c{};
    c.size = sizeof c;
    if (options.ignore_environment) c.flags |= PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT;
    if (options.ignore_configuration) c.flags |= PLUGTLS_REGISTRY_IGNORE_CONFIG;
    if (options.only_directories) c.flags |= PLUGTLS_REGISTRY_ONLY_DIRECTORIES;
    if (!options.application.empty()) c.application = options.application.c_str();
    if (!options.config_file.empty()) c.config_file = options.config_file.c_str();
    c.directories = directories.data();
    c.directory_count = directories.size();
    if (log_) {
      c.log = &write_log;
      c.log_user = log_.get();
    }
    plugtls_registry *registry = nullptr;
    detail::call(&plugtls_registry_create, &c, &registry);
    handle_.reset(registry);
  }

  /// Every manifest seen, winners and losers, in order of precedence.
  std::vector<Candidate> candidates() const {
    std::vector<Candidate> out;
    const std::size_t count = plugtls_registry_candidate_count(handle_.get());
    for (std::size_t i = 0; i < count; ++i) {
      plugtls_candidate c{};
      c.size = sizeof c;
      if (plugtls_registry_candidate(handle_.get(), i, &c) != PLUGTLS_OK) continue;
      out.push_back({c.name, static_cast<Origin>(c.origin), static_cast<Stage>(c.stage),
                     static_cast<errc>(c.code), c.priority, c.abi_major, c.manifest, c.library,
                     c.description, c.vendor, c.license, c.isolation, c.detail});
    }
    return out;
  }

  std::vector<SearchDirectory> directories() const {
    std::vector<SearchDirectory> out;
    const std::size_t count = plugtls_registry_directory_count(handle_.get());
    for (std::size_t i = 0; i < count; ++i) {
      plugtls_search_directory c{};
      c.size = sizeof c;
      if (plugtls_registry_directory(handle_.get(), i, &c) != PLUGTLS_OK) continue;
      out.push_back({c.path, static_cast<Origin>(c.origin), c.searched != 0, c.detail});
    }
    return out;
  }

  /// The ordered list that `names` ("wolfssl,openssl") resolves to; empty: what the environment and configuration say.
  Resolution resolve(std::string_view names = {}) {
    const std::string terminated(names);
    plugtls_resolution c{};
    c.size = sizeof c;
    detail::call(&plugtls_registry_resolve, handle_.get(),
                 terminated.empty() ? nullptr : terminated.c_str(), &c);
    Resolution out{static_cast<Rule>(c.rule), c.source, {}};
    for (std::uint32_t i = 0; i < c.name_count; ++i)
      out.names.emplace_back(c.names[i]);
    return out;
  }

  plugtls_registry *handle() const noexcept { return handle_.get(); }

 private:
  using Log = std::function<void(LogLevel, std::string_view)>;
  struct Free {
    void operator()(plugtls_registry *registry) const noexcept { plugtls_registry_free(registry); }
  };

  static void write_log(void *user, std::int32_t level, const char *message) noexcept {
    (*static_cast<const Log *>(user))(static_cast<LogLevel>(level), message);
  }

  std::unique_ptr<Log> log_;  // at one address, wherever the registry moves
  std::unique_ptr<plugtls_registry, Free> handle_;
};

}  // namespace plugtls

#endif
