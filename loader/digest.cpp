// SPDX-License-Identifier: Apache-2.0
#include "digest.hpp"

#include <sys/types.h>

#include <sha256.h>

#include <array>

namespace plugtls::loader {

std::string sha256_of_file(const std::string &path) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> text{};
  return SHA256File(path.c_str(), text.data()) != nullptr ? std::string(text.data())
                                                          : std::string();
}

}  // namespace plugtls::loader
