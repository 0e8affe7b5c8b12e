// SPDX-License-Identifier: Apache-2.0
// What a registry sees in this process, printed. It holds the loader itself, because the dynamic linker does not
// look where a privileged program's $ORIGIN points.
#include <plugtls/plugtls.h>

#include <sys/auxv.h>

#include <cstdio>

#ifdef PLUGTLS_TEST_SIMULATE_PRIVILEGED
// Stands in for the C library's (linked with --wrap) where the test cannot make a set-user-ID program.
extern "C" unsigned long __real_getauxval(unsigned long type);
extern "C" unsigned long __wrap_getauxval(unsigned long type);
extern "C" unsigned long __wrap_getauxval(unsigned long type) {
  return type == AT_SECURE ? 1 : __real_getauxval(type);
}
#endif

#ifdef PLUGTLS_SANITIZED
// The leak checker attaches to its own process, which the system forbids to a privileged one.
extern "C" __attribute__((visibility("default"))) const char *__asan_default_options();
extern "C" const char *__asan_default_options() {
  return "detect_leaks=0";
}
#endif

namespace {

void print_directories(const plugtls_registry *registry) {
  for (size_t i = 0; i < plugtls_registry_directory_count(registry); ++i) {
    plugtls_search_directory one = {};
    one.size = sizeof one;
    plugtls_registry_directory(registry, i, &one);
    std::printf("directory origin %u searched %u %s (%s)\n", one.origin, one.searched, one.path,
                one.detail);
  }
}

void print_candidates(const plugtls_registry *registry) {
  for (size_t i = 0; i < plugtls_registry_candidate_count(registry); ++i) {
    plugtls_candidate one = {};
    one.size = sizeof one;
    plugtls_registry_candidate(registry, i, &one);
    std::printf("candidate %s origin %u stage %u\n", one.name, one.origin, one.stage);
  }
}

void print_resolution(plugtls_registry *registry) {
  plugtls_resolution one = {};
  one.size = sizeof one;
  plugtls_error error = PLUGTLS_ERROR_INIT;
  if (plugtls_registry_resolve(registry, nullptr, &one, &error) != PLUGTLS_OK) {
    std::printf("rule 4 none: %s\n", error.message);
    return;
  }
  std::printf("rule %u", one.rule);
  for (uint32_t i = 0; i < one.name_count; ++i)
    std::printf(" %s", one.names[i]);
  std::printf("\n");
}

}  // namespace

int main() {
  std::printf("privileged %lu\n", getauxval(AT_SECURE));
  plugtls_registry *registry = nullptr;
  plugtls_error error = PLUGTLS_ERROR_INIT;
  if (plugtls_registry_create(nullptr, &registry, &error) != PLUGTLS_OK) {
    std::printf("no registry: %s\n", error.message);
    return 1;
  }
  print_directories(registry);
  print_candidates(registry);
  print_resolution(registry);
  plugtls_registry_free(registry);
  return 0;
}
