// SPDX-License-Identifier: Apache-2.0
#include "library.hpp"

#include "images.hpp"

#include <dlfcn.h>

#include <cstring>
#include <string_view>

namespace plugtls::loader {

namespace {

bool is_under_sanitizer() {
  return dlsym(RTLD_DEFAULT, "__asan_init") != nullptr ||
         dlsym(RTLD_DEFAULT, "__tsan_init") != nullptr;
}

std::string captured(const plugtls_anchor &anchor, const std::string &culprit) {
  return std::string(anchor.symbol) + " was captured by " + culprit +
         ", which exports a function of that name; have it hide the function, use a backend that "
         "carries its library hidden inside, or set isolation = \"deepbind\" in the manifest";
}

// glibc says "NAME: cannot open shared object file: No such file or directory", of a library that `path` needs or, where
// that has gone since it was looked at, of `path` itself.
std::string explained(const std::string &why, const std::string &path) {
  const std::string_view said = ": cannot open shared object file: No such file or directory";
  if (!why.ends_with(said)) return why;
  const std::string name = why.substr(0, why.size() - said.size());
  if (name == path) return why;
  return path + " needs " + name +
         ", which is not installed; find the package that has it by: apt-file search " + name;
}

}  // namespace

bool open_library(const std::string &path, bool deepbind, Library &out, Refusal &refusal) {
  int flags = RTLD_NOW | RTLD_LOCAL;
  if (deepbind) flags |= RTLD_DEEPBIND;
  if (deepbind && is_under_sanitizer()) {
    refusal = {PLUGTLS_E_LOAD,
               "isolation = \"deepbind\" cannot be combined with AddressSanitizer or "
               "ThreadSanitizer; build without, or "
               "use isolation = \"local\""};
    return false;
  }
  dlerror();
  out.handle = dlopen(path.c_str(), flags);
  if (out.handle == nullptr) {
    const char *why = dlerror();
    refusal = {PLUGTLS_E_LOAD,
               why != nullptr ? explained(why, path) : "dlopen failed without a reason"};
    return false;
  }
  void *symbol = dlsym(out.handle, PLUGTLS_BACKEND_ENTRY_SYMBOL);
  if (symbol == nullptr) {
    refusal = {PLUGTLS_E_NOT_A_BACKEND, path + " does not export " PLUGTLS_BACKEND_ENTRY_SYMBOL};
    return false;
  }
  // dlsym also looks into dependencies: a backend that forgot its own entry symbol would get another's.
  if (!is_own(out.handle, symbol)) {
    refusal = {PLUGTLS_E_NOT_A_BACKEND,
               PLUGTLS_BACKEND_ENTRY_SYMBOL " belongs to " + image_of(symbol) + ", not to " + path};
    return false;
  }
  std::memcpy(&out.entry, &symbol, sizeof symbol);
  return true;
}

bool check_anchors(const Library &library, const plugtls_backend_info &info, Refusal &refusal) {
  for (uint32_t i = 0; i < info.anchor_count; ++i) {
    if (info.anchors == nullptr || info.anchors[i].symbol == nullptr ||
        info.anchors[i].address == nullptr) {
      refusal = {PLUGTLS_E_BACKEND_BROKEN, "its info counts " + std::to_string(info.anchor_count) +
                                               " anchors; anchor " + std::to_string(i) +
                                               " has no symbol or no address"};
      return false;
    }
    const plugtls_anchor &anchor = info.anchors[i];
    const std::string culprit = interposer(library.handle, anchor.symbol, anchor.address);
    if (culprit.empty()) continue;
    refusal = {PLUGTLS_E_SYMBOL_INTERPOSED, captured(anchor, culprit)};
    return false;
  }
  return true;
}

}  // namespace plugtls::loader
