// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"

#include <plugtls/kit/session_bytes.hpp>

#include <algorithm>
#include <cstring>
#include <memory>

namespace plugtls::openssl {

namespace {

constexpr std::string_view backend_name = "openssl";

using Session = kit::Handle<SSL_SESSION, SSL_SESSION_free>;
using Owned = std::unique_ptr<plugtls_backend_session>;

// A copy, since OpenSSL spoils the session of a connection that is freed without shutdown.
Session copy_of(const SSL_SESSION *session) {
  Session out(SSL_SESSION_dup(session));
  if (!out) raise_native(PLUGTLS_E_OUT_OF_MEMORY, "OpenSSL could not copy a session");
  return out;
}

Owned wrap(const plugtls_backend_connection &connection, const SSL_SESSION *session) {
  auto out = std::make_unique<plugtls_backend_session>();
  out->session = copy_of(session);
  out->settings = connection.context->settings;
  out->peer = connection.peer_digest;
  return out;
}

int64_t creation_of(const SSL_SESSION *session) {
#if OPENSSL_VERSION_NUMBER >= 0x30300000L
  return static_cast<int64_t>(SSL_SESSION_get_time_ex(session));  // beyond 2038 everywhere
#else
  return static_cast<int64_t>(SSL_SESSION_get_time(session));
#endif
}

// The server's word (seconds, RFC 8446, 4.6.1), or OpenSSL's own idea where it said nothing.
int64_t expiry_of(const SSL_SESSION *session) {
  const auto hint = static_cast<int64_t>(SSL_SESSION_get_ticket_lifetime_hint(session));
  const auto own = static_cast<int64_t>(SSL_SESSION_get_timeout(session));
  return creation_of(session) + (hint > 0 ? hint : own);
}

kit::SecureBytes encode(const SSL_SESSION *session) {
  const int size = i2d_SSL_SESSION(session, nullptr);
  if (size <= 0) raise_native(PLUGTLS_E_INTERNAL, "OpenSSL could not encode a session");
  kit::SecureBytes out(static_cast<std::size_t>(size));
  uint8_t *at = out.data();
  i2d_SSL_SESSION(session, &at);
  return out;
}

Session decode(std::span<const uint8_t> bytes) {
  const uint8_t *at = bytes.data();
  Session out(d2i_SSL_SESSION(nullptr, &at, static_cast<long>(bytes.size())));
  return at == bytes.data() + bytes.size() ? std::move(out) : Session();
}

// A renewed ticket of TLS 1.2 reaches no callback.
const SSL_SESSION *newest_of(const plugtls_backend_connection &connection) {
  if (connection.newest) return connection.newest.get();
  SSL *ssl = connection.ssl.get();
  const SSL_SESSION *own = SSL_get0_session(ssl);
  const bool renewed = connection.done && SSL_version(ssl) == TLS1_2_VERSION && own != nullptr &&
                       SSL_session_reused(ssl) != 0 && SSL_SESSION_is_resumable(own) != 0;
  return renewed ? own : nullptr;
}

void announce(plugtls_backend_connection &connection) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  if (callbacks.new_session == nullptr) return;
  callbacks.new_session(callbacks.user, connection.host_connection,
                        wrap(connection, connection.newest.get()).release());
}

}  // namespace

int keep_session(SSL *ssl, SSL_SESSION *session) {
  return kit::guard_or(0, [&] {
    plugtls_backend_connection &connection = *connection_of(ssl);
    if (SSL_SESSION_is_resumable(session) == 0) return 0;
    connection.newest = copy_of(session);
    announce(connection);
    return 0;  // the reference stays OpenSSL's
  });
}

std::unique_ptr<plugtls_backend_session> copy_session(const plugtls_backend_session *session) {
  if (session == nullptr) return nullptr;
  auto out = std::make_unique<plugtls_backend_session>();
  out->session = copy_of(session->session.get());
  out->settings = session->settings;
  out->peer = session->peer;
  return out;
}

void offer_session(plugtls_backend_connection &connection, const plugtls_backend_session *session) {
  if (session == nullptr) return;
  const plugtls_backend_context &context = *connection.context;
  const plugtls_host &host = context.instance->host;
  const bool fits = (context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0 &&
                    session->settings == context.settings &&
                    session->peer == connection.peer_digest &&
                    host.now(host.user) < expiry_of(session->session.get());
  if (!fits) return;
  SSL_set_session(connection.ssl.get(), copy_of(session->session.get()).get());
}

plugtls_status session_get(plugtls_backend_connection *connection, plugtls_backend_session **out,
                           plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    const SSL_SESSION *newest = newest_of(*connection);
    if (newest == nullptr)
      return kit::fail(
          err, PLUGTLS_E_NO_SESSION,
          "the server has sent no session yet; with TLS 1.3 it comes with the first data "
          "that are read");
    *out = wrap(*connection, newest).release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status session_export(const plugtls_backend_session *session, uint8_t *out, size_t capacity,
                              size_t *out_size, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    const kit::SecureBytes encoded = encode(session->session.get());
    const kit::SecureBytes sealed =
        kit::seal_session(backend_name, {session->settings, session->peer, encoded});
    *out_size = sealed.size();
    if (capacity < sealed.size())
      return kit::fail(err, PLUGTLS_E_BUFFER_TOO_SMALL,
                       "the session takes %zu bytes, %zu are given", sealed.size(), capacity);
    std::memcpy(out, sealed.data(), sealed.size());
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status session_import(plugtls_backend_context *context, plugtls_bytes bytes,
                              plugtls_backend_session **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    const auto opened = kit::open_session(backend_name, kit::as_span(bytes));
    if (!opened)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID,
                       "the bytes are not a session of this backend's, or are damaged");
    if (opened->settings != context->settings)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID,
                       "the session was made under other settings (versions, cipher suites, "
                       "identities, trust, verification) than this context's");
    auto session = std::make_unique<plugtls_backend_session>();
    session->session = decode(opened->library);
    session->settings = opened->settings;
    session->peer = opened->peer;
    if (!session->session)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID, "OpenSSL cannot read the session");
    *out = session.release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status session_info(const plugtls_backend_session *session, plugtls_session_info *out) {
  const SSL_SESSION *native = session->session.get();
  plugtls_session_info info{};
  info.size = sizeof info;
  info.version = static_cast<uint16_t>(SSL_SESSION_get_protocol_version(native));
  if (const SSL_CIPHER *cipher = SSL_SESSION_get0_cipher(native))
    info.cipher_suite = SSL_CIPHER_get_protocol_id(cipher);
  info.created = creation_of(native);
  info.expires = expiry_of(native);
  info.early_data_max = SSL_SESSION_get_max_early_data(native);
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

void session_free(plugtls_backend_session *session) {
  const Owned owned(session);
}

}  // namespace plugtls::openssl
