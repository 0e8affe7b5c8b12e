// SPDX-License-Identifier: Apache-2.0
// Two libplugtls in one process: the program's, and one that a plugin of the program's brought along.
#include "fixture.hpp"
#include "toy.h"

#include <catch2/catch_test_macros.hpp>

#include <dlfcn.h>

using namespace fixture;

namespace {

// The file that this program's own libplugtls came from.
fs::path own_library() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void *>(&plugtls_version), &info) == 0) return {};
  return info.dli_fname;
}

// A copy under a name of its own, so that the dynamic linker takes it for another library. Never unloaded: it pins backends.
class Copy {
 public:
  explicit Copy(const Directory &directory) {
    const fs::path file = directory / "libplugtls-copy.so";
    fs::copy_file(own_library(), file);
    handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  bool good() const { return handle_ != nullptr; }

  // The copy's function of that name; `own` is for its type.
  template <class Function>
  Function *operator()(const char *name, Function *own) const {
    void *symbol = dlsym(handle_, name);
    if (symbol == reinterpret_cast<void *>(own)) return nullptr;  // not the copy's
    return reinterpret_cast<Function *>(symbol);
  }

 private:
  void *handle_ = nullptr;
};

// Answers by itself what it is asked, and shows whose functions it was reached by.
plugtls_backend *open_by(const Copy &copy, const Directory &directory,
                         plugtls_registry **out_registry) {
  const std::string path = directory.path();
  const char *directories[] = {path.c_str()};
  plugtls_registry_options options = {};
  options.size = sizeof options;
  options.flags = PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT | PLUGTLS_REGISTRY_IGNORE_CONFIG |
                  PLUGTLS_REGISTRY_ONLY_DIRECTORIES;
  options.directories = directories;
  options.directory_count = 1;
  options.log = [](void *, int32_t, const char *) {};
  auto *const create = copy("plugtls_registry_create", &plugtls_registry_create);
  auto *const open = copy("plugtls_backend_open", &plugtls_backend_open);
  REQUIRE(create != nullptr);
  REQUIRE(open != nullptr);
  Error error;
  REQUIRE(create(&options, out_registry, &error) == PLUGTLS_OK);
  plugtls_backend *backend = nullptr;
  const plugtls_status status = open(*out_registry, "good", nullptr, 0, &backend, &error);
  INFO(error.text());
  REQUIRE(status == PLUGTLS_OK);
  return backend;
}

}  // namespace

TEST_CASE("P-ENTRY-1 two copies of libplugtls in one process open the same backend", "[process]") {
  const Directory directory;
  directory.add_backend("good");
  const Copy copy(directory);
  REQUIRE(copy.good());
  Registry registry(directory);
  plugtls_backend *own = registry.open("good");
  REQUIRE(own != nullptr);
  plugtls_registry *other_registry = nullptr;
  plugtls_backend *other = open_by(copy, directory, &other_registry);
  CHECK(other != own);

  // Each makes contexts of its own, by the one backend.
  plugtls_config config = {};
  config.size = sizeof config;
  config.role = PLUGTLS_ROLE_CLIENT;
  plugtls_context *context = nullptr;
  plugtls_context *other_context = nullptr;
  REQUIRE(plugtls_context_create(own, &config, nullptr, &context, nullptr) == PLUGTLS_OK);
  auto *const create = copy("plugtls_context_create", &plugtls_context_create);
  auto *const backend_of = copy("plugtls_context_backend", &plugtls_context_backend);
  auto *const free_context = copy("plugtls_context_free", &plugtls_context_free);
  auto *const free_registry = copy("plugtls_registry_free", &plugtls_registry_free);
  REQUIRE(create(other, &config, nullptr, &other_context, nullptr) == PLUGTLS_OK);
  CHECK(plugtls_context_backend(context) == own);
  CHECK(backend_of(other_context) == other);
  plugtls_context_free(context);
  free_context(other_context);
  free_registry(other_registry);
}
