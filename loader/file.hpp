// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace plugtls::loader {

// Reads a regular file of at most `limit` bytes. False with an empty `why` if there is none.
bool read_file(const std::string &path, std::size_t limit, std::string &out, std::string &why);

}  // namespace plugtls::loader
