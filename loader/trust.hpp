// SPDX-License-Identifier: Apache-2.0
// Whether somebody else could have put a file where it is.
#pragma once

#include <string>

namespace plugtls::loader {

// Follows symbolic links. Empty on failure, with the reason in `why`.
std::string resolve_path(const std::string &path, std::string &why);

// `path` is resolved. Empty if only root and this process's user could have written it, its directory and every
// directory above; else what is wrong and what to type.
std::string distrust(const std::string &path, bool privileged);

}  // namespace plugtls::loader
