// SPDX-License-Identifier: Apache-2.0
#include "library.hpp"

#include <dlfcn.h>
#include <link.h>

#include <cstring>
#include <string_view>
#include <vector>

namespace plugtls::loader {

namespace {

bool is_under_sanitizer() {
  return dlsym(RTLD_DEFAULT, "__asan_init") != nullptr ||
         dlsym(RTLD_DEFAULT, "__tsan_init") != nullptr;
}

const link_map *map_of(void *handle) {
  link_map *map = nullptr;
  return dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 ? map : nullptr;
}

struct Owner {
  const link_map *map = nullptr;
  bool is_definition = true;
};

Owner owner_of(const void *address) {
  Dl_info info{};
  void *map = nullptr;
  void *entry = nullptr;
  if (dladdr1(address, &info, &map, RTLD_DL_LINKMAP) == 0) return {};
  Owner out{static_cast<const link_map *>(map), true};
  // A program that is not position-independent and takes a function's address owns a PLT entry that stands for the
  // function everywhere. It is no definition and captures nothing.
  if (dladdr1(address, &info, &entry, RTLD_DL_SYMENT) != 0 && entry != nullptr)
    out.is_definition = static_cast<const ElfW(Sym) *>(entry)->st_shndx != SHN_UNDEF;
  return out;
}

std::string image_name(const link_map *map) {
  if (map == nullptr) return "memory that belongs to no image";
  if (map->l_name != nullptr && *map->l_name != '\0') return map->l_name;
  return "the program itself";
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Addresses in the dynamic section are relocated by glibc on most machines, not on all.
const char *string_table(const link_map *map) {
  for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; ++entry)
    if (entry->d_tag == DT_STRTAB) {
      ElfW(Addr) address = entry->d_un.d_ptr;
      if (address < map->l_addr) address += map->l_addr;
      return reinterpret_cast<const char *>(address);
    }
  return nullptr;
}

const char *soname(const link_map *map) {
  const char *strings = string_table(map);
  for (const ElfW(Dyn) *entry = map->l_ld; strings != nullptr && entry->d_tag != DT_NULL; ++entry)
    if (entry->d_tag == DT_SONAME) return strings + entry->d_un.d_val;
  return nullptr;
}

const link_map *find_loaded(const link_map *any, std::string_view needed) {
  while (any->l_prev != nullptr)
    any = any->l_prev;
  for (; any != nullptr; any = any->l_next) {
    const char *name = soname(any);
    if ((name != nullptr && needed == name) ||
        (any->l_name != nullptr && file_name(any->l_name) == needed))
      return any;
  }
  return nullptr;
}

// The library and all it depends on, breadth first.
std::vector<const link_map *> closure(const link_map *root) {
  std::vector<const link_map *> out{root};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char *strings = string_table(out[i]);
    for (const ElfW(Dyn) *entry = out[i]->l_ld; strings != nullptr && entry->d_tag != DT_NULL;
         ++entry) {
      if (entry->d_tag != DT_NEEDED) continue;
      const link_map *needed = find_loaded(root, strings + entry->d_un.d_val);
      bool known = needed == nullptr;
      for (const link_map *have : out)
        known = known || have == needed;
      if (!known) out.push_back(needed);
    }
  }
  return out;
}

}  // namespace

bool open_library(const std::string &path, bool deepbind, Library &out, Refusal &refusal) {
  int flags = RTLD_NOW | RTLD_LOCAL;
  if (deepbind) flags |= RTLD_DEEPBIND;
  if (deepbind && is_under_sanitizer()) {
    refusal = {PLUGTLS_E_LOAD,
               "isolation = \"deepbind\" cannot be combined with AddressSanitizer or "
               "ThreadSanitizer; build without, or use isolation = \"local\""};
    return false;
  }
  dlerror();
  out.handle = dlopen(path.c_str(), flags);
  if (out.handle == nullptr) {
    const char *why = dlerror();
    refusal = {PLUGTLS_E_LOAD, why != nullptr ? why : "dlopen failed without a reason"};
    return false;
  }
  void *symbol = dlsym(out.handle, PLUGTLS_BACKEND_ENTRY_SYMBOL);
  if (symbol == nullptr) {
    refusal = {PLUGTLS_E_NOT_A_BACKEND, path + " does not export " PLUGTLS_BACKEND_ENTRY_SYMBOL};
    return false;
  }
  // dlsym also looks into dependencies: a backend that forgot its own entry symbol would get another's.
  if (const Owner owner = owner_of(symbol); owner.map != map_of(out.handle)) {
    refusal = {PLUGTLS_E_NOT_A_BACKEND, PLUGTLS_BACKEND_ENTRY_SYMBOL " belongs to " +
                                            image_name(owner.map) + ", not to " + path};
    return false;
  }
  std::memcpy(&out.entry, &symbol, sizeof symbol);
  return true;
}

bool check_anchors(const Library &library, const plugtls_backend_info &info, Refusal &refusal) {
  if (info.anchor_count == 0 || info.anchors == nullptr) return true;
  const auto allowed = closure(map_of(library.handle));
  for (uint32_t i = 0; i < info.anchor_count; ++i) {
    const plugtls_anchor &anchor = info.anchors[i];
    const Owner owner = owner_of(anchor.address);
    bool good = !owner.is_definition;
    for (const link_map *map : allowed)
      good = good || map == owner.map;
    if (good) continue;
    refusal = {PLUGTLS_E_SYMBOL_INTERPOSED,
               std::string(anchor.symbol) + " was captured by " + image_name(owner.map) +
                   ", which exports a function of that name; have the image hide it, use a backend "
                   "that carries its library "
                   "hidden inside, or set isolation = \"deepbind\" in the manifest"};
    return false;
  }
  return true;
}

}  // namespace plugtls::loader
