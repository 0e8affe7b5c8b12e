// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"

#include <plugtls/kit/byte_reader.hpp>
#include <plugtls/kit/session_bytes.hpp>

#include <cstring>

namespace plugtls::wolfssl {

namespace {

using kit::session_bytes::append_number;

constexpr std::string_view backend_name = "wolfssl";
constexpr int64_t usual_lifetime = 7200;  // seconds, where the server names none

// RFC 8446, 4.6.1. wolfSSL would forget a session of TLS 1.2 after 500 seconds.
constexpr long longest_lifetime = 604800;

using Owned = std::unique_ptr<plugtls_backend_session>;

kit::SecureBytes save(WOLFSSL_SESSION *session) {
  const int size = wolfSSL_i2d_SSL_SESSION(session, nullptr);
  if (size <= 0) raise_native(PLUGTLS_E_INTERNAL, size, "wolfSSL could not save a session");
  kit::SecureBytes out(static_cast<std::size_t>(size));
  unsigned char *at = out.data();
  if (wolfSSL_i2d_SSL_SESSION(session, &at) != size)
    raise_native(PLUGTLS_E_INTERNAL, 0, "wolfSSL could not save a session");
  return out;
}

NativeSession load(kit::ByteView bytes) {
  const unsigned char *at = bytes.data();
  return NativeSession(wolfSSL_d2i_SSL_SESSION(nullptr, &at, static_cast<long>(bytes.size())));
}

int64_t lifetime_of(const WOLFSSL_SESSION *session) {
  const long said = static_cast<long>(wolfSSL_SESSION_get_timeout(session));
  return said > 0 && said < longest_lifetime ? int64_t{said} : usual_lifetime;
}

Owned wrap(plugtls_backend_connection &connection, WOLFSSL_SESSION *session) {
  auto out = std::make_unique<plugtls_backend_session>();
  const plugtls_host &host = connection.context->instance->host;
  WOLFSSL *ssl = connection.ssl.get();
  out->bytes = save(session);
  out->nonce = connection.tickets.next_nonce();
  out->version = static_cast<uint16_t>(wolfSSL_version(ssl));
  out->cipher_suite = static_cast<uint16_t>(wolfSSL_get_current_cipher_suite(ssl));
  out->created = host.now(host.user);
  out->expires = out->created + lifetime_of(session);
  out->settings = connection.context->settings;
  out->peer = connection.peer_digest;
  out->chain = connection.known_chain();
  return out;
}

// For wolfSSL_CTX_sess_set_new_cb. The session stays the library's.
int on_session(WOLFSSL *ssl, WOLFSSL_SESSION *session) {
  auto *connection = connection_of(ssl);
  if (connection == nullptr || wolfSSL_SESSION_is_resumable(session) == 0) return 0;
  // Without memory for it there is just no session.
  (void)kit::guard(nullptr, [&] {
    connection->newest = wrap(*connection, session);
    if (connection->done) announce_session(*connection);
    return plugtls_status{PLUGTLS_OK};
  });
  return 0;
}

// Beside the library's bytes: times, the ticket's nonce, and the peer's chain.
kit::SecureBytes encode(const plugtls_backend_session &session) {
  kit::SecureBytes out;
  append_number(out, static_cast<uint64_t>(session.created), 8);
  append_number(out, static_cast<uint64_t>(session.expires), 8);
  append_number(out, session.version, 2);
  append_number(out, session.cipher_suite, 2);
  append_number(out, session.nonce.size(), 1);
  out.insert(out.end(), session.nonce.begin(), session.nonce.end());
  append_number(out, session.chain.size(), 1);
  for (const auto &certificate : session.chain) {
    append_number(out, certificate.size(), 3);
    out.insert(out.end(), certificate.begin(), certificate.end());
  }
  out.insert(out.end(), session.bytes.begin(), session.bytes.end());
  return out;
}

int64_t take_time(kit::ByteReader &reader) {
  const uint64_t high = reader.number(4);
  return static_cast<int64_t>(high << 32U | reader.number(4));
}

// nullptr if wolfSSL cannot read it.
Owned decode(kit::ByteView bytes) {
  auto out = std::make_unique<plugtls_backend_session>();
  kit::ByteReader reader(bytes);
  out->created = take_time(reader);
  out->expires = take_time(reader);
  out->version = static_cast<uint16_t>(reader.number(2));
  out->cipher_suite = static_cast<uint16_t>(reader.number(2));
  const kit::ByteView nonce = reader.vector(1);
  out->nonce.assign(nonce.begin(), nonce.end());
  std::size_t used = 22 + nonce.size();
  for (uint32_t left = reader.number(1); left > 0 && reader.good(); --left) {
    const kit::ByteView certificate = reader.vector(3);
    out->chain.emplace_back(certificate.begin(), certificate.end());
    used += 3 + certificate.size();
  }
  if (!reader.good()) return nullptr;
  const kit::ByteView rest = bytes.subspan(used);
  if (load(rest) == nullptr) return nullptr;
  out->bytes.assign(rest.begin(), rest.end());
  return out;
}

}  // namespace

void set_sessions(WOLFSSL_CTX *native, const plugtls_backend_context &context) {
  if ((context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) != 0) {
    (void)wolfSSL_CTX_set_session_cache_mode(native, WOLFSSL_SESS_CACHE_OFF);
    return;
  }
  require(wolfSSL_CTX_UseSessionTicket(native), "ask for tickets");
  (void)wolfSSL_CTX_set_timeout(native, longest_lifetime);
  wolfSSL_CTX_sess_set_new_cb(native, &on_session);
}

void announce_session(plugtls_backend_connection &connection) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  if (callbacks.new_session == nullptr || connection.newest == nullptr) return;
  callbacks.new_session(callbacks.user, connection.host_connection,
                        copy_session(connection.newest.get()).release());
}

