// SPDX-License-Identifier: Apache-2.0
// How far it is, and how long it still takes: one line on a terminal, nothing elsewhere.
#pragma once

#include <chrono>
#include <string>

namespace plugtls::tools::compare {

class Progress {
 public:
  Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;
  Progress(Progress &&) = delete;
  Progress &operator=(Progress &&) = delete;
  ~Progress();

  // Work to come, in seconds as estimated.
  void expect(double seconds) { total_ += seconds; }
  void begin(const std::string &section, const std::string &what);
  void end(double seconds) { done_ += seconds; }

 private:
  std::string remaining() const;

  bool is_terminal_;
  double total_ = 0;
  double done_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace plugtls::tools::compare
