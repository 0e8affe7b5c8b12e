// SPDX-License-Identifier: Apache-2.0
#include "run.hpp"

#include "machine.hpp"
#include "overview.hpp"
#include "progress.hpp"

#include <plugtls/plugtls.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <utility>

namespace plugtls::tools::compare {

namespace {

using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) {
  interrupted = 1;
}

// While one lives, a first Ctrl-C is a request to end; a second one ends the program.
class InterruptGuard {
 public:
  InterruptGuard() {
    struct sigaction action {};
    action.sa_handler = &interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &old_int_);
    sigaction(SIGTERM, &action, &old_term_);
  }
  InterruptGuard(const InterruptGuard &) = delete;
  InterruptGuard &operator=(const InterruptGuard &) = delete;
  InterruptGuard(InterruptGuard &&) = delete;
  InterruptGuard &operator=(InterruptGuard &&) = delete;
  ~InterruptGuard() {
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
  }

 private:
  struct sigaction old_int_ {};
  struct sigaction old_term_ {};
};

// A backend that hangs must not hang the comparison: after so many time-outs in a section it is left alone there.
constexpr int patience = 2;

class Runner {
 public:
  Runner(const Options &options, const std::vector<std::string> &sections) {
    for (const SectionName &section : all_sections()) {
      if (std::find(sections.begin(), sections.end(), section.name) == sections.end()) continue;
      jobs_.push_back({section.name, section.make(options), {}});
      jobs_.back().tasks = jobs_.back().work->tasks();
      for (const Task &task : jobs_.back().tasks)
        progress_.expect(task.expected_seconds);
    }
  }

  void run() {
    for (Job &job : jobs_) {
      std::map<std::string, int> timeouts;
      while (!job.tasks.empty()) {
        for (const Task &task : job.tasks) {
          progress_.begin(job.name, fmt::format("{}", fmt::join(task.backends, " and ")));
          if (!task.is_needed || task.is_needed()) task.done(run(task, timeouts));
          progress_.end(task.expected_seconds);
          if (interrupted != 0) return;
        }
        job.tasks = job.work->more_tasks();
        for (const Task &task : job.tasks)
          progress_.expect(task.expected_seconds);
      }
    }
  }

  std::vector<Section> report() const {
    std::vector<Section> out;
    for (const Job &job : jobs_)
      out.push_back(job.work->report());
    return out;
  }

 private:
  struct Job {
    std::string name;
    std::unique_ptr<Work> work;
    std::vector<Task> tasks;
  };

  static Outcome run(const Task &task, std::map<std::string, int> &timeouts) {
    for (const std::string &backend : task.backends)
      if (timeouts[backend] >= patience)
        return {State::unmeasured,
                {},
                fmt::format("left alone after {} time-outs of {}", patience, backend)};
    Outcome out = run_in_child(task.request, task.limit, interrupted);
    if (out.state == State::timed_out)
      for (const std::string &backend : task.backends)
        // Of two it is not known which one hangs; one that does hangs with itself, too.
        if (task.backends.size() == 1 || task.backends.front() == task.backends.back())
          ++timeouts[backend];
    return out;
  }

  Progress progress_;
  std::vector<Job> jobs_;
};

BackendEntry try_backend(const std::string &name) {
  static const volatile std::sig_atomic_t never = 0;
  const Outcome outcome = run_in_child({{"measure", "description"}, {"backend", name}},
                                       std::chrono::seconds(10), never);
  BackendEntry out{name, {}, {}, static_cast<bool>(outcome), {}};
  if (outcome) {
    out.library = outcome.value.at("library").get<std::string>();
    out.library_version = outcome.value.at("library_version").get<std::string>();
  } else {
    out.detail = to_cell(outcome).text + ": " + outcome.text;
  }
  return out;
}

}  // namespace

const std::vector<SectionName> &all_sections() {
  static const std::vector<SectionName> out = {
      {"features", "what each can do, and what its ClientHello offers", &make_features},
      {"speed", "handshakes, throughput and latency", &make_speed},
      {"memory", "heap per connection, resident cost, peak", &make_memory},
      {"startup", "time to the first handshake, libraries, size on disk", &make_startup},
      {"interop", "every client with every server", &make_interop},
      {"verify", "verdicts on good and bad certificate chains", &make_verify},
      {"host", "a live server, as each backend sees it: host HOST:PORT", &make_host},
  };
  return out;
}

std::vector<Column> columns_for(const std::vector<std::string> &backends) {
  std::vector<Column> out;
  out.reserve(backends.size());
  for (const std::string &backend : backends)
    out.push_back({backend, backend});
  return out;
}

std::vector<BackendEntry> find_backends(const std::vector<std::string> &names) {
  std::vector<BackendEntry> out;
  out.reserve(names.size());
  for (const std::string &each : names)
    out.push_back(try_backend(each));
  if (!names.empty()) return out;
  Registry registry;
  for (const Candidate &candidate : registry.candidates()) {
    if (candidate.stage == Stage::found)
      out.push_back(try_backend(candidate.name));
    else if (candidate.stage == Stage::refused)
      out.push_back({candidate.name, {}, {}, false, "refused: " + candidate.detail});
  }
  return out;
}

Report run(const Options &options, const std::vector<BackendEntry> &backends,
           const std::vector<std::string> &sections) {
  const auto begin = Clock::now();
  Report out;
  out.plugtls_version = PLUGTLS_VERSION;
  out.created = now_as_text();
  out.level = options.level == Level::quick      ? "quick"
              : options.level == Level::thorough ? "thorough"
                                                 : "normal";
  out.machine = describe_machine();
  out.backends = backends;
  Runner runner(options, sections);
  {
    const InterruptGuard guard;
    runner.run();
  }
  out.sections = runner.report();
  out.sections.insert(out.sections.begin(), make_overview(out));
  out.complete = interrupted == 0;
  out.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return out;
}

}  // namespace plugtls::tools::compare
