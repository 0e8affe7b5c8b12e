// SPDX-License-Identifier: Apache-2.0
#include "psk.hpp"

#include "algorithms.hpp"
#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"

#include <plugtls/kit/byte_reader.hpp>

#include <algorithm>

namespace plugtls::openssl {

namespace {

using Session = kit::Handle<SSL_SESSION, SSL_SESSION_free>;

constexpr std::size_t longest_key = 256;

constexpr int nid_of(uint32_t hash) {
  return hash == PLUGTLS_HASH_SHA384 ? NID_sha384 : NID_sha256;
}

bool goes_with(const SSL_CIPHER *cipher, uint32_t hash) {
  const EVP_MD *digest = SSL_CIPHER_get_handshake_digest(cipher);
  return is_tls13(SSL_CIPHER_get_protocol_id(cipher)) && digest != nullptr &&
         EVP_MD_get_type(digest) == nid_of(hash);
}

const SSL_CIPHER *first_suite(const STACK_OF(SSL_CIPHER) * ciphers, uint32_t hash) {
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i)
    if (const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, i); goes_with(cipher, hash))
      return cipher;
  return nullptr;
}

// The session that OpenSSL wants a key to be, marked as this connection's. It takes sessions of its own settings alone.
Session session_of(plugtls_backend_connection &connection, const KnownPsk &psk) {
  SSL *ssl = connection.ssl.get();
  const Digest &settings = connection.context->settings;
  const SSL_CIPHER *cipher = first_suite(SSL_get_ciphers(ssl), psk.hash);
  Session out(SSL_SESSION_new());
  if (!out || cipher == nullptr ||
      SSL_SESSION_set1_master_key(out.get(), psk.key.data(), psk.key.size()) != 1 ||
      SSL_SESSION_set_cipher(out.get(), cipher) != 1 ||
      SSL_SESSION_set_protocol_version(out.get(), TLS1_3_VERSION) != 1 ||
      SSL_SESSION_set1_id_context(out.get(), settings.data(),
                                  static_cast<unsigned>(settings.size())) != 1 ||
      SSL_SESSION_set_ex_data(out.get(), connection.context->instance->psk_mark, &connection) != 1)
    return {};
  return out;
}

// Clients. `digest` is that of the suite once the server has chosen one.
int offer(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, std::size_t *size,
          SSL_SESSION **out) {
  plugtls_backend_connection &connection = *connection_of(ssl);
  const KnownPsk &psk = connection.context->psk;
  *out = nullptr;
  if (digest != nullptr && EVP_MD_get_type(digest) != nid_of(psk.hash)) return 1;
  *identity = psk.identity.data();
  *size = psk.identity.size();
  *out = session_of(connection, psk).release();
  return *out != nullptr ? 1 : 0;
}

// Servers: the key that was looked up when the ClientHello came.
int find(SSL *ssl, const unsigned char *identity, std::size_t size, SSL_SESSION **out) {
  plugtls_backend_connection &connection = *connection_of(ssl);
  const KnownPsk &psk = connection.psk;
  *out = nullptr;
  if (psk.hash == 0 ||
      !std::equal(psk.identity.begin(), psk.identity.end(), identity, identity + size))
    return 1;
  *out = session_of(connection, psk).release();
  return *out != nullptr ? 1 : 0;
}

int on_offer(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, std::size_t *size,
             SSL_SESSION **out) {
  return kit::guard_or(0, [&] { return offer(ssl, digest, identity, size, out); });
}

int on_find(SSL *ssl, const unsigned char *identity, std::size_t size, SSL_SESSION **out) {
  return kit::guard_or(0, [&] { return find(ssl, identity, size, out); });
}

// A server takes the client's order, and a suite of another hash would lose the key.
void prefer_suites_of(plugtls_backend_context &context, uint32_t hash) {
  std::vector<uint16_t> suites;
  const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(context.ctx.get());
  for (const bool fitting : {true, false})
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
      const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, i);
      const uint16_t number = SSL_CIPHER_get_protocol_id(cipher);
      if (is_tls13(number) && goes_with(cipher, hash) == fitting) suites.push_back(number);
    }
  SSL_CTX_set_ciphersuites(context.ctx.get(), suite_names(*context.instance, suites).c_str());
}