std::unique_ptr<plugtls_backend_session> copy_session(const plugtls_backend_session *session) {
  return session == nullptr ? nullptr : std::make_unique<plugtls_backend_session>(*session);
}

void offer_session(plugtls_backend_connection &connection) {
  const plugtls_backend_session *session = connection.offered.get();
  if (session == nullptr) return;
  const plugtls_backend_context &context = *connection.context;
  const plugtls_host &host = context.instance->host;
  const bool fits = (context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0 &&
                    session->settings == context.settings &&
                    session->peer == connection.peer_digest &&
                    host.now(host.user) < session->expires;
  if (!fits) return;
  const NativeSession native = load(session->bytes);
  const bool set =
      native && wolfSSL_set_session(connection.ssl.get(), native.get()) == WOLFSSL_SUCCESS;
  connection.ticket_offered = set && session->version == PLUGTLS_VERSION_TLS1_2;
}

plugtls_status session_get(plugtls_backend_connection *connection, plugtls_backend_session **out,
                           plugtls_error *err) {
  return kit::guard(err, [&] {
    if (connection->newest == nullptr)
      return kit::fail(
          err, PLUGTLS_E_NO_SESSION,
          "the server has sent no session yet; with TLS 1.3 it comes with the first data "
          "that are read");
    *out = copy_session(connection->newest.get()).release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status session_export(const plugtls_backend_session *session, uint8_t *out, size_t capacity,
                              size_t *out_size, plugtls_error *err) {
  return kit::guard(err, [&] {
    const kit::SecureBytes encoded = encode(*session);
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
    const auto opened = kit::open_session(backend_name, kit::as_span(bytes));
    if (!opened)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID,
                       "the bytes are not a session of this backend's, or are damaged");
    if (opened->settings != context->settings)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID,
                       "the session was made under other settings (versions, cipher suites, "
                       "identities, trust, verification) than this context's");
    Owned session = decode(opened->library);
    if (session == nullptr)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID, "wolfSSL cannot read the session");
    session->settings = opened->settings;
    session->peer = opened->peer;
    *out = session.release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status session_info(const plugtls_backend_session *session, plugtls_session_info *out) {
  plugtls_session_info info{};
  info.size = sizeof info;
  info.version = session->version;
  info.cipher_suite = session->cipher_suite;
  info.created = session->created;
  info.expires = session->expires;
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

void session_free(plugtls_backend_session *session) {
  const Owned owned(session);
}

}  // namespace plugtls::wolfssl
