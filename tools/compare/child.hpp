// SPDX-License-Identifier: Apache-2.0
// A measurement in a process of its own: a backend that crashes, hangs or babbles costs that measurement only.
#pragma once

#include "report.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <string_view>

namespace plugtls::tools::compare {

// The first argument with which the program runs one measurement and ends. The second is the request, JSON.
inline constexpr std::string_view measure_verb = "compare-measure";

struct Outcome {
  State state = State::unmeasured;  // info: `value` is the answer
  Json value;
  std::string text;  // why there is none

  explicit operator bool() const { return state == State::info; }
};

// The outcome as a cell without an answer, for outcomes that have none.
Cell to_cell(const Outcome &outcome);

// Runs one request. `stop`, set from a signal handler, ends it as unmeasured.
Outcome run_in_child(const Json &request, std::chrono::milliseconds limit,
                     const volatile std::sig_atomic_t &stop);

// The child's side: reads the request, answers on the descriptor it was given, and does not return to main's epilogue.
[[noreturn]] void run_measurement(const char *request);

// What a measurement's function does with its request. It may throw; TlsError says more than others.
using Measurement = std::function<Json(const Json &)>;
// By the request's "measure".
Measurement find_measurement(const std::string &name);

}  // namespace plugtls::tools::compare
