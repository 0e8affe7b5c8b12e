// SPDX-License-Identifier: Apache-2.0
#include "images.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>
#include <vector>

namespace plugtls::loader {

namespace {

struct Close {
  void operator()(void *handle) const { dlclose(handle); }
};
// A reference to an image that is loaded anyway; dropping it unloads nothing.
using Loaded = std::unique_ptr<void, Close>;

Loaded find_loaded(const char *name) {
  return Loaded(dlopen(name, RTLD_LAZY | RTLD_NOLOAD));
}

const link_map *map_of(void *handle) {
  link_map *map = nullptr;
  return handle != nullptr && dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 ? map : nullptr;
}

struct Owner {
  const link_map *map = nullptr;
  bool is_plt_entry = false;
};

// A program of a fixed address that takes a function's address makes its own PLT entry that address, for the whole
// process: an undefined symbol with a value. Calls do not go there, so nothing has been captured.
Owner owner_of(const void *address) {
  Dl_info info = {};
  void *extra = nullptr;
  Owner owner;
  if (dladdr1(address, &info, &extra, RTLD_DL_LINKMAP) == 0) return owner;
  owner.map = static_cast<const link_map *>(extra);
  if (dladdr1(address, &info, &extra, RTLD_DL_SYMENT) != 0 && extra != nullptr)
    owner.is_plt_entry = static_cast<const ElfW(Sym) *>(extra)->st_shndx == SHN_UNDEF;
  return owner;
}

std::string path_of(const link_map *map) {
  if (map == nullptr) return {};
  if (map->l_name != nullptr && map->l_name[0] != '\0') return map->l_name;
  std::array<char, PATH_MAX> path = {};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  const std::string itself = "the program itself";
  return size > 0 ? itself + " (" + std::string(path.data(), static_cast<size_t>(size)) + ")"
                  : itself;
}

// The names in an image's DT_NEEDED.
std::vector<const char *> needed_by(const link_map *map) {
  const char *strings = nullptr;
  for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag != DT_STRTAB) continue;
    // Relocated by glibc on most machines, not on all.
    const ElfW(Addr) address = entry->d_un.d_ptr;
    strings =
        reinterpret_cast<const char *>(address < map->l_addr ? address + map->l_addr : address);
  }
  std::vector<const char *> names;
  for (const ElfW(Dyn) *entry = map->l_ld; strings != nullptr && entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_NEEDED) names.push_back(strings + entry->d_un.d_val);
  }
  return names;
}

// The image and, transitively, what it was linked with.
std::vector<const link_map *> family_of(const link_map *map) {
  std::vector<const link_map *> family = {map};
  for (size_t i = 0; i < family.size(); ++i) {
    for (const char *name : needed_by(family[i])) {
      const link_map *needed = map_of(find_loaded(name).get());
      if (needed != nullptr && std::ranges::find(family, needed) == family.end())
        family.push_back(needed);
    }
  }
  return family;
}

// Whom a call by name reaches: the first image in the linker's order that defines the symbol.
const link_map *definer_of(const char *symbol) {
  const Loaded program(dlopen(nullptr, RTLD_LAZY | RTLD_NOLOAD));
  for (const link_map *map = map_of(program.get()); map != nullptr; map = map->l_next) {
    if (map->l_name == nullptr || map->l_name[0] == '\0') continue;
    const Loaded image = find_loaded(map->l_name);
    const void *address = image != nullptr ? dlsym(image.get(), symbol) : nullptr;
    if (address != nullptr && owner_of(address).map == map) return map;
  }
  return nullptr;
}

}  // namespace

std::string image_of(const void *address) {
  return path_of(owner_of(address).map);
}

bool is_own(void *handle, const void *address) {
  const link_map *map = map_of(handle);
  return map != nullptr && owner_of(address).map == map;
}

std::string interposer(void *handle, const char *symbol, const void *address) {
  const Owner owner = owner_of(address);
  const link_map *reached = owner.is_plt_entry ? definer_of(symbol) : owner.map;
  const link_map *own = map_of(handle);
  if (own == nullptr || reached == nullptr) return "an unknown image";
  const std::vector<const link_map *> family = family_of(own);
  return std::ranges::find(family, reached) != family.end() ? std::string() : path_of(reached);
}

}  // namespace plugtls::loader
