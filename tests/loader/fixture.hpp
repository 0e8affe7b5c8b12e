// SPDX-License-Identifier: Apache-2.0
// What the loader's tests share: a private world for each case (directories, environment, registry) with good
// defaults, of which a case changes one thing.
#ifndef PLUGTLS_TESTS_LOADER_FIXTURE_HPP
#define PLUGTLS_TESTS_LOADER_FIXTURE_HPP

#include <plugtls/plugtls.h>

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fixture {

namespace fs = std::filesystem;

// An error to hand to the C API.
struct Error : plugtls_error {
  Error() : plugtls_error(PLUGTLS_ERROR_INIT) {}
  std::string_view text() const { return message; }
};

// Sets, or with nullopt unsets, environment variables until it goes out of scope.
class Environment {
 public:
  Environment() = default;
  Environment(const std::string &name, std::optional<std::string> value) { set(name, value); }
  ~Environment();
  Environment(const Environment &) = delete;
  Environment &operator=(const Environment &) = delete;
  void set(const std::string &name, std::optional<std::string> value);

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

// A manifest's text; std::nullopt leaves a key out.
struct Manifest {
  std::string name = {};
  std::string library = {};
  int abi = 1;
  std::optional<int> priority = {};
  std::string rest = {};  // further lines

  std::string text() const;
};

// A new directory under the system's temporary one. It stays until the process ends: the dynamic linker knows a
// library by its inode, and must not be shown another library under an inode it has seen.
class Directory {
 public:
  Directory();
  const fs::path &path() const { return path_; }
  fs::path operator/(std::string_view name) const { return path_ / name; }

  // Copies a mock variant in as NAME.so (default plugtls-<variant>.so) and returns its path.
  fs::path add_library(const std::string &variant, std::string file = {}) const;
  // Writes NAME.toml.
  fs::path add_manifest(const Manifest &manifest) const;
  fs::path write(const std::string &file, std::string_view text, mode_t mode = 0644) const;
  // A mock's copy and its manifest; what most cases begin with.
  fs::path add_backend(const std::string &variant, std::optional<int> priority = {},
                       const std::string &rest = {}) const;
  fs::path make_directory(const std::string &name, mode_t mode = 0755) const;

 private:
  fs::path path_;
};

// The name of the backend a variant is: its own, with - for _.
std::string backend_name(std::string variant);
fs::path mock_library(const std::string &variant);
std::string read_file(const fs::path &path);

struct RegistryDeleter {
  void operator()(plugtls_registry *registry) const { plugtls_registry_free(registry); }
};
using RegistryPtr = std::unique_ptr<plugtls_registry, RegistryDeleter>;

struct Options {
  uint32_t flags = PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT | PLUGTLS_REGISTRY_IGNORE_CONFIG |
                   PLUGTLS_REGISTRY_ONLY_DIRECTORIES;
  std::vector<std::string> directories = {};
  std::optional<std::string> application = {};
  std::optional<std::string> config_file = {};
};

struct Candidate {
  uint32_t origin, stage;
  int32_t code, priority;
  std::string name, manifest, library, isolation, detail;
};

// A registry and what it said. By default it sees the given directories and nothing else of the machine.
class Registry {
 public:
  explicit Registry(const Directory &directory)
      : Registry(Options{.directories = {directory.path()}}) {}
  explicit Registry(const Options &options);

  plugtls_registry *get() const { return registry_.get(); }
  plugtls_status status() const { return status_; }
  const Error &error() const { return error_; }
  std::vector<Candidate> candidates() const;
  Candidate candidate(const std::string &name) const;  // the first of that name
  const std::vector<std::string> &log() const { return *log_; }

  plugtls_backend *open(const char *names, std::vector<plugtls_need> needs = {});
  const Error &open_error() const { return open_error_; }
  plugtls_status open_status() const { return open_status_; }
  std::vector<std::string> resolve(const char *names, uint32_t *rule = nullptr,
                                   std::string *source = nullptr);

 private:
  std::shared_ptr<std::vector<std::string>> log_ = std::make_shared<std::vector<std::string>>();
  RegistryPtr registry_;
  plugtls_status status_ = PLUGTLS_OK, open_status_ = PLUGTLS_OK;
  Error error_, open_error_;
};

std::string describe_name(const plugtls_backend *backend);
std::string error_name(const plugtls_error &error);

}  // namespace fixture

#endif
