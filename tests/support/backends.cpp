// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"

#include <cstdlib>
#include <map>
#include <sstream>

namespace support {
namespace {

plugtls_registry *registry() {
  static const RegistryPtr instance = [] {
    plugtls_registry *out = nullptr;
    Error error;
    if (plugtls_registry_create(nullptr, &out, &error) != PLUGTLS_OK)
      throw Failure("plugtls_registry_create", error);
    return RegistryPtr(out);
  }();
  return instance.get();
}

std::vector<std::string> named_by_environment() {
  std::vector<std::string> out;
  const char *value = std::getenv("PLUGTLS_TEST_BACKENDS");
  std::istringstream text(value != nullptr ? value : "");
  for (std::string name; std::getline(text, name, ',');)
    out.push_back(name);
  return out;
}

std::vector<std::string> found_by_registry() {
  std::vector<std::string> out;
  const size_t count = plugtls_registry_candidate_count(registry());
  for (size_t i = 0; i < count; ++i) {
    plugtls_candidate candidate{};
    candidate.size = sizeof candidate;
    if (plugtls_registry_candidate(registry(), i, &candidate) != PLUGTLS_OK) continue;
    // A refused one stays in the list: opening it then fails the case with the reason.
    if (candidate.stage != PLUGTLS_STAGE_SHADOWED) out.emplace_back(candidate.name);
  }
  return out;
}

}  // namespace

std::vector<std::string> backend_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out = named_by_environment();
    if (out.empty()) out = found_by_registry();
    if (out.empty()) throw std::runtime_error("no backend was found");
    return out;
  }();
  return names;
}

plugtls_backend *open_backend(const std::string &name) {
  plugtls_backend *out = nullptr;
  Error error;
  if (plugtls_backend_open(registry(), name.c_str(), nullptr, 0, &out, &error) != PLUGTLS_OK)
    throw Failure("plugtls_backend_open(" + name + ")", error);
  return out;
}

uint32_t level(const std::string &backend, uint32_t feature) {
  plugtls_capability out{};
  out.size = sizeof out;
  plugtls_backend_capability(open_backend(backend), feature, &out);
  return out.level;
}

std::vector<uint16_t> list(const std::string &backend, uint32_t which) {
  plugtls_backend *handle = open_backend(backend);
  std::vector<uint16_t> out(plugtls_backend_list(handle, which, nullptr, 0));
  out.resize(plugtls_backend_list(handle, which, out.data(), out.size()));
  return out;
}

std::vector<Ends> every_pair() {
  std::vector<Ends> out;
  for (const std::string &client : backend_names())
    for (const std::string &server : backend_names())
      out.push_back({client, server});
  return out;
}

}  // namespace support
