// SPDX-License-Identifier: Apache-2.0
#include "elf_note.hpp"

#include "plugtls/backend.h"

#include <sys/stat.h>

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

namespace plugtls::loader {

namespace {

constexpr std::size_t most_program_headers = 256;
constexpr std::size_t most_note_bytes = 65536;
constexpr unsigned char machine_class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;

class File {
 public:
  explicit File(const std::string &path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File &) = delete;
  File &operator=(const File &) = delete;

  bool is_open() const { return fd_ >= 0; }
  bool holds(uint64_t offset, uint64_t size) const {
    struct stat status {};
    if (fstat(fd_, &status) != 0) return false;
    const auto end = static_cast<uint64_t>(status.st_size);
    return offset <= end && size <= end - offset;
  }
  // True only if all of it could be read.
  bool read_at(void *out, std::size_t size, uint64_t offset) const {
    return pread(fd_, out, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
  }

 private:
  int fd_;
};

// The machine of an image, by the ELF header in its memory; EM_NONE if the header was not loaded.
uint16_t machine_of(const dl_phdr_info &image) {
  for (std::size_t i = 0; i < image.dlpi_phnum; ++i) {
    const ElfW(Phdr) &segment = image.dlpi_phdr[i];
    ElfW(Ehdr) header{};
    if (segment.p_type != PT_LOAD || segment.p_offset != 0 || segment.p_filesz < sizeof header)
      continue;
    std::memcpy(&header, reinterpret_cast<const void *>(image.dlpi_addr + segment.p_vaddr),
                sizeof header);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0) return header.e_machine;
  }
  return EM_NONE;
}

// The machine this code runs on, by what is loaded in this process: no table of machines is needed, and no /proc.
uint16_t own_machine() {
  uint16_t machine = EM_NONE;
  dl_iterate_phdr(
      [](dl_phdr_info *image, std::size_t, void *out) {
        auto &found = *static_cast<uint16_t *>(out);
        found = machine_of(*image);
        return found != EM_NONE ? 1 : 0;
      },
      &machine);
  return machine;
}

std::size_t padded(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

bool take_descriptor(std::string_view descriptor, ElfNote &out) {
  if (descriptor.size() < 5) return false;
  std::memcpy(&out.abi_major, descriptor.data(), 2);
  std::memcpy(&out.abi_minor, descriptor.data() + 2, 2);
  const std::string_view name = descriptor.substr(4);
  const auto end = name.find('\0');
  if (end == std::string_view::npos) return false;
  out.name = name.substr(0, end);
  return true;
}

bool find_note(std::string_view notes, ElfNote &out) {
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header{};
    std::memcpy(&header, notes.data(), sizeof header);
    notes.remove_prefix(sizeof header);
    const std::size_t owner_size = padded(header.n_namesz);
    const std::size_t whole = owner_size + padded(header.n_descsz);
    if (header.n_namesz > most_note_bytes || header.n_descsz > most_note_bytes ||
        whole > notes.size())
      return false;
    const std::string_view owner = notes.substr(0, header.n_namesz);
    if (header.n_type == PLUGTLS_NOTE_TYPE &&
        owner == std::string_view(PLUGTLS_NOTE_OWNER, sizeof PLUGTLS_NOTE_OWNER))
      return take_descriptor(notes.substr(owner_size, header.n_descsz), out);
    notes.remove_prefix(whole);
  }
  return false;
}

}  // namespace

bool read_elf_note(const std::string &path, ElfNote &out, std::string &why) {
  const File file(path);
  ElfW(Ehdr) header{};
  if (!file.is_open()) {
    why = std::strerror(errno);
    return false;
  }
  if (!file.read_at(&header, sizeof header, 0) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != machine_class || header.e_machine != own_machine() ||
      header.e_type != ET_DYN || header.e_phentsize != sizeof(ElfW(Phdr)) ||
      header.e_phnum > most_program_headers) {
    why = "not a shared library for this machine";
    return false;
  }
  bool found = false;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) segment{};
    // The dynamic linker maps what it is told to, and touching what lies beyond the end kills the process.
    if (!file.read_at(&segment, sizeof segment, header.e_phoff + i * sizeof segment) ||
        !file.holds(segment.p_offset, segment.p_filesz)) {
      why = "the file is cut short";
      return false;
    }
    if (found || segment.p_type != PT_NOTE || segment.p_filesz > most_note_bytes) continue;
    std::vector<char> notes(segment.p_filesz);
    if (file.read_at(notes.data(), notes.size(), segment.p_offset) &&
        find_note({notes.data(), notes.size()}, out))
      found = true;
  }
  if (found) return true;
  why = "it has no ELF note of a plugtls backend";
  return false;
}

}  // namespace plugtls::loader
