// SPDX-License-Identifier: Apache-2.0
// Opening backends: from a name to a checked, process-wide handle.
#include "backend.hpp"
#include "digest.hpp"
#include "elf_note.hpp"
#include "guard.hpp"
#include "library.hpp"
#include "registry.hpp"
#include "report.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace plugtls::loader {

namespace {

// Backends by what they are made of, as "trace|/path(...)". Reachable for ever and never destroyed: a backend's threads and
// exit handlers may run after every static destructor.
struct Opened {
  std::recursive_mutex mutex;
  std::map<std::string, std::unique_ptr<plugtls_backend>, std::less<>> backends;
};

Opened &opened() {
  static auto *instance = std::make_unique<Opened>().release();
  return *instance;
}

bool refuse(Refusal &refusal, int32_t code, std::string detail) {
  refusal = {code, std::move(detail)};
  return false;
}

bool check_file(const Candidate &candidate, Refusal &refusal) {
  ElfNote note;
  std::string why;
  const Manifest &manifest = candidate.manifest;
  if (!manifest.sha256.empty() && sha256_of_file(candidate.library) != manifest.sha256)
    return refuse(
        refusal, PLUGTLS_E_DIGEST,
        candidate.library + " does not have the sha256 that " + candidate.path + " names");
  if (!read_elf_note(candidate.library, note, why))
    return refuse(refusal, PLUGTLS_E_NOT_A_BACKEND, candidate.library + ": " + why);
  if (note.name != manifest.name)
    return refuse(
        refusal, PLUGTLS_E_NOT_A_BACKEND,
        candidate.library + " is the backend '" + note.name + "', not '" + manifest.name + "'");
  if (note.abi_major != PLUGTLS_ABI_MAJOR)
    return refuse(refusal, PLUGTLS_E_ABI,
                  candidate.library + " was built for ABI " + std::to_string(note.abi_major) +
                      "; this libplugtls has ABI 1");
  return true;
}

bool call_entry(const Library &library, plugtls_backend &backend, Refusal &refusal) {
  plugtls_error err = PLUGTLS_ERROR_INIT;
  backend.exported = {sizeof(plugtls_backend_export), 0, nullptr, nullptr};
  if (library.entry(&backend.host, &backend.exported, &err) != PLUGTLS_OK) {
    err.message[sizeof err.message - 1] = '\0';
    const bool known = err.code == PLUGTLS_E_ABI || err.code == PLUGTLS_E_OUT_OF_MEMORY;
    return refuse(refusal, known ? err.code : PLUGTLS_E_BACKEND_REFUSED,
                  *err.message != '\0' ? err.message : "it refused without a reason");
  }
  if (backend.exported.size > sizeof backend.exported)
    return refuse(refusal, PLUGTLS_E_BACKEND_BROKEN,
                  "its entry function claims to have written a size of " +
                      std::to_string(backend.exported.size) + " bytes");
  int32_t code = PLUGTLS_E_NONE;
  std::string why;
  if (!adopt_table(backend.exported, backend.table, code, why)) return refuse(refusal, code, why);
  backend.instance = backend.exported.instance;
  // A wrapper calls the slots of what it wraps: it gets them without gaps, and none that this libplugtls does not know.
  backend.exported.table = &backend.table;
  return true;
}

bool check_info(plugtls_backend &backend, const std::string &name, Refusal &refusal) {
  backend.info = {};
  backend.info.size = sizeof backend.info;
  if (backend.table.info(backend.instance, &backend.info) != PLUGTLS_OK)
    return refuse(refusal, PLUGTLS_E_BACKEND_BROKEN, "its info function failed");
  const plugtls_backend_info &info = backend.info;
  for (const char *text :
       {info.name, info.version, info.library, info.library_version, info.library_built})
    if (text == nullptr)
      return refuse(refusal, PLUGTLS_E_BACKEND_BROKEN, "its info leaves out a name or version");
  if (name != info.name)
    return refuse(refusal, PLUGTLS_E_BACKEND_BROKEN,
                  "it calls itself '" + std::string(info.name) + "'");
  return true;
}

bool check_word(plugtls_backend &backend, Refusal &refusal) {
  std::string why;
  if (complete_table(backend.instance, backend.table, why)) return true;
  return refuse(refusal, PLUGTLS_E_BACKEND_BROKEN, why);
}

plugtls_backend *open_layers(plugtls_registry &registry, const std::vector<std::string> &layers,
                             std::size_t at, Refusal &refusal);

std::string layered_name(const std::vector<std::string> &layers, std::size_t at) {
  return at + 1 == layers.size() ? layers[at]
                                 : layers[at] + "(" + layered_name(layers, at + 1) + ")";
}

plugtls_backend *open_one(const Candidate &candidate, plugtls_backend *inner, std::string name,
                          Refusal &refusal) {
  // Handles are never freed, so that an address tells one inner backend from another.
  const std::string key = name + "|" + candidate.library + "|" +
                          std::to_string(reinterpret_cast<std::uintptr_t>(inner));
  Opened &all = opened();
  if (const auto found = all.backends.find(key); found != all.backends.end())
    return found->second.get();
  Library library;
  if (!check_file(candidate, refusal) ||
      !open_library(candidate.library, candidate.manifest.isolation == "deepbind", library,
                    refusal))
    return nullptr;
  // A refused backend may have kept the host's address: it stays, under a key nobody asks for, for the next try.
  std::unique_ptr<plugtls_backend> &attempt = all.backends["refused|" + key];
  if (!attempt) {
    attempt = std::make_unique<plugtls_backend>();
    attempt->host = make_host(inner != nullptr ? &inner->exported : nullptr);
    attempt->name = std::move(name);
    attempt->path = candidate.library;
    attempt->manifest = candidate.path;
  }
  const bool good = call_entry(library, *attempt, refusal) &&
                    check_info(*attempt, candidate.manifest.name, refusal) &&
                    check_anchors(library, attempt->info, refusal) && check_word(*attempt, refusal);
  if (!good) return nullptr;
  return (all.backends[key] = std::move(attempt)).get();
}

plugtls_backend *open_layers(plugtls_registry &registry, const std::vector<std::string> &layers,
                             std::size_t at, Refusal &refusal) {
  Candidate *candidate = registry.find(layers[at]);
  if (candidate == nullptr) {
    refusal = {PLUGTLS_E_BACKEND_NOT_FOUND, "there is no backend '" + layers[at] + "'"};
    return nullptr;
  }
  const bool is_layer = at + 1 < layers.size();
  if (candidate->stage == PLUGTLS_STAGE_REFUSED && !(is_layer && candidate->is_wrapper_alone)) {
    refusal = {candidate->code, candidate->detail};
    return nullptr;
  }
  plugtls_backend *inner = nullptr;
  if (is_layer && (inner = open_layers(registry, layers, at + 1, refusal)) == nullptr)
    return nullptr;
  plugtls_backend *backend = open_one(*candidate, inner, layered_name(layers, at), refusal);
  const bool whole_answer = backend != nullptr || layers.size() == 1;
  if (!whole_answer) return nullptr;  // how it fared as a layer says nothing of it alone
  candidate->is_wrapper_alone = backend == nullptr && refusal.code == PLUGTLS_E_BACKEND_REFUSED;
  candidate->stage = backend != nullptr ? PLUGTLS_STAGE_OPENED : PLUGTLS_STAGE_REFUSED;
  candidate->code = backend != nullptr ? 0 : refusal.code;
  candidate->detail = backend != nullptr ? "" : printable(refusal.detail);
  return backend;
}

bool meets(const plugtls_backend &backend, const plugtls_need *needs, size_t count,
           Refusal &refusal, uint32_t &feature) {
  for (size_t i = 0; i < count; ++i) {
    plugtls_capability capability{};
    capability.size = sizeof capability;
    plugtls_backend_capability(&backend, needs[i].feature, &capability);
    if (capability.level == PLUGTLS_YES ||
        (capability.level == PLUGTLS_PARTIAL && needs[i].allow_partial != 0))
      continue;
    feature = needs[i].feature;
    refusal = {PLUGTLS_E_NEED_UNMET, std::string("it does not have ") +
                                         (capability.level == PLUGTLS_PARTIAL ? "all of '" : "'") +
                                         plugtls_feature_name(feature) + "'"};
    return false;
  }
  return true;
}

plugtls_status open_first(plugtls_registry &registry, const plugtls_need *needs, size_t need_count,
                          plugtls_backend **out, plugtls_error *err) {
  std::vector<Attempt> attempts;
  uint32_t feature = 0;
  for (const std::string &name : registry.resolution.names) {
    Refusal refusal;
    plugtls_backend *backend = open_layers(registry, *split_layers(name), 0, refusal);
    if (backend != nullptr && meets(*backend, needs, need_count, refusal, feature)) {
      registry.log(PLUGTLS_LOG_DEBUG, name + " is used, by " + registry.resolution.source);
      *out = backend;
      return PLUGTLS_OK;
    }
    const bool asked = registry.resolution.rule != PLUGTLS_RULE_PRIORITY;
    registry.log(
        asked || refusal.code == PLUGTLS_E_NEED_UNMET ? PLUGTLS_LOG_DEBUG : PLUGTLS_LOG_WARNING,
        name + " is not used: " + refusal.detail + "; run 'plugtls doctor'");
    attempts.push_back({name, std::move(refusal)});
  }
  return report(registry, attempts, feature, err);
}

}  // namespace

}  // namespace plugtls::loader

