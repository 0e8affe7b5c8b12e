// SPDX-License-Identifier: Apache-2.0
// Holds a server context with a private key, or has held one, for key_wipe.py to look into its memory (P-GEN-6).
//
// Usage: key_keeper BACKEND CHAIN KEY [PASSWORD-FILE]
//
// Prints "made" when the context is there, waits for a line, frees it, prints "freed" and waits for another. Nothing of
// the key passes through memory of this program's own that it does not wipe.
#include "support/backends.hpp"
#include "support/config.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

namespace {

// Without stdio, whose buffers would be searched, too.
plugtls_status read_password(void *path, uint8_t *buffer, size_t capacity, size_t *out_size) {
  const int fd = open(static_cast<const char *>(path), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return PLUGTLS_FAILED;
  const ssize_t got = read(fd, buffer, capacity);
  close(fd);
  *out_size = got > 0 ? static_cast<size_t>(got) : 0;
  return got > 0 ? PLUGTLS_OK : PLUGTLS_FAILED;
}

bool say_and_wait(const char *word) {
  char line = 0;
  return std::puts(word) >= 0 && std::fflush(stdout) == 0 && read(STDIN_FILENO, &line, 1) == 1;
}

}  // namespace

int main(int argc, char **argv) try {
  if (argc != 4 && argc != 5) return 2;
  support::Config config;
  config.role = PLUGTLS_ROLE_SERVER;
  config.identities = {{{support::file(argv[2])}, support::file(argv[3])}};
  if (argc == 5) {
    config.identities[0].key.ask_password = &read_password;
    config.identities[0].key.ask_password_user = argv[4];
  }
  support::ContextPtr context = support::make_context(argv[1], config);
  if (!say_and_wait("made")) return 1;
  context.reset();
  return say_and_wait("freed") ? 0 : 1;
} catch (const support::Failure &failure) {
  std::printf("%s\n", failure.error().name().c_str());
  return 3;
}
