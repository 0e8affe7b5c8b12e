// SPDX-License-Identifier: Apache-2.0
// Session tickets of servers: their keys, their lifetime (RFC 5077; RFC 8446, 4.6.1).
#pragma once

#include <plugtls/backend.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

struct plugtls_backend_context;

namespace plugtls::openssl {

// The keys of one context. Handshakes read without a lock; sets that were replaced live on until the context goes, since a
// handshake of another thread may be reading them.
class TicketKeys {
 public:
  TicketKeys() = default;
  ~TicketKeys();
  TicketKeys(const TicketKeys &) = delete;
  TicketKeys &operator=(const TicketKeys &) = delete;

  using Set = std::vector<plugtls_ticket_key>;
  void replace(Set keys);
  const Set &current() const noexcept { return *current_.load(std::memory_order_acquire); }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Set>> sets_;
  std::atomic<const Set *> current_{nullptr};
};

// Puts tickets as the configuration has them into force, or switches them off.
void set_tickets(plugtls_backend_context &context, const plugtls_config &config);

plugtls_status context_set_ticket_keys(plugtls_backend_context *context,
                                       const plugtls_ticket_key *const *keys, size_t count,
                                       plugtls_error *err);

}  // namespace plugtls::openssl
