// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"

#include "failure.hpp"

#include <plugtls/plugtls.hpp>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

namespace plugtls::tools::compare {

namespace {

constexpr int answer_fd = 3;
constexpr std::size_t longest_answer = 16U << 20U;
constexpr rlim_t longest_file = 16U << 20U;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "a measurement's pipe");
  }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  Descriptor(Descriptor &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor &operator=(Descriptor &&) = delete;
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  void close() {
    // NOLINTNEXTLINE(*UndefinedBinaryOperatorResult): it has a value
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

std::pair<Descriptor, Descriptor> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "a measurement's pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// Where the child's descriptors lead, and its process group: a Ctrl-C at the terminal is for the parent to act on.
class SpawnOptions {
 public:
  SpawnOptions(int answer, int words) {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, words, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, words, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, answer, answer_fd);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
  }
  SpawnOptions(const SpawnOptions &) = delete;
  SpawnOptions &operator=(const SpawnOptions &) = delete;
  SpawnOptions(SpawnOptions &&) = delete;
  SpawnOptions &operator=(SpawnOptions &&) = delete;
  ~SpawnOptions() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

// The environment, with the settings a request asks for: malloc's, say.
std::vector<std::string> environment_for(const Json &request) {
  std::vector<std::string> out;
  for (char **each = environ; *each != nullptr; ++each)
    out.emplace_back(*each);
  if (request.contains("environment"))
    for (const Json &each : request.at("environment"))
      out.push_back(each.get<std::string>());
  return out;
}

std::vector<char *> pointers_to(std::vector<std::string> &words) {
  std::vector<char *> out;
  out.reserve(words.size() + 1);
  for (std::string &word : words)
    out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

class Child {
 public:
  Child(const Json &request, int answer, int words) {
    const SpawnOptions options(answer, words);
    std::vector<std::string> environment = environment_for(request);
    Json dated = request;
    dated["spawned_at"] = std::chrono::steady_clock::now().time_since_epoch().count();
    std::vector<std::string> arguments = {"plugtls", std::string(measure_verb), dated.dump()};
    const int failure = posix_spawn(&pid_, "/proc/self/exe", &options.actions, &options.attributes,
                                    pointers_to(arguments).data(), pointers_to(environment).data());
    if (failure != 0)
      throw std::system_error(failure, std::generic_category(), "starting a measurement");
  }
  Child(const Child &) = delete;
  Child &operator=(const Child &) = delete;
  Child(Child &&) = delete;
  Child &operator=(Child &&) = delete;
  ~Child() {
    if (pid_ < 0) return;
    kill();
    (void)wait();
  }

  void kill() const { ::kill(-pid_, SIGKILL); }
  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
};

enum class Reading {
  ended,
  timed_out,
  stopped,
  too_long
};

Reading read_answer(int fd, std::string &out, std::chrono::milliseconds limit,
                    const volatile std::sig_atomic_t &stop) {
  using namespace std::chrono;
  // A signal that comes between the look at `stop` and poll is seen this much later.
  constexpr auto longest_nap = milliseconds(100);
  const auto deadline = steady_clock::now() + limit;
  std::array<char, 4096> chunk{};
  while (stop == 0) {
    const auto left = ceil<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return Reading::timed_out;
    pollfd polled{fd, POLLIN, 0};
    if (poll(&polled, 1, static_cast<int>(std::min(left, longest_nap).count())) <= 0) continue;
    const ssize_t got = read(fd, chunk.data(), chunk.size());
    if (got <= 0) return Reading::ended;
    out.append(chunk.data(), static_cast<std::size_t>(got));
    if (out.size() > longest_answer) return Reading::too_long;
  }
  return Reading::stopped;
}

// The last line of what the child said: an assertion's text, as a rule.
std::string last_words(int fd) {
  std::array<char, 1024> tail{};
  const off_t size = lseek(fd, 0, SEEK_END);
  const off_t begin = std::max<off_t>(0, size - static_cast<off_t>(tail.size()));
  const ssize_t got = pread(fd, tail.data(), tail.size(), begin);
  std::string_view text(tail.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  while (!text.empty() && text.back() == '\n')
    text.remove_suffix(1);
  text.remove_prefix(std::min(text.size(), text.rfind('\n') + 1));
  return harmless(text);
}

Outcome crashed(int status, int words) {
  std::string text = WIFSIGNALED(status)
                         ? strsignal(WTERMSIG(status))
                         : fmt::format("ended with status {} and no answer", WEXITSTATUS(status));
  if (const std::string said = last_words(words); !said.empty()) text += ": " + said;
  return {State::crashed, {}, text};
}

Outcome parse_answer(const std::string &answer) {
  Json json = Json::parse(answer, nullptr, false);
  if (json.is_object() && json.contains("ok")) return {State::info, std::move(json["ok"]), {}};
  if (json.is_object() && json.contains("error") && json["error"].is_string())
    return {json.value("unsupported", false) ? State::unsupported : State::failed,
            {},
            harmless(json["error"].get<std::string>())};
  return {State::garbled, {}, fmt::format("{} bytes that are no answer", answer.size())};
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(answer_fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) _exit(1);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

// What a backend may do to the machine while it is measured: it dies with its parent, and fills no disk.
void restrict_self() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const rlimit file{longest_file, longest_file};
  setrlimit(RLIMIT_FSIZE, &file);
}

Json answer_to(const char *text) {
  try {
    const Json request = Json::parse(text);
    return {{"ok", find_measurement(request.at("measure").get<std::string>())(request)}};
  } catch (const TlsError &error) {
    return {{"error", describe(error)}, {"unsupported", error.value() == errc::unsupported}};
  } catch (const std::exception &error) {
    return {{"error", harmless(error.what())}};
  }
}

}  // namespace

Cell to_cell(const Outcome &outcome) {
  Cell out;
  out.state = outcome.state;
  out.note = outcome.text;
  switch (outcome.state) {
    case State::unsupported:
      out.text = "not supported";
      break;
    case State::crashed:
      out.text = "crashed";
      break;
    case State::timed_out:
      out.text = "timed out";
      break;
    case State::garbled:
      out.text = "garbled";
      break;
    case State::failed:
      out.text = "failed";
      break;
    default:
      out.text = "not measured";
      break;
  }
  return out;
}

Outcome run_in_child(const Json &request, std::chrono::milliseconds limit,
                     const volatile std::sig_atomic_t &stop) {
  auto [from, to] = make_pipe();
  const Descriptor words(memfd_create("words", MFD_CLOEXEC));
  Child child(request, to.get(), words.get());
  to.close();
  std::string answer;
  const Reading reading = read_answer(from.get(), answer, limit, stop);
  child.kill();  // what it left running, and itself if it goes on after its answer
  const int status = child.wait();
  switch (reading) {
    case Reading::stopped:
      return {State::unmeasured, {}, "interrupted"};
    case Reading::timed_out:
      return {State::timed_out,
              {},
              fmt::format("no answer within {} s", std::chrono::duration<double>(limit).count())};
    case Reading::too_long:
      return {State::garbled, {}, "an answer without end"};
    case Reading::ended:
      break;
  }
  // A child that has answered was killed above, or ended by itself.
  if (!answer.empty()) return parse_answer(answer);
  return crashed(status, words.get());
}

void run_measurement(const char *request) {
  restrict_self();
  const Json answer = answer_to(request);
  write_all(answer.dump(-1, ' ', false, Json::error_handler_t::replace));
  // No destructors: what a library does at exit is not what was asked.
  _exit(0);
}

}  // namespace plugtls::tools::compare
