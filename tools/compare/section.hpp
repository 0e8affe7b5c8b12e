// SPDX-License-Identifier: Apache-2.0
// What a section of the comparison is to the program: a list of measurements, and a report on those that were made.
#pragma once

#include "child.hpp"
#include "report.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace plugtls::tools::compare {

enum class Level {
  quick,
  normal,
  thorough
};

struct Options {
  Level level = Level::normal;
  std::vector<std::string> backends;                           // those that open
  std::chrono::milliseconds limit = std::chrono::seconds(10);  // of an ordinary measurement
  std::string chains;  // a directory of the user's own chains, or empty
  std::string host;    // for the section of that name
  std::uint16_t port = 0;
  std::string ca;  // trust this file instead of the system's store
};

struct Task {
  // Whom a time-out is held against; two in the interoperability matrix.
  std::vector<std::string> backends;
  Json request;
  std::chrono::milliseconds limit;
  double expected_seconds;  // for the progress bar
  std::function<void(Outcome)> done;
  std::function<bool()> is_needed = {};  // asked before it is run; absent: it is
};

// One of the sections at work. Its tasks refer to it.
class Work {
 public:
  Work() = default;
  Work(const Work &) = delete;
  Work &operator=(const Work &) = delete;
  Work(Work &&) = delete;
  Work &operator=(Work &&) = delete;
  virtual ~Work() = default;

  virtual std::vector<Task> tasks() = 0;
  // What the answers so far make necessary; asked again and again until there is nothing.
  virtual std::vector<Task> more_tasks() { return {}; }
  // Of what was done so far.
  virtual Section report() const = 0;
};

std::unique_ptr<Work> make_features(const Options &options);
std::unique_ptr<Work> make_speed(const Options &options);
std::unique_ptr<Work> make_memory(const Options &options);
std::unique_ptr<Work> make_startup(const Options &options);
std::unique_ptr<Work> make_interop(const Options &options);
std::unique_ptr<Work> make_verify(const Options &options);
std::unique_ptr<Work> make_host(const Options &options);

// A column for each backend.
std::vector<Column> columns_for(const std::vector<std::string> &backends);

}  // namespace plugtls::tools::compare
