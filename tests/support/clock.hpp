// SPDX-License-Identifier: Apache-2.0
// The time of the whole process, which a case can move. Programs that link clock.cpp have functions of their own in place of
// the C library's, so that libplugtls and every TLS library in the process see the same time. CLOCK_MONOTONIC moves along:
// Mbed TLS tells the age of a ticket by it.
#ifndef PLUGTLS_TESTS_SUPPORT_CLOCK_HPP
#define PLUGTLS_TESTS_SUPPORT_CLOCK_HPP

#include <cstdint>

namespace support {

class Clock {
 public:
  Clock() = default;
  Clock(const Clock &) = delete;
  Clock &operator=(const Clock &) = delete;
  ~Clock();  // back to the real time

  void advance(int64_t seconds);
};

}  // namespace support

#endif
