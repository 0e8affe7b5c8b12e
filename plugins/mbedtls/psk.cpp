// SPDX-License-Identifier: Apache-2.0
#include "psk.hpp"

#include "algorithms.hpp"
#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"

#include <psa/crypto.h>

#include <algorithm>

namespace plugtls::mbedtls {

namespace {

constexpr std::size_t longest_key = MBEDTLS_PSK_MAX_LEN;

constexpr uint32_t native_hash(uint32_t hash) {
  return hash == PLUGTLS_HASH_SHA384 ? PSA_ALG_SHA_384 : PSA_ALG_SHA_256;
}

// The server of a library that takes the client's order would choose a suite of another hash, and lose the key.
void prefer_suites_of(plugtls_backend_context &context, uint32_t hash) {
  std::stable_partition(context.suites.begin(), context.suites.end() - 1,
                        [&](int suite) { return goes_with(static_cast<uint16_t>(suite), hash); });
}

void set_offer(plugtls_backend_context &context, const plugtls_config &config) {
  if (config.psk_count > 1)
    throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_PSK,
                                      "Mbed TLS offers one external PSK, not several; choose one"));
  const plugtls_psk psk = kit::read_sized(config.psks[0]);
  if (psk.key.size > longest_key)
    kit::raise(PLUGTLS_E_INVALID_ARGUMENT, "the PSK has %zu bytes, Mbed TLS takes %zu",
               psk.key.size, longest_key);
  const auto identity = kit::as_span(psk.identity);
  context.psk_identity.assign(identity.begin(), identity.end());
  context.psk_hash = psk.hash;
  if (std::none_of(context.suites.begin(), context.suites.end() - 1,
                   [&](int suite) { return goes_with(static_cast<uint16_t>(suite), psk.hash); }))
    kit::raise(PLUGTLS_E_NO_CIPHER_SUITE,
               "none of the cipher suites has the PSK's hash, which TLS 1.3 takes");
  if (config.cipher_suite_count == 0) prefer_suites_of(context, psk.hash);
  require(mbedtls_ssl_conf_psk(context.conf.get(), psk.key.data, psk.key.size, psk.identity.data,
                               psk.identity.size),
          "take the PSK");
}

// The one question to the program; it has to answer at once.
struct KeyWanted {
  const plugtls_backend_connection &connection;
  std::span<const uint8_t> identity;
  kit::SecureBytes key = kit::SecureBytes(longest_key);
  std::size_t size = 0;
  uint32_t hash = 0;
  plugtls_status status = PLUGTLS_FAILED;

  bool operator()() noexcept {
    const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
    status = callbacks.psk(callbacks.user, connection.host_connection, kit::as_bytes(identity),
                           key.data(), key.size(), &size, &hash);
    return true;
  }
  [[nodiscard]] bool found() const noexcept {
    return status == PLUGTLS_OK && size > 0 && size <= key.size() &&
           (hash == PLUGTLS_HASH_SHA256 || hash == PLUGTLS_HASH_SHA384);
  }
};

bool same(const kit::SecureBytes &one, std::span<const uint8_t> other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

void ask_program(plugtls_backend_connection &connection, std::span<const uint8_t> identity) {
  KeyWanted wanted{connection, identity};
  const bool answered = connection.suspension ? connection.suspension->ask(wanted) : wanted();
  kit::SecureBytes name(identity.begin(), identity.end());
  if (!answered || !wanted.found()) {
    connection.psk.unknown.push_back(std::move(name));
    return;
  }
  wanted.key.resize(wanted.size);
  connection.psk.found = {std::move(name), std::move(wanted.key), wanted.hash};
}

int look_up(plugtls_backend_connection &connection, std::span<const uint8_t> identity) {
  const auto &unknown = connection.psk.unknown;
  const KnownPsk &found = connection.psk.found;
  const bool known = found.hash != 0 && same(found.identity, identity);
  const bool asked = std::any_of(unknown.begin(), unknown.end(),
                                 [&](const auto &one) { return same(one, identity); });
  if (!known && !asked) ask_program(connection, identity);
  if (found.hash == 0 || !same(found.identity, identity) ||
      !choose_suite_of_hash(connection, found.hash))
    return MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY;
  connection.ssl->get()->external_psk_hash = native_hash(found.hash);
  return mbedtls_ssl_set_hs_psk(connection.ssl->get(), found.key.data(), found.key.size());
}

// With MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY Mbed TLS goes on to the next identity.
int on_look_up(void *, mbedtls_ssl_context *ssl, const unsigned char *identity, std::size_t size) {
  auto &connection = *static_cast<plugtls_backend_connection *>(mbedtls_ssl_get_user_data_p(ssl));
  return kit::guard_or(MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY, [&] {
    return look_up(connection, {identity, size});
  });
}

}  // namespace

void set_psk(plugtls_backend_context &context, const plugtls_config &config) {
  const bool looks_up = context.callbacks.psk != nullptr;
  if (config.psk_count == 0 && !looks_up) return;
  if (!context.versions.contains(PLUGTLS_VERSION_TLS1_3))
    throw kit::Error(kit::unsupported(
        PLUGTLS_FEATURE_PSK, "external PSKs take TLS 1.3, which the versions asked for leave out"));
  if (config.psk_count > 0) set_offer(context, config);
  if (!looks_up) return;
  mbedtls_ssl_conf_psk_cb(context.conf.get(), &on_look_up, nullptr);
  // Without a certificate there is nothing that TLS 1.2 could do.
  if (config.identity_count == 0) {
    context.versions.min = PLUGTLS_VERSION_TLS1_3;
    mbedtls_ssl_conf_min_tls_version(context.conf.get(), MBEDTLS_SSL_VERSION_TLS1_3);
  }
}

void offer_psk(plugtls_backend_connection &connection) {
  if (connection.context->psk_hash != 0)
    connection.ssl->get()->external_psk_hash = native_hash(connection.context->psk_hash);
}

void note_psk(plugtls_backend_connection &connection, const unsigned char *key) {
  const kit::SecureBytes &found = connection.psk.found.key;
  connection.by_psk =
      key == connection.ssl->get()->conf->psk || (!found.empty() && key == found.data());
}

}  // namespace plugtls::mbedtls
