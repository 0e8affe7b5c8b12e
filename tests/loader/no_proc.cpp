// SPDX-License-Identifier: Apache-2.0
// A process without /proc, as in a bare chroot: backends are found, opened and refused as anywhere. It holds the loader
// itself, linked with --wrap, so that what it opens can be seen to.
#include <plugtls/plugtls.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

bool is_in_proc(const char *path) {
  return std::strncmp(path, "/proc/", 6) == 0;
}

}  // namespace

extern "C" int __real_open(const char *path, int flags, ...);
extern "C" int __wrap_open(const char *path, int flags, ...);
extern "C" int __wrap_open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if (!is_in_proc(path)) return __real_open(path, flags, mode);
  errno = ENOENT;
  return -1;
}

extern "C" ssize_t __real_readlink(const char *path, char *out, size_t size);
extern "C" ssize_t __wrap_readlink(const char *path, char *out, size_t size);
extern "C" ssize_t __wrap_readlink(const char *path, char *out, size_t size) {
  if (!is_in_proc(path)) return __real_readlink(path, out, size);
  errno = ENOENT;
  return -1;
}

namespace {

namespace fs = std::filesystem;

int opens(const fs::path &directory, const char *name, int32_t expected) {
  const std::string path = directory;
  const char *directories[] = {path.c_str()};
  plugtls_registry_options options = {};
  options.size = sizeof options;
  options.flags = PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT | PLUGTLS_REGISTRY_IGNORE_CONFIG |
                  PLUGTLS_REGISTRY_ONLY_DIRECTORIES;
  options.directories = directories;
  options.directory_count = 1;
  plugtls_error error = PLUGTLS_ERROR_INIT;
  plugtls_registry *registry = nullptr;
  plugtls_backend *backend = nullptr;
  if (plugtls_registry_create(&options, &registry, &error) == PLUGTLS_OK)
    plugtls_backend_open(registry, name, nullptr, 0, &backend, &error);
  plugtls_registry_free(registry);
  std::printf("%s: %s %s\n", name, plugtls_error_name(error.code), error.message);
  return error.code == expected && (backend != nullptr) == (expected == PLUGTLS_E_NONE) ? 1 : 0;
}

}  // namespace

int main() {
  std::string pattern = (fs::canonical(fs::temp_directory_path()) / "plugtls-proc-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return 1;
  const fs::path directory = pattern;
  std::ofstream(directory / "good.toml") << "manifest_version = 1\nabi = 1\nname = \"good\"\n"
                                            "library = \"plugtls-good.so\"\n";
  fs::copy_file(PLUGTLS_TEST_MOCK_DIR "/good/plugtls-good.so", directory / "plugtls-good.so");
  fs::copy_file(PLUGTLS_TEST_MOCK_DIR "/second/plugtls-second.so", directory / "foreign.so");
  std::fstream(directory / "foreign.so", std::ios::in | std::ios::out | std::ios::binary)
      .seekp(18)
      .write("\xf3\x7e", 2);  // of a machine there is not
  std::ofstream(directory / "second.toml")
      << "manifest_version = 1\nabi = 1\nname = \"second\"\nlibrary = \"foreign.so\"\n";
  const int good = opens(directory, "good", PLUGTLS_E_NONE) +
                   opens(directory, "second", PLUGTLS_E_NOT_A_BACKEND);
  fs::remove_all(directory);
  return good == 2 ? 0 : 1;
}
