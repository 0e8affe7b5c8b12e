// SPDX-License-Identifier: Apache-2.0
// Random numbers that can be had again: the same seed gives the same run.
#ifndef PLUGTLS_TESTS_SUPPORT_RANDOM_HPP
#define PLUGTLS_TESTS_SUPPORT_RANDOM_HPP

#include <cstddef>
#include <cstdint>
#include <string>

namespace support {

// $PLUGTLS_TEST_SEED, or one of the clock's.
uint64_t test_seed();

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {  // splitmix64
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // From 1 to `most`.
  size_t up_to(size_t most) { return 1 + static_cast<size_t>(next() % most); }
  std::string bytes(size_t size);

 private:
  uint64_t state_;
};

}  // namespace support

#endif
