// SPDX-License-Identifier: Apache-2.0
// The tickets of servers, by the keys of their context (B6).
#include "connection.hpp"
#include "error.hpp"

#include <openssl/cipher.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstring>

namespace plugtls_boringssl {

using namespace plugtls;

namespace {

constexpr std::size_t half = 32;     // of plugtls_ticket_key.key: the cipher's, then the MAC's
constexpr std::size_t iv_size = 16;  // AES

// BoringSSL's answers of a ticket key callback.
enum Answer {
  failed = -1,
  unknown_key = 0,
  good = 1,
  good_but_renew = 2
};

// Never fails.
void fill_random(void *out, std::size_t size) {
  RAND_bytes(static_cast<uint8_t *>(out), size);
}

int64_t now_of(const plugtls_backend_context &context) {
  const plugtls_host &host = context.instance->host;
  return host.now(host.user);
}

bool key_mac(HMAC_CTX *mac, const plugtls_ticket_key &key) {
  return HMAC_Init_ex(mac, key.key + half, half, EVP_sha256(), nullptr) == 1;
}

int seal(const plugtls_ticket_key &key, uint8_t *name, uint8_t *iv, EVP_CIPHER_CTX *cipher,
         HMAC_CTX *mac) {
  RAND_bytes(iv, iv_size);
  if (EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.key, iv) != 1 ||
      !key_mac(mac, key))
    return failed;
  std::memcpy(name, key.name, sizeof key.name);
  return good;
}

int open(const kit::TicketKeys::Reading &keys, const uint8_t *name, const uint8_t *iv,
         EVP_CIPHER_CTX *cipher, HMAC_CTX *mac) {
  const plugtls_ticket_key *key = keys.find(name);
  if (key == nullptr) return unknown_key;
  if (!key_mac(mac, *key) ||
      EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->key, iv) != 1)
    return failed;
  return key == &keys.newest() ? good : good_but_renew;
}

int use_key(SSL *ssl, uint8_t *name, uint8_t *iv, EVP_CIPHER_CTX *cipher, HMAC_CTX *mac,
            int sealing) {
  return kit::guard_or(int{failed}, [&]() -> int {
    plugtls_backend_context &context = *connection_of(ssl)->context;
    const kit::TicketKeys::Reading keys = context.ticket_keys.read(now_of(context));
    return sealing != 0 ? seal(keys.newest(), name, iv, cipher, mac)
                        : open(keys, name, iv, cipher, mac);
  });
}

}  // namespace

void set_tickets(plugtls_backend_context &context, const plugtls_config &config) {
  if (context.role != PLUGTLS_ROLE_SERVER) return;
  SSL_CTX *ctx = context.ctx.get();
  // Only tickets: whatever a session was made under is sealed in them, and nothing fills up.
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  if (config.ticket_key_count > 0)
    context.ticket_keys.replace(
        kit::TicketKeys::copy_of(config.ticket_keys, config.ticket_key_count));
  else
    context.ticket_keys.generate(&fill_random, now_of(context), context.ticket_lifetime);
  if ((context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) != 0) {
    context.ticket_count = 0;  // what is reported is what is in force
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    return;
  }
  SSL_CTX_set_timeout(ctx, context.ticket_lifetime);
  SSL_CTX_set_session_psk_dhe_timeout(ctx, context.ticket_lifetime);
  require(SSL_CTX_set_num_tickets(ctx, context.ticket_count) == 1, "take the number of tickets");
  require(SSL_CTX_set_tlsext_ticket_key_cb(ctx, &use_key) == 1, "take the ticket keys");
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

}  // namespace plugtls_boringssl
