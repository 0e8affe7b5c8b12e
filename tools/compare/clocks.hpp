// SPDX-License-Identifier: Apache-2.0
// The clocks of the measurements.
#pragma once

#include <chrono>
#include <ctime>

namespace plugtls::tools::compare {

using Clock = std::chrono::steady_clock;

// Processor time of the whole process, in seconds: what the library took, whatever else the machine did meanwhile.
inline double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace plugtls::tools::compare