using namespace plugtls::loader;

extern "C" {

plugtls_status plugtls_backend_open(plugtls_registry *registry, const char *names,
                                    const plugtls_need *needs, size_t need_count,
                                    plugtls_backend **out, plugtls_error *err) {
  return guard(err, [&] {
    const std::lock_guard lock(opened().mutex);
    plugtls_resolution resolution{};
    resolution.size = sizeof resolution;
    const plugtls_status status = plugtls_registry_resolve(registry, names, &resolution, err);
    if (status != PLUGTLS_OK) return status;
    return open_first(*registry, needs, need_count, out, err);
  });
}

void plugtls_backend_describe(const plugtls_backend *backend, plugtls_backend_description *out) {
  const plugtls_backend_info &info = backend->info;
  put_sized(out, plugtls_backend_description{sizeof(plugtls_backend_description), PLUGTLS_ABI_MAJOR,
                                             backend->exported.table->abi_minor,
                                             backend->name.c_str(), info.version, info.library,
                                             info.library_version, info.library_built,
                                             backend->path.c_str(), backend->manifest.c_str()});
}

void plugtls_backend_capability(const plugtls_backend *backend, uint32_t feature,
                                plugtls_capability *out) {
  plugtls_capability capability{};
  capability.size = sizeof capability;
  backend->table.capability(backend->instance, feature, &capability);
  capability.note[sizeof capability.note - 1] = '\0';
  put_sized(out, capability);
}

size_t plugtls_backend_list(const plugtls_backend *backend, uint32_t list, uint16_t *out,
                            size_t capacity) {
  return backend->table.list(backend->instance, list, out, capacity);
}

}  // extern "C"
