// SPDX-License-Identifier: Apache-2.0
#include "throwaway_certificate.hpp"

#include <sys/wait.h>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace plugtls::tools {
namespace {

// Its words would stand among the server's; the exit status says enough.
struct SilentOutput {
  SilentOutput() {
    posix_spawn_file_actions_init(&actions);
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
    }
  }
  ~SilentOutput() { posix_spawn_file_actions_destroy(&actions); }
  SilentOutput(const SilentOutput &) = delete;
  SilentOutput &operator=(const SilentOutput &) = delete;
  posix_spawn_file_actions_t actions{};
};

void run(std::vector<std::string> words) {
  std::vector<char *> arguments;
  for (auto &word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);

  const SilentOutput output;
  pid_t child = -1;
  const int failed =
      posix_spawnp(&child, arguments.front(), &output.actions, nullptr, arguments.data(), environ);
  if (failed != 0) {
    throw std::runtime_error("a throw-away certificate needs the openssl program: " +
                             std::generic_category().message(failed));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error("the openssl program made no throw-away certificate");
  }
}

}  // namespace

ThrowawayCertificate::Directory::Directory() {
  std::string name = (std::filesystem::temp_directory_path() / "plugtls-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), name);
  }
  path = name;
}

ThrowawayCertificate::Directory::~Directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

ThrowawayCertificate::ThrowawayCertificate() {
  run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
       "-days", "7", "-subj", "/CN=localhost", "-addext",
       "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1", "-keyout", key().string(), "-out",
       certificate().string()});
}

}  // namespace plugtls::tools
