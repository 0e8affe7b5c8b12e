// SPDX-License-Identifier: Apache-2.0
#include "clock.hpp"

#include <sys/syscall.h>
#include <sys/time.h>

#include <unistd.h>

#include <atomic>
#include <ctime>

namespace {

std::atomic<int64_t> moved_by{0};

}  // namespace

namespace support {

Clock::~Clock() {
  moved_by = 0;
}

void Clock::advance(int64_t seconds) {
  moved_by += seconds;
}

}  // namespace support

// By the system call, since the C library's functions are these now. Seen by every library of the process.
#pragma GCC visibility push(default)
extern "C" {

int clock_gettime(clockid_t id, timespec *out) noexcept {
  const auto result = static_cast<int>(syscall(SYS_clock_gettime, id, out));
  if (result == 0 && id != CLOCK_PROCESS_CPUTIME_ID && id != CLOCK_THREAD_CPUTIME_ID)
    out->tv_sec += moved_by;
  return result;
}

time_t time(time_t *out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(timeval *out, void *) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  *out = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
}
#pragma GCC visibility pop
