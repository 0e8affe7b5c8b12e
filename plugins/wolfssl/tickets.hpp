// SPDX-License-Identifier: Apache-2.0
// Session tickets of servers: their keys, their lifetime (RFC 5077; RFC 8446, 4.6.1). Not wolfSSL's own keys, which know
// nothing of settings and cannot be shared.
#pragma once

#include "library.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/byte_reader.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

struct plugtls_backend_context;

namespace plugtls::wolfssl {

// The certificates that clients showed, by the ticket they were given: wolfSSL's tickets have no room for them. So such
// a ticket opens this context only; in another the handshake is a full one.
class ShownChains {
 public:
  using Key = std::array<uint8_t, 32>;
  using Chain = std::vector<std::vector<uint8_t>>;

  void remember(const Key &ticket, const Chain &chain);
  [[nodiscard]] std::optional<Chain> find(const Key &ticket) const;

 private:
  static constexpr std::size_t most = 4096;
  mutable std::mutex mutex_;
  std::map<Key, Chain> chains_;
  std::deque<Key> order_;  // oldest first
};

// The keys of the configuration, or random ones.
void choose_ticket_keys(plugtls_backend_context &context, const plugtls_config &config);

// Puts tickets as the context has them into force, or switches them off.
void set_tickets(WOLFSSL_CTX *native, plugtls_backend_context &context);
void switch_tickets_off(WOLFSSL_CTX *native);

// Whether a ticket of TLS 1.2 names a key of this context's.
bool is_own_ticket(plugtls_backend_context &context, kit::ByteView ticket);

plugtls_status context_set_ticket_keys(plugtls_backend_context *context,
                                       const plugtls_ticket_key *const *keys, size_t count,
                                       plugtls_error *err);

}  // namespace plugtls::wolfssl
