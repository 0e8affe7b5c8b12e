// SPDX-License-Identifier: Apache-2.0
#include <plugtls/kit/ticket_keys.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

using plugtls::kit::TicketKeys;

namespace {

using Name = std::array<unsigned char, sizeof plugtls_ticket_key::name>;

constexpr int64_t start = 1'000'000;
constexpr int64_t hour = 3600;

// Each call another byte, so that no two keys are the same.
void fill(void *out, size_t size) {
  static std::atomic<int> calls{0};
  std::memset(out, ++calls, size);
}

Name newest(TicketKeys &keys, int64_t now) {
  const TicketKeys::Reading reading = keys.read(now);
  Name out{};
  std::memcpy(out.data(), reading.newest().name, out.size());
  return out;
}

bool opens(TicketKeys &keys, int64_t now, const Name &name) {
  return keys.read(now).find(name.data()) != nullptr;
}

TicketKeys::Set one(unsigned char byte) {
  TicketKeys::Set out(1);
  std::memset(&out.front(), byte, sizeof out.front());
  return out;
}

}  // namespace

TEST_CASE("B6 ticket keys of the backend's own rotate by the host's clock") {
  TicketKeys keys;
  keys.generate(&fill, start, 2 * hour);
  const Name first = newest(keys, start);
  CHECK(newest(keys, start + 2 * hour - 1) == first);
  const Name second = newest(keys, start + 2 * hour);
  CHECK(second != first);
  // A ticket of the last second of the first key's period is good for two hours.
  CHECK(opens(keys, start + 4 * hour - 1, first));
  CHECK(newest(keys, start + 4 * hour) != second);
  CHECK_FALSE(opens(keys, start + 4 * hour, first));
  CHECK(opens(keys, start + 4 * hour, second));
}

TEST_CASE("B6 ticket keys last an hour at least and a day at most, those of a week open") {
  TicketKeys quick;
  quick.generate(&fill, start, 10);
  const Name name = newest(quick, start);
  CHECK(newest(quick, start + hour - 1) == name);
  CHECK(newest(quick, start + hour) != name);

  TicketKeys slow;
  slow.generate(&fill, start, 4'000'000'000);
  std::vector<Name> names;
  for (int day = 0; day < 30; ++day)
    names.push_back(newest(slow, start + day * 24 * hour));
  int known = 0;
  for (const Name &each : names)
    known += opens(slow, start + 29 * 24 * hour, each) ? 1 : 0;
  CHECK(known == 8);  // today's and those of seven days
}

TEST_CASE("B6 a server that slept for long does not open what is too old") {
  TicketKeys keys;
  keys.generate(&fill, start, 2 * hour);
  const Name first = newest(keys, start);
  CHECK_FALSE(opens(keys, start + 1000 * hour, first));
}

TEST_CASE("B6 a clock that is set back neither stops the rotation nor speeds it up") {
  TicketKeys keys;
  keys.generate(&fill, start + 1000 * hour, 2 * hour);
  const Name ahead = newest(keys, start + 1000 * hour);
  CHECK(newest(keys, start + 999 * hour) == ahead);
  const Name right = newest(keys, start);
  CHECK(right != ahead);
  CHECK_FALSE(opens(keys, start, ahead));
  CHECK(newest(keys, start + hour) == right);
  CHECK(newest(keys, start + 2 * hour) != right);
}

TEST_CASE("B6 the program's ticket keys stay until it gives others") {
  TicketKeys keys;
  keys.generate(&fill, start, 2 * hour);
  const Name own = newest(keys, start);
  keys.replace(one('a'));
  const Name given = newest(keys, start);
  CHECK(given != own);
  CHECK(newest(keys, start + 100'000 * hour) == given);
  CHECK(newest(keys, 0) == given);
  CHECK_FALSE(opens(keys, start, own));
}

TEST_CASE("B6 ticket keys that are being read stay until nobody reads them") {
  TicketKeys keys;
  keys.replace(one('a'));
  {
    const TicketKeys::Reading early = keys.read(start);
    keys.replace(one('b'));
    const TicketKeys::Reading late = keys.read(start);
    CHECK(early.newest().name[0] == 'a');
    CHECK(late.newest().name[0] == 'b');
  }
  CHECK(newest(keys, start)[0] == 'b');
}

TEST_CASE("B6 ticket keys rotate while handshakes read them") {
  TicketKeys keys;
  keys.generate(&fill, start, hour);
  std::atomic<int64_t> now{start};
  std::atomic<bool> torn{false};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i)
    readers.emplace_back([&](const std::stop_token &stop) {
      while (!stop.stop_requested()) {
        const TicketKeys::Reading reading = keys.read(now.load());
        const plugtls_ticket_key &key = reading.newest();
        for (const unsigned char byte : key.key)
          if (byte != key.key[0]) torn = true;
        if (reading.find(key.name) == nullptr) torn = true;
      }
    });
  for (int i = 0; i < 2000; ++i) {
    now += hour;
    CHECK_NOTHROW(newest(keys, now));
  }
  readers.clear();
  CHECK_FALSE(torn);
}
