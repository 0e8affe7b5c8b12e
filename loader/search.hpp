// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "registry.hpp"

namespace plugtls::loader {

// The directories to search, in order of precedence.
std::vector<Directory> search_path(const plugtls_registry_options &options,
                                   const Environment &environment);

// Reads the manifests of each, marking which are shadowed. Opens no library.
void search(plugtls_registry &registry);

}  // namespace plugtls::loader
