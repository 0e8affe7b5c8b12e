// SPDX-License-Identifier: Apache-2.0
#include "trial.hpp"

#include <plugtls/plugtls.hpp>

#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string_view>

namespace plugtls::tools {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  Descriptor(Descriptor &&) = delete;
  Descriptor &operator=(Descriptor &&) = delete;
  ~Descriptor() { close(fd_); }
  int get() const { return fd_; }

 private:
  int fd_;
};

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(fd, text.data(), text.size());
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

// In the child: '+' and the library, or '-' and the reason.
[[noreturn]] void open_and_tell(const std::string &name, int fd) {
  dup2(STDERR_FILENO, STDOUT_FILENO);  // what a backend prints must not get among our results
  try {
    const Backend backend = Backend::open(name);
    write_all(fd,
              "+" + std::string(backend.library()) + " " + std::string(backend.library_version()));
  } catch (const TlsError &error) {
    write_all(fd, std::string("-") + error.what());
  } catch (const std::exception &error) {
    write_all(fd, std::string("-") + error.what());
  }
  // No destructors: what the backend's library does at exit is not what was asked.
  _exit(0);
}

// What the child wrote until it closed the pipe; false if it took too long.
bool read_answer(int fd, std::chrono::milliseconds limit, std::string &out) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::array<char, 1024> chunk{};
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd polled{fd, POLLIN, 0};
    const int ready = poll(&polled, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    const ssize_t got = read(fd, chunk.data(), chunk.size());
    if (got <= 0) return true;
    out.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

TrialResult try_to_open(const std::string &name, std::chrono::milliseconds limit) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {false, std::strerror(errno)};
  const pid_t child = fork();
  if (child == 0) open_and_tell(name, ends[1]);
  close(ends[1]);
  const Descriptor from(ends[0]);
  if (child < 0) return {false, std::strerror(errno)};
  std::string answer;
  const bool in_time = read_answer(from.get(), limit, answer);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time)
    return {false,
            "opening it took longer than the time limit, " + std::to_string(limit.count()) + " ms"};
  if (WIFSIGNALED(status))
    return {false, std::string("opening it crashed the process: ") + strsignal(WTERMSIG(status))};
  if (answer.empty()) return {false, "opening it ended the process"};
  return {answer[0] == '+', answer.substr(1)};
}

}  // namespace plugtls::tools
