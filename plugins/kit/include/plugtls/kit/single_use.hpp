// SPDX-License-Identifier: Apache-2.0
// What may be used only once (RFC 8446, 8.1: single-use tickets): remembered for as long as it would be taken at all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <utility>

namespace plugtls::kit {

class SingleUse {
 public:
  using Id = std::array<std::uint8_t, 16>;

  explicit SingleUse(std::size_t most = std::size_t{1} << 16U) noexcept : most_(most) {}

  // True once for each id, however many threads ask. An id always has the same time to expire. While there is no room to
  // remember more, nothing new is taken. Throws std::bad_alloc.
  bool take(const Id &id, std::int64_t expires, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    if (now > latest_) latest_ = now;  // a clock that is set back brings nothing back to life
    used_.erase(used_.begin(), used_.lower_bound({latest_ + 1, Id{}}));
    if (expires <= latest_ || used_.size() >= most_) return false;
    return used_.insert({expires, id}).second;
  }

 private:
  std::size_t most_;
  std::int64_t latest_ = INT64_MIN;
  std::mutex mutex_;
  std::set<std::pair<std::int64_t, Id>> used_;  // by when they expire
};

}  // namespace plugtls::kit
