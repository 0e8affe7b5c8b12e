// SPDX-License-Identifier: Apache-2.0
//
// wolfSSL lays a ticket out as key name (16), IV (16), the length and the encrypted state, MAC (32), and leaves the rest
// to its callback. Here that is AES-256-CTR; and for the MAC, when the ticket expires (8, the top bit: the client has
// shown a certificate) and 24 bytes of HMAC-SHA-256 over the settings and everything else.
#include "tickets.hpp"

#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"

#include <plugtls/kit/byte_reader.hpp>
#include <plugtls/kit/secure_bytes.hpp>

#include <wolfssl/wolfcrypt/hmac.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace plugtls::wolfssl {

namespace {

constexpr std::size_t half = 32;  // of plugtls_ticket_key.key: the cipher's, then the MAC's
constexpr std::size_t expiry_size = 8;
constexpr std::size_t mac_size = WOLFSSL_TICKET_MAC_SZ - expiry_size;
constexpr uint64_t has_chain = uint64_t{1} << 63U;
// wolfSSL takes a name of zeros for none.
constexpr std::string_view name_mask = "plugtls wolfssl.";
static_assert(name_mask.size() == WOLFSSL_TICKET_NAME_SZ);

struct Ticket {
  unsigned char *name;
  unsigned char *iv;
  unsigned char *mac;
  unsigned char *state;
  std::size_t size;
};

void mask_name(const unsigned char *from, unsigned char *to) {
  for (std::size_t i = 0; i < name_mask.size(); ++i)
    to[i] = static_cast<unsigned char>(from[i] ^ static_cast<unsigned char>(name_mask[i]));
}

void init_hmac(Hmac *hmac) noexcept {
  (void)wc_HmacInit(hmac, nullptr, INVALID_DEVID);
}
using Mac = kit::Pinned<Hmac, init_hmac, wc_HmacFree>;

ShownChains::Key mac_of(const plugtls_backend_context &context, const plugtls_ticket_key &key,
                        const Ticket &ticket) {
  Mac hmac;
  ShownChains::Key out{};
  const auto add = [&](const unsigned char *bytes, std::size_t size) {
    require_crypt(wc_HmacUpdate(hmac.get(), bytes, static_cast<word32>(size)), "compute a MAC");
  };
  require_crypt(wc_HmacSetKey(hmac.get(), WC_SHA256, key.key + half, half), "take a MAC key");
  add(context.settings.data(), context.settings.size());
  add(ticket.name, WOLFSSL_TICKET_NAME_SZ);
  add(ticket.iv, WOLFSSL_TICKET_IV_SZ);
  add(ticket.mac, expiry_size);
  add(ticket.state, ticket.size);
  require_crypt(wc_HmacFinal(hmac.get(), out.data()), "finish a MAC");
  return out;
}

// The same in both directions.
void crypt(const plugtls_ticket_key &key, const Ticket &ticket) {
  AesKey aes;
  require_crypt(wc_AesSetKeyDirect(aes.get(), key.key, half, ticket.iv, AES_ENCRYPTION),
                "take a ticket key");
  require_crypt(
      wc_AesCtrEncrypt(aes.get(), ticket.state, ticket.state, static_cast<word32>(ticket.size)),
      "encrypt or decrypt a ticket");
}

int64_t now_of(const plugtls_backend_context &context) {
  const plugtls_host &host = context.instance->host;
  return host.now(host.user);
}

const Certificates &chain_of(const plugtls_backend_connection &connection) {
  return connection.remembered.empty() ? connection.peer_chain : connection.remembered;
}

int seal(plugtls_backend_connection &connection, const Ticket &ticket) {
  plugtls_backend_context &context = *connection.context;
  const kit::TicketKeys::Reading keys = context.ticket_keys.read(now_of(context));
  const plugtls_ticket_key &key = keys.newest();
  mask_name(key.name, ticket.name);
  fill_random(connection.ssl.get(), {ticket.iv, WOLFSSL_TICKET_IV_SZ});
  const Certificates &chain = chain_of(connection);
  uint64_t expiry = static_cast<uint64_t>(now_of(context)) + context.ticket_lifetime;
  if (!chain.empty()) expiry |= has_chain;
  for (std::size_t i = expiry_size; i-- > 0; expiry >>= 8U)
    ticket.mac[i] = static_cast<unsigned char>(expiry);
  crypt(key, ticket);
  const ShownChains::Key mac = mac_of(context, key, ticket);
  std::memcpy(ticket.mac + expiry_size, mac.data(), mac_size);
  if (!chain.empty()) context.shown.remember(mac, chain);
  return WOLFSSL_TICKET_RET_OK;
}

bool same_mac(const unsigned char *a, const unsigned char *b) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < mac_size; ++i)
    difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

