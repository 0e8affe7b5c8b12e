// SPDX-License-Identifier: Apache-2.0
#include "random.hpp"

#include <chrono>
#include <cstdlib>
#include <cstring>

namespace support {

uint64_t test_seed() {
  const char *given = std::getenv("PLUGTLS_TEST_SEED");
  if (given != nullptr) return std::strtoull(given, nullptr, 0);
  return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

std::string Random::bytes(size_t size) {
  std::string out((size + 7) / 8 * 8, '\0');
  for (size_t at = 0; at < out.size(); at += 8) {
    const uint64_t word = next();
    std::memcpy(out.data() + at, &word, 8);
  }
  out.resize(size);
  return out;
}

}  // namespace support
