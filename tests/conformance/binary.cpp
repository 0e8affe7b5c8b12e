// SPDX-License-Identifier: Apache-2.0
// The file itself: what a backend shows to the process it is loaded into, and what it needs of it. plugtls_add_backend
// sees to all of it (docs/design.md, 2).
#include "cases.hpp"
#include "support/elf_file.hpp"

#include <dlfcn.h>

#include <memory>

namespace {

std::string path_of(const std::string &backend) {
  plugtls_backend_description out{};
  out.size = sizeof out;
  plugtls_backend_describe(open_backend(backend), &out);
  return out.path;
}

// The library's own handle, through which only it and what it depends on is searched.
std::shared_ptr<void> handle_of(const std::string &path) {
  return {dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD), [](void *handle) {
            if (handle != nullptr) dlclose(handle);
          }};
}

}  // namespace

TEST_CASE("B2 the file exports plugtls_backend_entry and nothing else", "[binary]") {
  FOR_EVERY_BACKEND(name);
  CHECK(read_elf_file(path_of(name)).exported == std::vector<std::string>{"plugtls_backend_entry"});
}

TEST_CASE("B13 what the file needs, its own dependencies have, and not the host program",
          "[binary]") {
  FOR_EVERY_BACKEND(name);
  const std::string path = path_of(name);
  const auto handle = handle_of(path);
  REQUIRE(handle != nullptr);
  std::vector<std::string> missing;
  for (const std::string &symbol : read_elf_file(path).undefined)
    if (dlsym(handle.get(), symbol.c_str()) == nullptr) missing.push_back(symbol);
#ifdef PLUGTLS_SANITIZED
  // A sanitizer's run-time functions are the program's to supply.
  std::erase_if(missing, [](const std::string &symbol) { return symbol.rfind("__", 0) == 0; });
#endif
  CHECK(missing == std::vector<std::string>{});
}

TEST_CASE("B2 the file is hardened, bound at load and never unloaded", "[binary]") {
  FOR_EVERY_BACKEND(name);
  const ElfFile file = read_elf_file(path_of(name));
  CHECK_FALSE(file.executable_stack);
  CHECK_FALSE(file.text_relocations);
  CHECK(file.relro);
  CHECK(file.bind_now);
  CHECK(file.never_unloaded);
}

// The distribution's own directories are root's, and some libraries live below them where the dynamic linker does not look.
TEST_CASE("B2 the file looks for libraries nowhere but beside itself and in the system",
          "[binary]") {
  FOR_EVERY_BACKEND(name);
  std::vector<std::string> elsewhere;
  for (const std::string &path : read_elf_file(path_of(name)).search_path)
    if (!path.starts_with("$ORIGIN") && !path.starts_with("/usr/lib/")) elsewhere.push_back(path);
  CHECK(elsewhere == std::vector<std::string>{});
}
