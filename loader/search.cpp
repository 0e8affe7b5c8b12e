// SPDX-License-Identifier: Apache-2.0
#include "search.hpp"

#include "error.hpp"
#include "file.hpp"
#include "trust.hpp"

#include <dirent.h>
#include <dlfcn.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace plugtls::loader {

namespace {

constexpr std::size_t largest_manifest = 65536;
constexpr std::string_view suffix = ".toml";

void add_plugin_path(const std::string &value, std::vector<Directory> &out) {
  for (std::size_t start = 0; start <= value.size();) {
    const std::size_t colon = std::min(value.find(':', start), value.size());
    std::string path = value.substr(start, colon - start);
    start = colon + 1;
    Directory directory{PLUGTLS_ORIGIN_ENVIRONMENT, false, std::move(path), {}};
    if (directory.path.empty() || directory.path.front() != '/')
      directory.detail = "not an absolute path in $PLUGTLS_PLUGIN_PATH";
    out.push_back(std::move(directory));
  }
}

// Beside libplugtls itself, wherever it was installed or built.
std::string installed_directory() {
  Dl_info info{};
  std::string why;
  if (dladdr(reinterpret_cast<const void *>(&plugtls_registry_create), &info) == 0) return {};
  const std::string self = resolve_path(info.dli_fname, why);
  const auto slash = self.rfind('/');
  return slash == std::string::npos ? std::string() : self.substr(0, slash) + "/plugtls/backends.d";
}

// Names of the manifests in a directory, sorted. False with the reason.
bool list_manifests(const std::string &path, std::vector<std::string> &out, std::string &why) {
  const std::unique_ptr<DIR, int (*)(DIR *)> directory(opendir(path.c_str()), &closedir);
  if (!directory) {
    why = errno == ENOENT ? "does not exist" : std::strerror(errno);
    return false;
  }
  while (const dirent *entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name.size() > suffix.size() && name.ends_with(suffix) && name.front() != '.')
      out.emplace_back(name);
  }
  std::ranges::sort(out);
  return true;
}

void refuse(Candidate &candidate, int32_t code, std::string detail) {
  candidate.stage = PLUGTLS_STAGE_REFUSED;
  candidate.code = code;
  candidate.detail = printable(std::move(detail));
}

// A path in a manifest counts from where the manifest really lies.
std::string library_path(const std::string &manifest, const std::string &library) {
  if (library.front() == '/') return library;
  return manifest.substr(0, manifest.rfind('/') + 1) + library;
}

void check_library(Candidate &candidate, const std::string &manifest_path, bool privileged) {
  std::string why;
  const std::string resolved =
      resolve_path(library_path(manifest_path, candidate.manifest.library), why);
  if (resolved.empty()) return refuse(candidate, PLUGTLS_E_LOAD, "library " + why);
  candidate.library = resolved;
  if (std::string fault = distrust(resolved, privileged); !fault.empty())
    refuse(candidate, PLUGTLS_E_INSECURE_PERMISSIONS, std::move(fault));
}

Candidate read_candidate(const Directory &directory, const std::string &file, bool privileged) {
  Candidate out;
  out.origin = directory.origin;
  out.path = directory.path + "/" + file;
  const std::string stem = file.substr(0, file.size() - suffix.size());
  const auto finish_name = [&] {
    if (out.manifest.name != stem)
      out.manifest.name = stem;  // a refused one occupies its file's name
    if (out.library.empty()) out.library = out.manifest.library;
  };
  std::string why;
  std::string text;
  const std::string resolved = resolve_path(out.path, why);
  if (resolved.empty()) {
    refuse(out, PLUGTLS_E_MANIFEST, why);
  } else if (std::string fault = distrust(resolved, privileged); !fault.empty()) {
    refuse(out, PLUGTLS_E_INSECURE_PERMISSIONS, std::move(fault));
  } else if (!read_file(resolved, largest_manifest, text, why) ||
             !parse_manifest(text, stem, out.manifest, why)) {
    refuse(out, PLUGTLS_E_MANIFEST, out.path + ": " + (why.empty() ? "disappeared" : why));
  } else if (out.manifest.abi_major != 1) {
    refuse(out, PLUGTLS_E_ABI,
           "it was built for ABI " + std::to_string(out.manifest.abi_major) +
               ", this libplugtls has ABI 1");
  } else {
    check_library(out, resolved, privileged);
  }
  finish_name();
  return out;
}

void shadow(std::vector<Candidate> &seen, Candidate &candidate) {
  const auto earlier = std::ranges::find_if(seen, [&](const Candidate &other) {
    return other.stage != PLUGTLS_STAGE_SHADOWED && other.manifest.name == candidate.manifest.name;
  });
  if (earlier == seen.end()) return;
  candidate.stage = PLUGTLS_STAGE_SHADOWED;
  candidate.code = 0;
  candidate.detail = "shadowed by " + earlier->path;
}

}  // namespace

std::vector<Directory> search_path(const plugtls_registry_options &options,
                                   const Environment &environment) {
  std::vector<Directory> out;
  for (std::size_t i = 0; i < options.directory_count; ++i)
    out.push_back({PLUGTLS_ORIGIN_PROGRAM, false, options.directories[i], {}});
  if ((options.flags & PLUGTLS_REGISTRY_ONLY_DIRECTORIES) != 0) return out;
  if (environment.plugin_path) add_plugin_path(*environment.plugin_path, out);
  if (environment.data_home)
    out.push_back({PLUGTLS_ORIGIN_USER, false, *environment.data_home + "/plugtls/backends.d", {}});
  out.push_back({PLUGTLS_ORIGIN_SYSTEM, false, "/etc/plugtls/backends.d", {}});
  if (std::string path = installed_directory(); !path.empty())
    out.push_back({PLUGTLS_ORIGIN_INSTALLED, false, std::move(path), {}});
  return out;
}

void search(plugtls_registry &registry) {
  for (Directory &directory : registry.directories) {
    std::vector<std::string> files;
    if (!directory.detail.empty()) continue;
    directory.searched = list_manifests(directory.path, files, directory.detail);
    for (const std::string &file : files) {
      Candidate candidate = read_candidate(directory, file, registry.environment.privileged);
      shadow(registry.candidates, candidate);
      // Not refused: a manifest may be of a later version. Not silent: it may be misspelt.
      for (const std::string &key : candidate.manifest.unknown_keys)
        registry.log(PLUGTLS_LOG_WARNING,
                     candidate.path + ": " + key + " is a key that this libplugtls does not know");
      if (candidate.stage == PLUGTLS_STAGE_REFUSED)
        registry.log(PLUGTLS_LOG_INFO,
                     candidate.manifest.name + " is refused: " + candidate.detail);
      registry.candidates.push_back(std::move(candidate));
    }
  }
}

}  // namespace plugtls::loader
