// SPDX-License-Identifier: Apache-2.0
// Which certificates above the leaf have been found to be signed by which: every handshake with the same service brings the
// same intermediates, and a public key operation for each is what a handshake costs most.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <set>

namespace plugtls::kit {

// Holds digests (SHA-256) over a certificate and its issuer's. What a signature says of the two never changes, so nothing
// has to be forgotten but for room. For any number of threads.
class VerifiedLinks {
 public:
  using Link = std::array<std::uint8_t, 32>;
  static constexpr std::size_t most = 128;

  [[nodiscard]] bool has(const Link &link) const {
    const std::lock_guard lock(mutex_);
    return links_.contains(link);
  }

  // Good ones only: what does not hold is looked at again.
  void add(const Link &link) {
    const std::lock_guard lock(mutex_);
    if (!links_.insert(link).second) return;
    order_.push_back(link);
    if (order_.size() <= most) return;
    links_.erase(order_.front());
    order_.pop_front();
  }

 private:
  mutable std::mutex mutex_;
  std::set<Link> links_;
  std::deque<Link> order_;
};

}  // namespace plugtls::kit
