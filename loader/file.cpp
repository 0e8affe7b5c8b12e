// SPDX-License-Identifier: Apache-2.0
#include "file.hpp"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace plugtls::loader {

namespace {

// Closes on every way out.
struct Descriptor {
  int fd;
  explicit Descriptor(int opened) : fd(opened) {}
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
};

}  // namespace

bool read_file(const std::string &path, std::size_t limit, std::string &out, std::string &why) {
  // Not blocking: a FIFO in the way must not hang the program.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.fd < 0) {
    if (errno != ENOENT && errno != ENOTDIR) why = std::strerror(errno);
    return false;
  }
  struct stat status {};
  if (fstat(file.fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    why = "not a regular file";
    return false;
  }
  out.resize(limit + 1);
  std::size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t got = read(file.fd, out.data() + filled, out.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      why = std::strerror(errno);
      return false;
    }
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled > limit) why = "larger than " + std::to_string(limit) + " bytes";
  out.resize(filled);
  return why.empty();
}

}  // namespace plugtls::loader
