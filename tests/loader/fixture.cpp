// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace fixture {

namespace {

// Everything made, removed when the process ends.
struct Leftovers {
  std::vector<fs::path> paths;
  Leftovers() = default;
  Leftovers(const Leftovers &) = delete;
  Leftovers &operator=(const Leftovers &) = delete;
  ~Leftovers() {
    for (const fs::path &path : paths) {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  }
};

Leftovers &leftovers() {
  static Leftovers all;
  return all;
}

void put_variable(const std::string &name, const std::optional<std::string> &value) {
  if (value)
    setenv(name.c_str(), value->c_str(), 1);
  else
    unsetenv(name.c_str());
}

}  // namespace

Environment::~Environment() {
  for (const auto &[name, value] : before_)
    put_variable(name, value);
}

void Environment::set(const std::string &name, std::optional<std::string> value) {
  const char *before = std::getenv(name.c_str());
  before_.try_emplace(name, before != nullptr ? std::optional<std::string>(before) : std::nullopt);
  put_variable(name, value);
}

std::string Manifest::text() const {
  std::ostringstream out;
  out << "manifest_version = 1\nname = \"" << name << "\"\nlibrary = \"" << library
      << "\"\nabi = " << abi << '\n';
  if (priority) out << "priority = " << *priority << '\n';
  out << rest << '\n';
  return out.str();
}

Directory::Directory() {
  std::string pattern = (fs::canonical(fs::temp_directory_path()) / "plugtls-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
  chmod(path_.c_str(), 0755);
  leftovers().paths.push_back(path_);
}

fs::path Directory::add_library(const std::string &variant, std::string file) const {
  const fs::path from = mock_library(variant);
  const fs::path to = path_ / (file.empty() ? from.filename().string() : file);
  fs::copy_file(from, to);
  chmod(to.c_str(), 0755);
  return to;
}

fs::path Directory::add_manifest(const Manifest &manifest) const {
  return write(manifest.name + ".toml", manifest.text());
}

fs::path Directory::write(const std::string &file, std::string_view text, mode_t mode) const {
  const fs::path path = path_ / file;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
  chmod(path.c_str(), mode);
  return path;
}

fs::path Directory::add_backend(const std::string &variant, std::optional<int> priority,
                                const std::string &rest) const {
  const fs::path library = add_library(variant);
  return add_manifest({.name = backend_name(variant),
                       .library = library.filename(),
                       .priority = priority,
                       .rest = rest});
}

fs::path Directory::make_directory(const std::string &name, mode_t mode) const {
  const fs::path path = path_ / name;
  fs::create_directories(path);
  chmod(path.c_str(), mode);
  return path;
}

std::string backend_name(std::string variant) {
  std::replace(variant.begin(), variant.end(), '_', '-');
  return variant;
}

fs::path mock_library(const std::string &variant) {
  return fs::path(PLUGTLS_TEST_MOCK_DIR) / variant / ("plugtls-" + backend_name(variant) + ".so");
}

std::string read_file(const fs::path &path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

Registry::Registry(const Options &options) {
  std::vector<const char *> directories;
  for (const std::string &directory : options.directories)
    directories.push_back(directory.c_str());
  plugtls_registry_options raw = {};
  raw.size = sizeof raw;
  raw.flags = options.flags;
  raw.application = options.application ? options.application->c_str() : nullptr;
  raw.config_file = options.config_file ? options.config_file->c_str() : nullptr;
  raw.directories = directories.data();
  raw.directory_count = directories.size();
  raw.log = [](void *user, int32_t, const char *message) {
    static_cast<std::vector<std::string> *>(user)->emplace_back(message);
  };
  raw.log_user = log_.get();
  plugtls_registry *registry = nullptr;
  status_ = plugtls_registry_create(&raw, &registry, &error_);
  registry_.reset(registry);
}

std::vector<Candidate> Registry::candidates() const {
  std::vector<Candidate> all;
  for (size_t i = 0; i < plugtls_registry_candidate_count(get()); ++i) {
    plugtls_candidate raw = {};
    raw.size = sizeof raw;
    REQUIRE(plugtls_registry_candidate(get(), i, &raw) == PLUGTLS_OK);
    all.push_back({raw.origin, raw.stage, raw.code, raw.priority, raw.name, raw.manifest,
                   raw.library, raw.isolation, raw.detail});
  }
  return all;
}

Candidate Registry::candidate(const std::string &name) const {
  for (Candidate &one : candidates()) {
    if (one.name == name) return std::move(one);
  }
  FAIL("no candidate named " << name);
  return {};
}

plugtls_backend *Registry::open(const char *names, std::vector<plugtls_need> needs) {
  plugtls_backend *backend = nullptr;
  open_error_ = Error();
  open_status_ = plugtls_backend_open(get(), names, needs.empty() ? nullptr : needs.data(),
                                      needs.size(), &backend, &open_error_);
  return open_status_ == PLUGTLS_OK ? backend : nullptr;
}

std::vector<std::string> Registry::resolve(const char *names, uint32_t *rule, std::string *source) {
  plugtls_resolution raw = {};
  raw.size = sizeof raw;
  open_error_ = Error();
  open_status_ = plugtls_registry_resolve(get(), names, &raw, &open_error_);
  if (open_status_ != PLUGTLS_OK) return {};
  if (rule != nullptr) *rule = raw.rule;
  if (source != nullptr) *source = raw.source;
  return {raw.names, raw.names + raw.name_count};
}

std::string describe_name(const plugtls_backend *backend) {
  plugtls_backend_description raw = {};
  raw.size = sizeof raw;
  plugtls_backend_describe(backend, &raw);
  return raw.name;
}

std::string error_name(const plugtls_error &error) {
  return plugtls_error_name(error.code);
}

}  // namespace fixture
