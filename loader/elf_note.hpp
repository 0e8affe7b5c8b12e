// SPDX-License-Identifier: Apache-2.0
// The ELF note of a backend, read from the file before any of its code runs.
#pragma once

#include <cstdint>
#include <string>

namespace plugtls::loader {

struct ElfNote {
  uint16_t abi_major = 0;
  uint16_t abi_minor = 0;
  std::string name;
};

// False with the reason if `path` is no shared library of this machine, or has no plugtls note.
bool read_elf_note(const std::string &path, ElfNote &out, std::string &why);

}  // namespace plugtls::loader
