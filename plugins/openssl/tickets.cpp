// SPDX-License-Identifier: Apache-2.0
#include "tickets.hpp"

#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"

#include <plugtls/kit/secure_bytes.hpp>

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>

namespace plugtls::openssl {

namespace {

constexpr std::size_t half = 32;     // of plugtls_ticket_key.key: the cipher's, then the MAC's
constexpr std::size_t iv_size = 16;  // AES

// OpenSSL's answers of a ticket key callback.
enum Answer {
  failed = -1,
  unknown_key = 0,
  good = 1,
  good_but_renew = 2
};

void fill_random(void *out, std::size_t size) {
  if (RAND_priv_bytes(static_cast<unsigned char *>(out), static_cast<int>(size)) != 1)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL has no random bytes");
}

bool key_mac(EVP_MAC_CTX *mac, const plugtls_ticket_key &key) {
  std::array<uint8_t, half> secret{};
  std::memcpy(secret.data(), key.key + half, half);
  std::array<char, 7> sha256{"sha256"};
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret.data(), secret.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256.data(), 0),
      OSSL_PARAM_construct_end()};
  const bool done = EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
  kit::wipe(secret.data(), secret.size());
  return done;
}

int seal(const plugtls_ticket_key &key, unsigned char *name, unsigned char *iv,
         EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac) {
  if (RAND_bytes(iv, iv_size) != 1 ||
      EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.key, iv) != 1 ||
      !key_mac(mac, key))
    return failed;
  std::memcpy(name, key.name, sizeof key.name);
  return good;
}

// In TLS 1.3 a ticket is for one visit (RFC 8446, C.4), so that each gets new ones; OpenSSL sends them where it is told to
// renew. In TLS 1.2 a ticket serves until its key has been replaced.
int open(const SSL *ssl, const kit::TicketKeys::Reading &keys, const unsigned char *name,
         const unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac) {
  const plugtls_ticket_key *key = keys.find(name);
  if (key == nullptr) return unknown_key;
  if (!key_mac(mac, *key) ||
      EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->key, iv) != 1)
    return failed;
  const bool last = key == &keys.newest() && SSL_version(ssl) != TLS1_3_VERSION;
  return last ? good : good_but_renew;
}

int64_t now_of(const plugtls_backend_context &context) {
  const plugtls_host &host = context.instance->host;
  return host.now(host.user);
}

// By the keys of the context that is in force, which the name callback may have chosen.
int use_key(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
            EVP_MAC_CTX *mac, int sealing) {
  return kit::guard_or(int{failed}, [&]() -> int {
    plugtls_backend_context &context = *connection_of(ssl)->context;
    const kit::TicketKeys::Reading keys = context.ticket_keys.read(now_of(context));
    return sealing != 0 ? seal(keys.newest(), name, iv, cipher, mac)
                        : open(ssl, keys, name, iv, cipher, mac);
  });
}

// Before a ticket is made: OpenSSL would take the lifetime from the context the connection began with.
int set_lifetime(SSL *ssl, void *) {
  SSL_SESSION_set_timeout(SSL_get_session(ssl),
                          static_cast<long>(connection_of(ssl)->context->ticket_lifetime));
  return 1;
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
  }
  SSL_CTX_set_timeout(ctx, static_cast<long>(context.ticket_lifetime));
  SSL_CTX_set_num_tickets(ctx, context.ticket_count);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, &use_key);
  SSL_CTX_set_session_ticket_cb(ctx, &set_lifetime, nullptr, nullptr);
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

}  // namespace plugtls::openssl
