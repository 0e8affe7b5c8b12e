// SPDX-License-Identifier: Apache-2.0
//
// A ticket as RFC 5077, 4, recommends it: key name (16), IV (16), AES-256-CBC of the state, HMAC-SHA-256 of all that
// (32). The state: digest of the settings (32), which context made it (16), when it expires (8), the client's certificate
// behind its length (3), what the library saves.
#include "tickets.hpp"

#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"
#include "session.hpp"

#include <plugtls/kit/byte_reader.hpp>
#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/session_bytes.hpp>

#include <mbedtls/aes.h>
#include <mbedtls/md.h>
#include <mbedtls/ssl.h>

extern "C" {  // the header does not say it
#include <mbedtls/constant_time.h>
}

#include <algorithm>
#include <array>
#include <cstring>

namespace plugtls::mbedtls {

namespace {

using kit::session_bytes::append_number;

constexpr std::size_t name_size = 16;
constexpr std::size_t block = 16;
constexpr std::size_t mac_size = 32;
constexpr std::size_t half = 32;  // of plugtls_ticket_key.key: the cipher's, then the MAC's
constexpr std::size_t overhead = name_size + block + mac_size;

using Aes = kit::Pinned<mbedtls_aes_context, mbedtls_aes_init, mbedtls_aes_free>;
using Mac = std::array<uint8_t, mac_size>;

int64_t now_of(const plugtls_backend_context &context) {
  const plugtls_host &host = context.instance->host;
  return host.now(host.user);
}

kit::SecureBytes state_of(const plugtls_backend_context &context,
                          const mbedtls_ssl_session &session) {
  kit::SecureBytes out(context.settings.begin(), context.settings.end());
  out.insert(out.end(), context.maker.begin(), context.maker.end());
  append_number(out, static_cast<uint64_t>(now_of(context)) + context.ticket_lifetime, 8);
  const mbedtls_x509_crt *leaf = session.peer_cert;
  const kit::DerView der = leaf != nullptr ? der_of(*leaf) : kit::DerView{};
  append_number(out, der.size(), 3);
  out.insert(out.end(), der.begin(), der.end());
  const kit::SecureBytes saved = save_session(session);
  out.insert(out.end(), saved.begin(), saved.end());
  return out;
}

Mac mac_of(const plugtls_ticket_key &key, kit::ByteView bytes) {
  Mac out{};
  require(mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key.key + half, half,
                          bytes.data(), bytes.size(), out.data()),
          "compute a MAC");
  return out;
}

// PKCS #7 padding.
void pad(kit::SecureBytes &state) {
  const std::size_t count = block - state.size() % block;
  state.insert(state.end(), count, static_cast<uint8_t>(count));
}

bool unpad(kit::SecureBytes &state) {
  const std::size_t count = state.empty() ? 0 : state.back();
  if (count == 0 || count > block || count > state.size()) return false;
  state.resize(state.size() - count);
  return true;
}

void crypt(const plugtls_ticket_key &key, int mode, const uint8_t *iv, const uint8_t *from,
           std::size_t size, uint8_t *to) {
  Aes aes;
  std::array<uint8_t, block> changing{};
  std::memcpy(changing.data(), iv, block);
  require(mode == MBEDTLS_AES_ENCRYPT ? mbedtls_aes_setkey_enc(aes.get(), key.key, half * 8)
                                      : mbedtls_aes_setkey_dec(aes.get(), key.key, half * 8),
          "take a ticket key");
  require(mbedtls_aes_crypt_cbc(aes.get(), mode, size, changing.data(), from, to),
          "encrypt or decrypt a ticket");
}

// Returns the ticket's size, or 0 if there is no room.
std::size_t seal(const plugtls_ticket_key &key, kit::SecureBytes state, uint8_t *out,
                 std::size_t capacity) {
  pad(state);
  const std::size_t size = state.size() + overhead;
  if (size > capacity) return 0;
  std::memcpy(out, key.name, name_size);
  require(random(nullptr, out + name_size, block), "make random bytes");
  crypt(key, MBEDTLS_AES_ENCRYPT, out + name_size, state.data(), state.size(),
        out + name_size + block);
  const Mac mac = mac_of(key, {out, size - mac_size});
  std::memcpy(out + size - mac_size, mac.data(), mac.size());
  return size;
}

// Empty if it is not one of ours.
kit::SecureBytes open(const kit::TicketKeys::Reading &keys, kit::ByteView ticket) {
  if (ticket.size() <= overhead || (ticket.size() - overhead) % block != 0) return {};
  const plugtls_ticket_key *key = keys.find(ticket.data());
  if (key == nullptr) return {};
  const Mac mac = mac_of(*key, ticket.first(ticket.size() - mac_size));
  if (mbedtls_ct_memcmp(mac.data(), ticket.last(mac_size).data(), mac.size()) != 0) return {};
  kit::SecureBytes state(ticket.size() - overhead);
  crypt(*key, MBEDTLS_AES_DECRYPT, ticket.data() + name_size, ticket.data() + name_size + block,
        state.size(), state.data());
  return unpad(state) ? state : kit::SecureBytes{};
}

int write_ticket(void *user, const mbedtls_ssl_session *session, unsigned char *start,
                 const unsigned char *end, size_t *size, uint32_t *lifetime) {
  auto &context = *static_cast<plugtls_backend_context *>(user);
  return kit::guard_or(MBEDTLS_ERR_SSL_INTERNAL_ERROR, [&]() -> int {
    *size = seal(context.ticket_keys.read(now_of(context)).newest(), state_of(context, *session),
                 start, static_cast<std::size_t>(end - start));
    *lifetime = context.ticket_lifetime;
    return *size > 0 ? 0 : MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
  });
}

// Early data could be replayed: they are taken with a ticket once, and by the context that made it, which alone knows. Others
// that have its keys may resume with it.
bool may_bring_early_data(const plugtls_backend_context &context, kit::ByteView maker,
                          kit::ByteView ticket, uint64_t expires) {
  const plugtls_backend_connection *connection = Current::of_thread();
  if (connection == nullptr || !connection->early.reading()) return false;
  if (!std::equal(maker.begin(), maker.end(), context.maker.begin(), context.maker.end()))
    return false;
  kit::SingleUse::Id id{};
  std::copy_n(ticket.last(mac_size).begin(), id.size(), id.begin());
  return context.early_tickets.take(id, static_cast<int64_t>(expires), now_of(context));
}

// Opens the door only where the settings are those that the ticket was made under.
int read_ticket(plugtls_backend_context &context, mbedtls_ssl_session *session,
                kit::ByteView ticket) {
  const int64_t now = now_of(context);
  const kit::SecureBytes state = open(context.ticket_keys.read(now), ticket);
  if (state.empty()) return MBEDTLS_ERR_SSL_INVALID_MAC;
  kit::ByteReader reader(state);
  const kit::ByteView settings = reader.take(context.settings.size());
  const kit::ByteView maker = reader.take(context.maker.size());
  const uint64_t expires = uint64_t{reader.number(4)} << 32U | reader.number(4);
  const kit::ByteView leaf = reader.vector(3);
  const bool fits = reader.good() && std::equal(settings.begin(), settings.end(),
                                                context.settings.begin(), context.settings.end());
  if (!fits || static_cast<uint64_t>(now) >= expires) return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
  const std::size_t before = settings.size() + maker.size() + 8 + 3 + leaf.size();
  const int native =
      mbedtls_ssl_session_load(session, state.data() + before, state.size() - before);
  if (native != 0) return native;
  plugtls_backend_connection *connection = Current::of_thread();
  if (connection != nullptr && !choose_suite(*connection, session->ciphersuite))
    return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
  constexpr uint8_t early = MBEDTLS_SSL_TLS1_3_TICKET_ALLOW_EARLY_DATA;
  if ((session->ticket_flags & early) != 0 &&
      !may_bring_early_data(context, maker, ticket, expires))
    session->ticket_flags &= static_cast<uint8_t>(~early);
  remember_peer(leaf);
  return 0;
}

int parse_ticket(void *user, mbedtls_ssl_session *session, unsigned char *ticket, size_t size) {
  return kit::guard_or(MBEDTLS_ERR_SSL_INTERNAL_ERROR, [&] {
    return read_ticket(*static_cast<plugtls_backend_context *>(user), session, {ticket, size});
  });
}

void fill_random(void *out, std::size_t size) {
  require(random(nullptr, static_cast<unsigned char *>(out), size), "make random bytes");
}

void set_client(plugtls_backend_context &context) {
  const bool resumes = (context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0;
  mbedtls_ssl_config *conf = context.conf.get();
  mbedtls_ssl_conf_session_tickets(
      conf, resumes ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
  mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
      conf, resumes ? MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED
                    : MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED);
}

}  // namespace

void remember_peer(kit::ByteView certificate) {
  plugtls_backend_connection *connection = Current::of_thread();
  if (connection == nullptr) return;
  connection->remembered.clear();
  if (!certificate.empty())
    connection->remembered.emplace_back(certificate.begin(), certificate.end());
}

void set_tickets(plugtls_backend_context &context, const plugtls_config &config) {
  mbedtls_ssl_config *conf = context.conf.get();
  // A resumed session still gets a key exchange of its own.
  mbedtls_ssl_conf_tls13_key_exchange_modes(conf,
                                            MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
  if (context.role == PLUGTLS_ROLE_CLIENT) {
    set_client(context);
    return;
  }
  fill_random(context.maker.data(), context.maker.size());
  if (config.ticket_key_count > 0)
    context.ticket_keys.replace(
        kit::TicketKeys::copy_of(config.ticket_keys, config.ticket_key_count));
  else
    context.ticket_keys.generate(&fill_random, now_of(context), context.ticket_lifetime);
  if ((context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) != 0) {
    context.ticket_count = 0;  // what is reported is what is in force
    mbedtls_ssl_conf_new_session_tickets(conf, 0);
    return;
  }
  mbedtls_ssl_conf_new_session_tickets(conf, static_cast<uint16_t>(context.ticket_count));
  mbedtls_ssl_conf_session_tickets_cb(conf, &write_ticket, &parse_ticket, &context);
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

}  // namespace plugtls::mbedtls
