// SPDX-License-Identifier: Apache-2.0
// The ticket keys of a server's context (B6): replaced by one thread while others are in handshakes.
#pragma once

#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/sized.hpp>
#include <plugtls/types.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace plugtls::kit {

// Keys that the program gave stay until it gives others. Keys that the backend made (generate()) rotate by themselves, as
// handshakes use them: a new one encrypts each period, and those before it decrypt until no ticket of theirs is good any
// longer. Whoever gets hold of a server's memory can then read what was resumed lately, and nothing older.
//
// Handshakes read without waiting. A set that was replaced is wiped as soon as no handshake reads it.
class TicketKeys {
 public:
  using Set = std::vector<plugtls_ticket_key, WipingAllocator<plugtls_ticket_key>>;
  // Random bytes of the library's; throws if it has none.
  using Fill = void (*)(void *out, std::size_t size);

  static constexpr int64_t shortest_period = 3600;
  static constexpr int64_t longest_period = 24 * shortest_period;
  static constexpr int64_t longest_lifetime = 7 * longest_period;  // RFC 8446, 4.6.1

  // The keys in force, which stay where they are as long as this lives. Short, please: see above.
  class Reading {
   public:
    Reading(const Reading &) = delete;
    Reading &operator=(const Reading &) = delete;
    ~Reading() { owner_.end_reading(); }

    // The one that encrypts.
    [[nodiscard]] const plugtls_ticket_key &newest() const noexcept { return set_->front(); }
    // The key of that name, or nullptr.
    [[nodiscard]] const plugtls_ticket_key *find(const unsigned char *name) const noexcept {
      const auto key = std::find_if(set_->begin(), set_->end(), [&](const plugtls_ticket_key &one) {
        return std::memcmp(one.name, name, sizeof one.name) == 0;
      });
      return key == set_->end() ? nullptr : &*key;
    }

   private:
    friend class TicketKeys;
    explicit Reading(TicketKeys &owner) noexcept : owner_(owner) {
      owner_.readers_.fetch_add(1);
      // NOLINTNEXTLINE(*-member-initializer): not before it counts as a reader
      set_ = owner_.current_.load();
    }

    TicketKeys &owner_;
    const Set *set_ = nullptr;
  };

  TicketKeys() = default;
  ~TicketKeys() = default;
  TicketKeys(const TicketKeys &) = delete;
  TicketKeys &operator=(const TicketKeys &) = delete;

  // The program's keys.
  void replace(Set keys) {
    const std::lock_guard lock(mutex_);
    good_until_.clear();
    since_.store(std::numeric_limits<int64_t>::min(), std::memory_order_relaxed);
    next_.store(std::numeric_limits<int64_t>::max(), std::memory_order_relaxed);
    put(std::move(keys));
  }

  // Keys of the backend's own, for tickets that are good for `lifetime` seconds.
  void generate(Fill fill, int64_t now, uint32_t lifetime) {
    const std::lock_guard lock(mutex_);
    fill_ = fill;
    period_ = std::clamp(int64_t{lifetime}, shortest_period, longest_period);
    kept_ = period_ + std::min(int64_t{lifetime}, longest_lifetime);
    turn(now);
  }

  // Not before the first replace() or generate(). `now` is the host's.
  [[nodiscard]] Reading read(int64_t now) {
    if (is_due(now)) [[unlikely]] {
      // Another thread that is at it does not keep this one, which takes the keys there are.
      const std::unique_lock lock(mutex_, std::try_to_lock);
      if (lock && is_due(now)) turn(now);
    }
    return Reading(*this);
  }

  static Set copy_of(const plugtls_ticket_key *const *keys, std::size_t count) {
    Set out;
    out.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      out.push_back(read_sized(keys[i]));
    return out;
  }

 private:
  // A clock that was set back by more than a period would keep a key in use for as long as it was wrong.
  [[nodiscard]] bool is_due(int64_t now) const noexcept {
    return now >= next_.load(std::memory_order_relaxed) ||
           now < since_.load(std::memory_order_relaxed);
  }

  void turn(int64_t now) {
    Set keys(1);
    keys.front().size = sizeof keys.front();
    fill_(keys.front().name, sizeof keys.front().name);
    fill_(keys.front().key, sizeof keys.front().key);
    std::vector<int64_t> good_until{now + kept_};
    for (std::size_t i = 0; i < good_until_.size(); ++i) {
      if (good_until_[i] <= now || good_until_[i] > now + kept_) continue;
      keys.push_back((*current_.load())[i]);
      good_until.push_back(good_until_[i]);
    }
    put(std::move(keys));
    good_until_ = std::move(good_until);
    since_.store(now - period_, std::memory_order_relaxed);
    next_.store(now + period_, std::memory_order_relaxed);
  }

  // The rest is under the lock.
  void put(Set keys) {
    sets_.push_back(std::make_unique<const Set>(std::move(keys)));
    current_.store(sets_.back().get());
    has_old_.store(true);
    drop_unread();
  }

  // Whoever begins to read from here on finds the current set.
  void drop_unread() noexcept {
    if (readers_.load() != 0) return;
    sets_.erase(sets_.begin(), std::prev(sets_.end()));
    has_old_.store(false);
  }

  void end_reading() noexcept {
    if (readers_.fetch_sub(1) != 1 || !has_old_.load()) return;
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock) drop_unread();
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<const Set>> sets_;  // the current one last
  std::vector<int64_t> good_until_;  // of each key of the current set, if they are ours
  Fill fill_ = nullptr;
  int64_t period_ = 0, kept_ = 0;
  std::atomic<const Set *> current_{nullptr};
  std::atomic<unsigned> readers_{0};
  std::atomic<bool> has_old_{false};
  std::atomic<int64_t> since_{std::numeric_limits<int64_t>::min()};
  std::atomic<int64_t> next_{std::numeric_limits<int64_t>::max()};
};

}  // namespace plugtls::kit
