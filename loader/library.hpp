// SPDX-License-Identifier: Apache-2.0
// dlopen and what has to be proved around it.
#pragma once

#include "plugtls/backend.h"

#include <string>

namespace plugtls::loader {

struct Library {
  void *handle = nullptr;
  plugtls_backend_entry_fn entry = nullptr;
};

struct Refusal {
  int32_t code = 0;
  std::string detail;
};

// Opens `path` and resolves its own entry symbol.
bool open_library(const std::string &path, bool deepbind, Library &out, Refusal &refusal);

// B18: every anchor must be owned by the library itself or by one of its dependencies.
bool check_anchors(const Library &library, const plugtls_backend_info &info, Refusal &refusal);

}  // namespace plugtls::loader
