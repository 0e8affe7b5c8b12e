// SPDX-License-Identifier: Apache-2.0
#include "psk.hpp"

#include "algorithms.hpp"
#include "connection.hpp"
#include "context.hpp"

#include <wolfssl/error-ssl.h>

#include <algorithm>
#include <cstring>

namespace plugtls::wolfssl {

namespace {

constexpr std::size_t longest_key = 64;         // wolfSSL's MAX_PSK_KEY_LEN
constexpr std::size_t longest_identity = 1536;  // wolfSSL's MAX_PSK_ID_LEN, where it has tickets
constexpr uint16_t aes_256_gcm_sha384 = 0x1302;

constexpr uint32_t hash_of(uint16_t suite) noexcept {
  return suite == aes_256_gcm_sha384 ? PLUGTLS_HASH_SHA384 + 0U : PLUGTLS_HASH_SHA256 + 0U;
}

uint16_t first_suite(const plugtls_backend_context &context, uint32_t hash,
                     const kit::ClientHello *hello) {
  for (const uint16_t suite : context.suites)
    if (is_tls13(suite) && hash_of(suite) == hash && (hello == nullptr || hello->offers(suite)))
      return suite;
  return 0;
}

// Clients: wolfSSL asks for each of the suites that it offers, by name. 0: no key.
unsigned on_offer(WOLFSSL *ssl, const char *, char *identity, unsigned most, unsigned char *key,
                  unsigned, const char *suite) {
  const KnownPsk &psk = connection_of(ssl)->context->psk;
  unsigned char first = 0;
  unsigned char second = 0;
  int flags = 0;
  if (suite == nullptr || psk.identity.size() > most ||
      wolfSSL_get_cipher_suite_from_name(suite, &first, &second, &flags) != 0)
    return 0;
  if (hash_of(static_cast<uint16_t>(first << 8U | second)) != psk.hash) return 0;
  std::copy(psk.identity.begin(), psk.identity.end(), identity);
  identity[psk.identity.size()] = '\0';  // there is room for it behind `most`
  std::copy(psk.key.begin(), psk.key.end(), key);
  return static_cast<unsigned>(psk.key.size());
}

bool ask_program(plugtls_backend_connection &connection, kit::ByteView identity) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  kit::SecureBytes key(longest_key);
  std::size_t size = 0;
  uint32_t hash = 0;
  plugtls_status status = PLUGTLS_FAILED;
  auto ask = [&]() noexcept {
    status = callbacks.psk(callbacks.user, connection.host_connection, kit::as_bytes(identity),
                           key.data(), key.size(), &size, &hash);
    return true;
  };
  if (connection.suspension)
    (void)connection.suspension->ask(ask);
  else
    ask();
  const bool known_hash = hash == PLUGTLS_HASH_SHA256 || hash == PLUGTLS_HASH_SHA384;
  if (status != PLUGTLS_OK || size == 0 || size > key.size() || !known_hash) return false;
  key.resize(size);
  connection.psk.found = {{identity.begin(), identity.end()}, std::move(key), hash};
  return true;
}

bool is_known(plugtls_backend_connection &connection, kit::ByteView identity) {
  PskLookUp &psk = connection.psk;
  const auto is_it = [&](const kit::SecureBytes &one) { return kit::same_bytes(one, identity); };
  if (psk.found.hash != 0) return is_it(psk.found.identity);
  if (std::any_of(psk.unknown.begin(), psk.unknown.end(), is_it)) return false;
  if (ask_program(connection, identity)) return true;
  psk.unknown.emplace_back(identity.begin(), identity.end());
  return false;
}

unsigned find(plugtls_backend_connection &connection, const char *identity, unsigned char *key,
              unsigned most, const char **suite) {
  const auto *bytes = reinterpret_cast<const uint8_t *>(identity);
  if (!is_known(connection, {bytes, std::strlen(identity)})) return 0;
  const KnownPsk &found = connection.psk.found;
  const uint16_t number = connection.psk.suites[found.hash == PLUGTLS_HASH_SHA384 ? 1 : 0];
  if (number == 0 || found.key.size() > most) return 0;
  *suite = suite_name(number);
  std::copy(found.key.begin(), found.key.end(), key);
  return static_cast<unsigned>(found.key.size());
}

// Servers.
unsigned on_find(WOLFSSL *ssl, const char *identity, unsigned char *key, unsigned most,
                 const char **suite) {
  return kit::guard_or(0U, [&] { return find(*connection_of(ssl), identity, key, most, suite); });
}

[[noreturn]] void refuse(const char *why) {
  throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_PSK, why));
}

