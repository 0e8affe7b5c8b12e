// SPDX-License-Identifier: Apache-2.0
// plugtls check: a backend's file against everything a backend owes. The cases are those that plugtls's own backends have to
// pass; they are in a program of their own, which is installed beside this one.
#include "terminal.hpp"
#include "verb.hpp"

#include <plugtls/plugtls.hpp>

#include <sys/prctl.h>
#include <sys/wait.h>

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <vector>

namespace plugtls::tools {

namespace {

namespace fs = std::filesystem;

struct CheckOptions {
  std::string file;
  std::string over;
  std::string isolation = "local";
  std::string format = "console";
  std::string output;
  std::vector<std::string> topics;
  std::vector<std::string> only;
  unsigned timeout = 900;
  bool list = false;
};

// Beside the program, wherever both were moved to.
fs::path installed(const char *from_here) {
  const fs::path program = fs::read_symlink("/proc/self/exe");
  return (program.parent_path() / from_here).lexically_normal();
}

// "plugtls-mytls.so" is mytls: the loader wants the note in the file to say the same.
std::string name_of(const fs::path &file) {
  const std::string stem = file.stem().string();
  constexpr std::string_view prefix = "plugtls-";
  if (stem.rfind(prefix, 0) != 0 || file.extension() != ".so" || stem.size() == prefix.size())
    throw CLI::ValidationError("FILE", "'" + file.string() + "' is not called plugtls-NAME.so");
  return stem.substr(prefix.size());
}

// Where the loader finds the file and no other of its name; gone with the object.
class Manifest {
 public:
  Manifest(const std::string &name, const CheckOptions &options) {
    std::string path = (fs::temp_directory_path() / "plugtls-check-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), path);
    directory_ = path;
    std::ofstream file(directory_ / (name + ".toml"));
    file << "manifest_version = 1\nname = \"" << name << "\"\nlibrary = '''"
         << fs::canonical(options.file).string() << "'''\nabi = " << PLUGTLS_ABI
         << "\nisolation = \"" << options.isolation << "\"\n";
    file.close();
    if (!file) throw std::runtime_error("a manifest cannot be written to " + path);
    fs::permissions(directory_ / (name + ".toml"), fs::perms::owner_read | fs::perms::owner_write);
  }
  ~Manifest() {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  Manifest(const Manifest &) = delete;
  Manifest &operator=(const Manifest &) = delete;

  std::string directory() const { return directory_.string(); }

 private:
  fs::path directory_;
};

std::vector<std::string> command_for(const CheckOptions &options) {
  std::vector<std::string> out{installed(PLUGTLS_BIN_TO_KIT).string()};
  if (options.list) out.emplace_back("--list-tests");
  out.insert(out.end(), {"--reporter", options.format});
  if (!options.output.empty()) out.insert(out.end(), {"--out", options.output});
  std::string wanted;
  for (const std::string &each : options.topics)
    wanted += (wanted.empty() ? "[" : ",[") + each + "]";
  for (const std::string &each : options.only)
    wanted += (wanted.empty() ? "" : ",") + each;
  if (!wanted.empty()) out.push_back(wanted);
  return out;
}

// Whether the child has ended within that time. SIGCHLD is blocked.
bool ends_within(pid_t child, std::chrono::seconds limit, int &status) {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (waitpid(child, &status, WNOHANG) == 0) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const timespec time{static_cast<time_t>(left.count() / 1000), left.count() % 1000 * 1'000'000};
    sigtimedwait(&wanted, nullptr, &time);
  }
  return true;
}

// A backend that never comes back is a flaw like another. The kit says in which case it was when it is asked to end.
bool wait_for(pid_t child, std::chrono::seconds limit, int &status) {
  if (limit.count() == 0) {
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return true;
  }
  if (ends_within(child, limit, status)) return true;
  kill(child, SIGTERM);
  if (ends_within(child, std::chrono::seconds(5), status)) return false;
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return false;
}

// The kit's exit status; a signal that ended it is a failure like any other.
int run(const std::vector<std::string> &command, std::chrono::seconds limit) {
  std::vector<char *> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string &each : command)
    arguments.push_back(
        const_cast<char *>(each.c_str()));  // NOLINT(*-const-cast): execv's signature
  arguments.push_back(nullptr);
  // Inherited as ignored it would lose the child's status, and every backend would pass.
  (void)std::signal(SIGCHLD, SIG_DFL);
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  int status = 0;
  if (!wait_for(child, limit, status)) {
    say("plugtls check: no end after " + std::to_string(limit.count()) +
        " s: the backend hangs, or --timeout is too short for it");
    return 1;
  }
  if (WIFSIGNALED(status))
    say("plugtls check: the backend's process was ended by signal " +
        std::to_string(WTERMSIG(status)));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

void set(const char *name, const std::string &value) {
  if (setenv(name, value.c_str(), 1) != 0)
    throw std::system_error(errno, std::generic_category(), name);
}

Exit check(const CheckOptions &options) {
  const std::string name = name_of(options.file);
  const std::string opened = options.over.empty() ? name : name + "(" + options.over + ")";
  if (!fs::exists(installed(PLUGTLS_BIN_TO_KIT)))
    throw std::runtime_error(
        "the conformance kit is not installed: it is built with plugtls's tests "
        "(cmake -DPLUGTLS_TESTS=ON)");
  const Manifest manifest(name, options);
  const char *before = std::getenv("PLUGTLS_PLUGIN_PATH");
  set("PLUGTLS_PLUGIN_PATH",
      manifest.directory() + (before != nullptr ? ":" + std::string(before) : ""));
  set("PLUGTLS_TEST_BACKENDS", opened);
  set("PLUGTLS_TEST_PKI_DIR", installed(PLUGTLS_BIN_TO_PKI).string());
  // What the loader refuses, it refuses with a reason: better said once than by every case.
  (void)Backend::open(opened);
  switch (run(command_for(options), std::chrono::seconds(options.timeout))) {
    case 0:
      return Exit::good;
    case 127:
      throw std::runtime_error("the conformance kit could not be run");
    default:
      return Exit::differs;
  }
}

}  // namespace

Run add_check(CLI::App &app) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App *verb = app.add_subcommand("check", "Check a backend's file against all a backend owes");
  verb->add_option("FILE", options->file, "The backend: plugtls-NAME.so")
      ->required()
      ->check(CLI::ExistingFile);
  verb->add_option("--over", options->over, "For a wrapper: the backend that it wraps meanwhile");
  verb->add_option("--isolation", options->isolation, "As in its manifest: local or deepbind")
      ->check(CLI::IsMember({"local", "deepbind"}))
      ->capture_default_str();
  verb->add_option("--format", options->format, "console, compact, TAP, JUnit or XML")
      ->transform(CLI::IsMember({"console", "compact", "TAP", "JUnit", "XML"}, CLI::ignore_case))
      ->capture_default_str();
  verb->add_option("--output", options->output, "Write the report to this file");
  verb->add_option("--topic", options->topics,
                   "Only the cases of this topic: versions, alpn, io, ...; may be repeated");
  verb->add_option("--only", options->only,
                   "Only the cases of this name, * for any text; may be repeated");
  verb->add_option("--timeout", options->timeout,
                   "Seconds after which the backend is taken to hang; 0 for never")
      ->capture_default_str();
  verb->add_flag("--list", options->list, "List the cases and stop");
  verb->footer(
      "The name of each case begins with the promise or the obligation it is about; the "
      "obligations are\n"
      "in plugtls/backend.h. Exit status: 0 all hold, 1 one does not, 3 the backend cannot be "
      "opened.\n\n"
      "Examples:\n"
      "  plugtls check build/lib/plugtls/plugtls-mytls.so\n"
      "  plugtls check plugtls-mytls.so --topic alpn --only 'P-WRITE*'\n"
      "  plugtls check plugtls-mytls.so --format junit --output report.xml\n"
      "  plugtls check plugtls-trace.so --over openssl");
  return [options] { return check(*options); };
}

}  // namespace plugtls::tools
