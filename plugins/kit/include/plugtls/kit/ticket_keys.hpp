// SPDX-License-Identifier: Apache-2.0
// The ticket keys of a server's context (B6): replaced by one thread while others are in handshakes.
#pragma once

#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/sized.hpp>
#include <plugtls/types.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace plugtls::kit {

// Handshakes read without a lock; sets that were replaced live on until the context goes, since a handshake of another
// thread may be reading them.
class TicketKeys {
 public:
  using Set = std::vector<plugtls_ticket_key>;

  TicketKeys() = default;
  ~TicketKeys() {
    for (const auto &set : sets_)
      wipe(set->data(), set->size() * sizeof(plugtls_ticket_key));
  }
  TicketKeys(const TicketKeys &) = delete;
  TicketKeys &operator=(const TicketKeys &) = delete;

  void replace(Set keys) {
    auto set = std::make_unique<Set>(std::move(keys));
    const std::lock_guard lock(mutex_);
    sets_.push_back(std::move(set));
    current_.store(sets_.back().get(), std::memory_order_release);
  }

  // Not before the first replace().
  [[nodiscard]] const Set &current() const noexcept {
    return *current_.load(std::memory_order_acquire);
  }

  // The key of that name, or nullptr.
  static const plugtls_ticket_key *find(const Set &keys, const unsigned char *name) noexcept {
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const plugtls_ticket_key &one) {
      return std::memcmp(one.name, name, sizeof one.name) == 0;
    });
    return key == keys.end() ? nullptr : &*key;
  }

  static Set copy_of(const plugtls_ticket_key *const *keys, std::size_t count) {
    Set out;
    out.reserve(count);  // no copy is left behind by growing
    for (std::size_t i = 0; i < count; ++i)
      out.push_back(read_sized(keys[i]));
    return out;
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Set>> sets_;
  std::atomic<const Set *> current_{nullptr};
};

}  // namespace plugtls::kit
