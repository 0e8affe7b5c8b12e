// SPDX-License-Identifier: Apache-2.0
#include "elf_file.hpp"

#include "pki.hpp"

#include <elf.h>
#include <link.h>

#include <cstring>
#include <sstream>
#include <stdexcept>

namespace support {

namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);
using Symbol = ElfW(Sym);
using Entry = ElfW(Dyn);

class Reader {
 public:
  explicit Reader(const std::string &path) : bytes_(read_file(path)), path_(path) {
    header_ = at<Header>(0);
    if (std::memcmp(header_.e_ident, ELFMAG, SELFMAG) != 0)
      throw std::runtime_error(path + " is no ELF file");
  }

  ElfFile read() {
    for (unsigned i = 0; i < header_.e_phnum; ++i)
      read_segment(at<Segment>(header_.e_phoff + i * sizeof(Segment)));
    for (unsigned i = 0; i < header_.e_shnum; ++i) {
      const Section section = section_at(i);
      if (section.sh_type == SHT_DYNSYM) read_symbols(section);
      if (section.sh_type == SHT_DYNAMIC) read_dynamic(section);
    }
    return out_;
  }

 private:
  template <class T>
  T at(std::size_t offset) const {
    T value;
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof value)
      throw std::runtime_error(path_ + " is cut short");
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

  std::string text_at(std::size_t offset) const {
    const std::size_t end = bytes_.find('\0', offset);
    if (end == std::string::npos) throw std::runtime_error(path_ + " is cut short");
    return bytes_.substr(offset, end - offset);
  }

  Section section_at(std::size_t index) const {
    return at<Section>(header_.e_shoff + index * sizeof(Section));
  }

  void read_segment(const Segment &segment) {
    if (segment.p_type == PT_GNU_RELRO) out_.relro = true;
    if (segment.p_type == PT_GNU_STACK) out_.executable_stack = (segment.p_flags & PF_X) != 0;
  }

  void read_symbols(const Section &section) {
    const std::size_t names = section_at(section.sh_link).sh_offset;
    for (std::size_t i = 1; i < section.sh_size / sizeof(Symbol); ++i) {
      const auto symbol = at<Symbol>(section.sh_offset + i * sizeof(Symbol));
      const bool weak = ELF64_ST_BIND(symbol.st_info) == STB_WEAK;
      const std::string name = text_at(names + symbol.st_name);
      if (symbol.st_shndx != SHN_UNDEF)
        out_.exported.push_back(name);
      else if (!weak)
        out_.undefined.push_back(name);
    }
  }

  void read_dynamic(const Section &section) {
    const std::size_t names = section_at(section.sh_link).sh_offset;
    for (std::size_t i = 0; i < section.sh_size / sizeof(Entry); ++i) {
      const auto entry = at<Entry>(section.sh_offset + i * sizeof(Entry));
      const auto flags = entry.d_un.d_val;
      if (entry.d_tag == DT_FLAGS) out_.bind_now |= (flags & DF_BIND_NOW) != 0;
      if (entry.d_tag == DT_FLAGS) out_.text_relocations |= (flags & DF_TEXTREL) != 0;
      if (entry.d_tag == DT_FLAGS_1) out_.bind_now |= (flags & DF_1_NOW) != 0;
      if (entry.d_tag == DT_FLAGS_1) out_.never_unloaded |= (flags & DF_1_NODELETE) != 0;
      if (entry.d_tag == DT_TEXTREL) out_.text_relocations = true;
      if (entry.d_tag == DT_BIND_NOW) out_.bind_now = true;
      if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) add_paths(text_at(names + flags));
    }
  }

  void add_paths(const std::string &list) {
    std::istringstream text(list);
    for (std::string path; std::getline(text, path, ':');)
      out_.search_path.push_back(path);
  }

  std::string bytes_;
  std::string path_;
  Header header_{};
  ElfFile out_;
};

}  // namespace

ElfFile read_elf_file(const std::string &path) {
  return Reader(path).read();
}

}  // namespace support
