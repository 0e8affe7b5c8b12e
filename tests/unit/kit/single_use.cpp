// SPDX-License-Identifier: Apache-2.0
#include <plugtls/kit/single_use.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <thread>
#include <vector>

using plugtls::kit::SingleUse;

namespace {

SingleUse::Id id(uint8_t number) {
  SingleUse::Id out{};
  out[0] = number;
  return out;
}

}  // namespace

TEST_CASE("B10 what may be used once is taken once, until it expires and after", "[kit]") {
  SingleUse used;
  CHECK(used.take(id(1), 100, 50));
  CHECK_FALSE(used.take(id(1), 100, 50));
  CHECK(used.take(id(2), 100, 50));
  CHECK_FALSE(used.take(id(1), 100, 99));
  CHECK_FALSE(used.take(id(1), 100, 100));
  CHECK_FALSE(used.take(id(3), 100, 100));
}

TEST_CASE("B10 a clock that is set back makes nothing usable again", "[kit]") {
  SingleUse used;
  CHECK(used.take(id(1), 100, 50));
  CHECK(used.take(id(2), 300, 200));
  CHECK_FALSE(used.take(id(1), 100, 50));
}

TEST_CASE("B10 without room to remember more nothing is taken, until something expires", "[kit]") {
  SingleUse used(2);
  CHECK(used.take(id(1), 100, 50));
  CHECK(used.take(id(2), 200, 50));
  CHECK_FALSE(used.take(id(3), 200, 50));
  CHECK(used.take(id(3), 200, 100));
  CHECK_FALSE(used.take(id(2), 200, 100));
}

TEST_CASE("B10 of many threads that ask at once, one takes it", "[kit]") {
  SingleUse used;
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 200; ++j)
        taken += used.take(id(static_cast<uint8_t>(j)), 100, 50) ? 1 : 0;
    });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(taken == 200);
}