void set_offer(plugtls_backend_context &context, const plugtls_config &config) {
  if (config.psk_count > 1)
    throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_PSK,
                                      "OpenSSL offers one external PSK, not several; choose one"));
  const plugtls_psk psk = kit::read_sized(config.psks[0]);
  if (psk.key.size > longest_key)
    kit::raise(PLUGTLS_E_INVALID_ARGUMENT, "the PSK has %zu bytes, OpenSSL takes %zu", psk.key.size,
               longest_key);
  const auto identity = kit::as_span(psk.identity);
  const auto key = kit::as_span(psk.key);
  context.psk = {{identity.begin(), identity.end()}, {key.begin(), key.end()}, psk.hash};
  if (first_suite(SSL_CTX_get_ciphers(context.ctx.get()), psk.hash) == nullptr)
    kit::raise(PLUGTLS_E_NO_CIPHER_SUITE,
               "none of the cipher suites has the PSK's hash, which TLS 1.3 takes");
  if (config.cipher_suite_count == 0) prefer_suites_of(context, psk.hash);
  SSL_CTX_set_psk_use_session_callback(context.ctx.get(), &on_offer);
}

bool ask_program(plugtls_backend_connection &connection, std::span<const uint8_t> identity) {
  const QueueGuard queue;
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  kit::SecureBytes key(longest_key);
  std::size_t size = 0;
  uint32_t hash = 0;
  const plugtls_status status =
      callbacks.psk(callbacks.user, connection.host_connection, kit::as_bytes(identity), key.data(),
                    key.size(), &size, &hash);
  const bool known_hash = hash == PLUGTLS_HASH_SHA256 || hash == PLUGTLS_HASH_SHA384;
  if (status != PLUGTLS_OK || size == 0 || size > key.size() || !known_hash) return false;
  key.resize(size);
  connection.psk = {{identity.begin(), identity.end()}, std::move(key), hash};
  return true;
}

bool confine_suites(SSL *ssl, const plugtls_backend_connection &connection) {
  std::vector<uint16_t> suites;
  const STACK_OF(SSL_CIPHER) *ciphers = SSL_get_ciphers(ssl);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i)
    if (const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, i);
        goes_with(cipher, connection.psk.hash))
      suites.push_back(SSL_CIPHER_get_protocol_id(cipher));
  const std::string names = suite_names(*connection.context->instance, suites);
  return !suites.empty() && SSL_set_ciphersuites(ssl, names.c_str()) == 1;
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
  SSL_CTX_set_psk_find_session_callback(context.ctx.get(), &on_find);
  // Without a certificate there is nothing that TLS 1.2 could do.
  if (config.identity_count == 0) context.versions.min = PLUGTLS_VERSION_TLS1_3;
}

bool look_up_psk(SSL *ssl, plugtls_backend_connection &connection) {
  if (connection.looked_up_psk || connection.context->callbacks.psk == nullptr) return true;
  connection.looked_up_psk = true;
  const unsigned char *data = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk, &data, &size) != 1) return true;
  kit::ByteReader extension({data, size});
  kit::ByteReader identities(extension.vector(2));
  while (!identities.at_end()) {
    const auto identity = identities.vector(2);
    identities.take(4);  // obfuscated_ticket_age
    if (!identities.good()) break;
    if (ask_program(connection, identity)) return confine_suites(ssl, connection);
  }
  return true;  // OpenSSL says what is malformed
}

bool was_psk(const plugtls_backend_connection &connection) {
  SSL_SESSION *session = SSL_get_session(connection.ssl.get());
  const int mark = connection.context->instance->psk_mark;
  if (session == nullptr || SSL_SESSION_get_ex_data(session, mark) != &connection) return false;
  SSL_SESSION_set_ex_data(session, mark, nullptr);  // tickets are copies of it
  return true;
}

}  // namespace plugtls::openssl
