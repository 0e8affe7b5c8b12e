// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace plugtls::loader {

// SHA-256 of a file in lower-case hexadecimal; empty if it cannot be read.
std::string sha256_of_file(const std::string &path);

}  // namespace plugtls::loader
