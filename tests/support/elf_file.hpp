// SPDX-License-Identifier: Apache-2.0
// What an ELF file of this machine's kind shows, needs and asks of the dynamic linker.
#ifndef PLUGTLS_TESTS_SUPPORT_ELF_FILE_HPP
#define PLUGTLS_TESTS_SUPPORT_ELF_FILE_HPP

#include <string>
#include <vector>

namespace support {

struct ElfFile {
  std::vector<std::string> exported;   // dynamic symbols it defines
  std::vector<std::string> undefined;  // dynamic symbols it needs, weak ones left out
  std::vector<std::string> search_path;
  bool bind_now = false;
  bool never_unloaded = false;
  bool relro = false;
  bool executable_stack = false;
  bool text_relocations = false;
};

// Throws std::runtime_error for what is no such file.
ElfFile read_elf_file(const std::string &path);

}  // namespace support

#endif
