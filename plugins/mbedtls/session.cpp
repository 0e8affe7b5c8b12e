// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"

#include <plugtls/kit/byte_reader.hpp>
#include <plugtls/kit/session_bytes.hpp>

#include <mbedtls/ssl.h>

#include <cstring>

namespace plugtls::mbedtls {

namespace {

using kit::session_bytes::append_number;

constexpr std::string_view backend_name = "mbedtls";
constexpr int64_t usual_lifetime = 7200;  // seconds, where the server names none

using Native = kit::Pinned<mbedtls_ssl_session, mbedtls_ssl_session_init, mbedtls_ssl_session_free>;
using Owned = std::unique_ptr<plugtls_backend_session>;

std::vector<std::vector<uint8_t>> chain_of(const mbedtls_ssl_session &session) {
  std::vector<std::vector<uint8_t>> out;
  for (const mbedtls_x509_crt *one = session.peer_cert; one != nullptr && one->raw.p != nullptr;
       one = one->next)
    out.emplace_back(one->raw.p, one->raw.p + one->raw.len);
  return out;
}

void describe(plugtls_backend_session &out, const mbedtls_ssl_session &session) {
  out.version = static_cast<uint16_t>(session.tls_version);
  out.cipher_suite = static_cast<uint16_t>(session.ciphersuite);
  if ((session.ticket_flags & MBEDTLS_SSL_TLS1_3_TICKET_ALLOW_EARLY_DATA) != 0)
    out.early_data_max = session.max_early_data_size;
}

Owned wrap(const plugtls_backend_connection &connection, const mbedtls_ssl_session &session) {
  auto out = std::make_unique<plugtls_backend_session>();
  const plugtls_host &host = connection.context->instance->host;
  out->bytes = save_session(session);
  describe(*out, session);
  out->created = host.now(host.user);
  out->expires = out->created +
                 (session.ticket_lifetime > 0 ? int64_t{session.ticket_lifetime} : usual_lifetime);
  out->settings = connection.context->settings;
  out->peer = connection.peer_digest;
  out->chain = connection.remembered.empty() ? chain_of(session) : connection.remembered;
  return out;
}

bool is_resumable(const mbedtls_ssl_session &session) {
  return session.ticket_len > 0 ||
         (session.tls_version == MBEDTLS_SSL_VERSION_TLS1_2 && session.id_len > 0);
}

void announce(plugtls_backend_connection &connection) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  if (callbacks.new_session == nullptr) return;
  callbacks.new_session(callbacks.user, connection.host_connection,
                        copy_session(connection.newest.get()).release());
}

// Beside the library's bytes: times, and the peer's chain.
kit::SecureBytes encode(const plugtls_backend_session &session) {
  kit::SecureBytes out;
  append_number(out, static_cast<uint64_t>(session.created), 8);
  append_number(out, static_cast<uint64_t>(session.expires), 8);
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

// nullptr if Mbed TLS cannot read it.
Owned decode(kit::ByteView bytes) {
  auto out = std::make_unique<plugtls_backend_session>();
  kit::ByteReader reader(bytes);
  out->created = take_time(reader);
  out->expires = take_time(reader);
  std::size_t used = 17;
  for (uint32_t left = reader.number(1); left > 0 && reader.good(); --left) {
    const kit::ByteView certificate = reader.vector(3);
    out->chain.emplace_back(certificate.begin(), certificate.end());
    used += 3 + certificate.size();
  }
  if (!reader.good()) return nullptr;
  const kit::ByteView rest = bytes.subspan(used);
  Native native;
  if (mbedtls_ssl_session_load(native.get(), rest.data(), rest.size()) != 0) return nullptr;
  describe(*out, *native);
  out->bytes.assign(rest.begin(), rest.end());
  return out;
}

}  // namespace

kit::SecureBytes save_session(const mbedtls_ssl_session &session) {
  std::size_t size = 0;
  mbedtls_ssl_session_save(&session, nullptr, 0, &size);
  kit::SecureBytes out(size);
  require(mbedtls_ssl_session_save(&session, out.data(), out.size(), &size), "save a session");
  return out;
}

void keep_session(plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  if (context.role != PLUGTLS_ROLE_CLIENT) return;
  if ((context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) != 0) return;
  // Without memory for it there is just no session.
  (void)kit::guard(nullptr, [&] {
    Native session;
    if (mbedtls_ssl_get_session(connection.ssl->get(), session.get()) == 0 &&
        is_resumable(*session)) {
      connection.newest = wrap(connection, *session);
      announce(connection);
    }
    return plugtls_status{PLUGTLS_OK};
  });
}

std::unique_ptr<plugtls_backend_session> copy_session(const plugtls_backend_session *session) {
  return session == nullptr ? nullptr : std::make_unique<plugtls_backend_session>(*session);
}

void offer_session(plugtls_backend_connection &connection) {
  const plugtls_backend_session *session = connection.offered.get();
  connection.offers_session = false;
  if (session == nullptr) return;
  const plugtls_backend_context &context = *connection.context;
  const plugtls_host &host = context.instance->host;
  const bool fits = (context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0 &&
                    session->settings == context.settings &&
                    session->peer == connection.peer_digest &&
                    host.now(host.user) < session->expires;
  if (!fits) return;
  Native native;
  if (mbedtls_ssl_session_load(native.get(), session->bytes.data(), session->bytes.size()) == 0)
    connection.offers_session = mbedtls_ssl_set_session(connection.ssl->get(), native.get()) == 0;
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
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID, "Mbed TLS cannot read the session");
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
  info.early_data_max = session->early_data_max;
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

void session_free(plugtls_backend_session *session) {
  const Owned owned(session);
}

}  // namespace plugtls::mbedtls