void choose_offer(plugtls_backend_context &context, const plugtls_config &config) {
  if (config.psk_count > 1) refuse("the backend offers one external PSK, not several; choose one");
  const plugtls_psk psk = kit::read_sized(config.psks[0]);
  const auto identity = kit::as_span(psk.identity);
  const auto key = kit::as_span(psk.key);
  if (std::find(identity.begin(), identity.end(), uint8_t{0}) != identity.end())
    refuse("wolfSSL takes no PSK identity with a NUL byte in it");
  if (key.size() > longest_key || identity.size() > longest_identity)
    kit::raise(PLUGTLS_E_INVALID_ARGUMENT,
               "the PSK has %zu bytes and its identity %zu, wolfSSL takes %zu and %zu", key.size(),
               identity.size(), longest_key, longest_identity);
  context.psk = {{identity.begin(), identity.end()}, {key.begin(), key.end()}, psk.hash};
  if (first_suite(context, psk.hash, nullptr) == 0)
    kit::raise(PLUGTLS_E_NO_CIPHER_SUITE,
               "none of the cipher suites has the PSK's hash, which TLS 1.3 takes");
}

}  // namespace

void choose_psk(plugtls_backend_context &context, const plugtls_config &config) {
  if (config.psk_count == 0 && context.callbacks.psk == nullptr) return;
  if (!context.versions.contains(PLUGTLS_VERSION_TLS1_3))
    refuse("external PSKs take TLS 1.3, which the versions asked for leave out");
  if (config.psk_count > 0) choose_offer(context, config);
  // Without a certificate there is nothing that TLS 1.2 could do.
  if (context.role == PLUGTLS_ROLE_SERVER && config.identity_count == 0)
    context.versions.min = PLUGTLS_VERSION_TLS1_3;
}

void set_psk(WOLFSSL_CTX *native, const plugtls_backend_context &context) {
  if (context.psk.hash != 0) wolfSSL_CTX_set_psk_client_cs_callback(native, &on_offer);
  if (context.callbacks.psk != nullptr) wolfSSL_CTX_set_psk_server_tls13_callback(native, &on_find);
}

void prepare_psk(plugtls_backend_connection &connection, const kit::ClientHello &hello) {
  const plugtls_backend_context &context = *connection.context;
  if (context.callbacks.psk == nullptr) return;
  connection.psk.suites = {first_suite(context, PLUGTLS_HASH_SHA256, &hello),
                           first_suite(context, PLUGTLS_HASH_SHA384, &hello)};
}

bool was_psk(const plugtls_backend_connection &connection) {
  const bool had_one = connection.context->role == PLUGTLS_ROLE_CLIENT
                           ? connection.context->psk.hash != 0
                           : connection.psk.found.hash != 0;
  return had_one && connection.flight.pre_shared_key() && !connection.resumed &&
         wolfSSL_version(connection.ssl.get()) == TLS1_3_VERSION;
}

bool lacks_psk(const plugtls_backend_connection &connection, int native) {
  const bool for_want =
      native == BUFFER_ERROR || native == NO_PRIVATE_KEY || native == NO_CERT_ERROR;
  return for_want && !connection.done && connection.context->callbacks.psk != nullptr &&
         connection.context->identities.empty() && connection.psk.found.hash == 0;
}

}  // namespace plugtls::wolfssl