// Opens the door only where the settings are those that the ticket was made under.
int open(plugtls_backend_connection &connection, const Ticket &ticket) {
  plugtls_backend_context &context = *connection.context;
  std::array<unsigned char, WOLFSSL_TICKET_NAME_SZ> name{};
  mask_name(ticket.name, name.data());
  const int64_t now = now_of(context);
  const kit::TicketKeys::Reading keys = context.ticket_keys.read(now);
  const plugtls_ticket_key *key = keys.find(name.data());
  if (key == nullptr) return WOLFSSL_TICKET_RET_REJECT;
  const ShownChains::Key mac = mac_of(context, *key, ticket);
  if (!same_mac(mac.data(), ticket.mac + expiry_size)) return WOLFSSL_TICKET_RET_REJECT;
  kit::ByteReader reader(kit::ByteView(ticket.mac, expiry_size));
  const uint64_t high = reader.number(4);
  const uint64_t expiry = high << 32U | reader.number(4);
  if (static_cast<uint64_t>(now) >= (expiry & ~has_chain)) return WOLFSSL_TICKET_RET_REJECT;
  if ((expiry & has_chain) != 0) {
    auto chain = context.shown.find(mac);
    if (!chain) return WOLFSSL_TICKET_RET_REJECT;
    connection.remembered = std::move(*chain);
  }
  crypt(*key, ticket);
  return WOLFSSL_TICKET_RET_OK;
}

// NOLINTBEGIN(readability-function-size, readability-non-const-parameter): wolfSSL's signature, and all is written to
int on_ticket(WOLFSSL *ssl, unsigned char name[WOLFSSL_TICKET_NAME_SZ],
              unsigned char iv[WOLFSSL_TICKET_IV_SZ], unsigned char mac[WOLFSSL_TICKET_MAC_SZ],
              int sealing, unsigned char *state, int size, int *out_size, void *) {
  auto *connection = connection_of(ssl);
  if (connection == nullptr || size <= 0) return WOLFSSL_TICKET_RET_FATAL;
  // NOLINTEND(readability-function-size, readability-non-const-parameter)
  const Ticket ticket{name, iv, mac, state, static_cast<std::size_t>(size)};
  *out_size = size;
  if (sealing != 0)
    return kit::guard_or(int{WOLFSSL_TICKET_RET_FATAL}, [&] { return seal(*connection, ticket); });
  connection->remembered.clear();
  return kit::guard_or(int{WOLFSSL_TICKET_RET_REJECT}, [&] { return open(*connection, ticket); });
}

void fill_key(void *out, std::size_t size) {
  fill_random({static_cast<uint8_t *>(out), size});
}

}  // namespace

void ShownChains::remember(const Key &ticket, const Chain &chain) {
  const std::lock_guard lock(mutex_);
  if (!chains_.emplace(ticket, chain).second) return;
  order_.push_back(ticket);
  if (order_.size() <= most) return;
  chains_.erase(order_.front());
  order_.pop_front();
}

std::optional<ShownChains::Chain> ShownChains::find(const Key &ticket) const {
  const std::lock_guard lock(mutex_);
  const auto found = chains_.find(ticket);
  return found == chains_.end() ? std::nullopt : std::optional(found->second);
}

void choose_ticket_keys(plugtls_backend_context &context, const plugtls_config &config) {
  if (context.role != PLUGTLS_ROLE_SERVER) return;
  // What is reported is what is in force.
  if ((context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) != 0) context.ticket_count = 0;
  if (config.ticket_key_count > 0)
    context.ticket_keys.replace(
        kit::TicketKeys::copy_of(config.ticket_keys, config.ticket_key_count));
  else
    context.ticket_keys.generate(&fill_key, now_of(context), context.ticket_lifetime);
}

void switch_tickets_off(WOLFSSL_CTX *native) {
  require(wolfSSL_CTX_set_TicketEncCb(native, nullptr), "switch tickets off");
  (void)wolfSSL_CTX_NoTicketTLSv12(native);
  (void)wolfSSL_CTX_no_ticket_TLSv13(native);
}

void set_tickets(WOLFSSL_CTX *native, plugtls_backend_context &context) {
  if (context.role != PLUGTLS_ROLE_SERVER) return;
  // Its cache is the process's, and knows nothing of settings: sessions are in tickets, or nowhere.
  (void)wolfSSL_CTX_set_session_cache_mode(native, WOLFSSL_SESS_CACHE_OFF);
  (void)wolfSSL_CTX_set_num_tickets(native, context.ticket_count);
  if ((context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) != 0) {
    switch_tickets_off(native);
    return;
  }
  require(wolfSSL_CTX_set_TicketEncCb(native, &on_ticket), "take the ticket keys");
  require(wolfSSL_CTX_set_TicketHint(native, static_cast<int>(context.ticket_lifetime)),
          "take the lifetime of tickets");
  // By which it judges the age of a ticket, too.
  (void)wolfSSL_CTX_set_timeout(native, context.ticket_lifetime);
}

bool is_own_ticket(plugtls_backend_context &context, kit::ByteView ticket) {
  std::array<unsigned char, WOLFSSL_TICKET_NAME_SZ> name{};
  if (ticket.size() < name.size()) return false;
  mask_name(ticket.data(), name.data());
  return context.ticket_keys.read(now_of(context)).find(name.data()) != nullptr;
}

plugtls_status context_set_ticket_keys(plugtls_backend_context *context,
                                       const plugtls_ticket_key *const *keys, size_t count,
                                       plugtls_error *err) {
  return kit::guard(err, [&] {
    if (context->role != PLUGTLS_ROLE_SERVER || count == 0)
      return kit::fail(err, PLUGTLS_E_INVALID_ARGUMENT,
                       "ticket keys are a server's, and there must be at least one");
    context->ticket_keys.replace(kit::TicketKeys::copy_of(keys, count));
    return plugtls_status{PLUGTLS_OK};
  });
}

}  // namespace plugtls::wolfssl
