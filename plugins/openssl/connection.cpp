// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "algorithms.hpp"
#include "early_data.hpp"
#include "error.hpp"
#include "outcome.hpp"
#include "psk.hpp"
#include "session.hpp"
#include "settings.hpp"
#include "signer.hpp"
#include "transport.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <memory>

namespace plugtls::openssl {

plugtls_status wrong_state(plugtls_error *err, const char *what) {
  return kit::fail(err, PLUGTLS_E_WRONG_STATE, "%s before the handshake is done", what);
}

plugtls_backend_connection *connection_of(const SSL *ssl) {
  return static_cast<plugtls_backend_connection *>(SSL_get_app_data(ssl));
}

void note_alert(const SSL *ssl, int where, int value) {
  if ((where & SSL_CB_ALERT) == 0 || value >> 8 != SSL3_AL_FATAL) return;
  plugtls_backend_connection *connection = connection_of(ssl);
  ((where & SSL_CB_READ) != 0 ? connection->alert_received : connection->alert_sent) = value & 0xff;
}

namespace {

void copy_peer(plugtls_backend_connection &connection, const plugtls_peer &peer) {
  connection.peer_flags = peer.flags;
  connection.host_connection = peer.host_connection;
  // A server hears it in the handshake, where nothing is to be allocated.
  connection.server_name.reserve(TLSEXT_MAXLEN_host_name);
  const bool client = connection.context->role == PLUGTLS_ROLE_CLIENT;
  if (client && peer.server_name != nullptr) connection.server_name = peer.server_name;
  connection.subject_values.reserve(peer.subject_count);
  for (uint32_t i = 0; i < peer.subject_count; ++i) {
    const std::string &value =
        connection.subject_values.emplace_back(kit::as_text(kit::as_span(peer.subjects[i].value)));
    connection.subjects.push_back(
        {peer.subjects[i].kind,
         0,
         {reinterpret_cast<const uint8_t *>(value.data()), value.size()}});
  }
}

// The SSL of the connection's context; nothing of an earlier one is left.
void make_ssl(plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  connection.suspension.reset();
  connection.ssl.reset(SSL_new(context.ctx.get()));
  BIO *bio = BIO_new(context.instance->bio_method);
  if (!connection.ssl || bio == nullptr) {
    BIO_free(bio);
    raise_native(PLUGTLS_E_OUT_OF_MEMORY, "OpenSSL could not make a connection");
  }
  BIO_set_data(bio, &connection);
  BIO_set_init(bio, 1);
  SSL *ssl = connection.ssl.get();
  SSL_set_ex_data(ssl, 0, &connection);
  SSL_set_bio(ssl, bio, bio);
  if (context.role == PLUGTLS_ROLE_SERVER)
    SSL_set_accept_state(ssl);
  else
    SSL_set_connect_state(ssl);
  if (context.asks_program()) make_suspendable(connection);
}

// Clients: whom to ask for, and the session of an earlier visit.
void aim(plugtls_backend_connection &connection, const plugtls_peer &peer,
         const plugtls_backend_session *session) {
  if (connection.context->role != PLUGTLS_ROLE_CLIENT) return;
  if (!connection.server_name.empty() &&
      SSL_ctrl(connection.ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               connection.server_name.data()) != 1)
    raise_native(PLUGTLS_E_HOSTNAME_INVALID, "OpenSSL does not take the server name");
  connection.peer_digest = peer_digest(peer, !connection.skips_name());
  offer_session(connection, session);
}

std::unique_ptr<plugtls_backend_connection> make(plugtls_backend_context *context,
                                                 const plugtls_peer &peer,
                                                 const plugtls_transport &transport) {
  // Not make_unique, which would write zeros over the whole stash.
  auto connection = std::make_unique_for_overwrite<plugtls_backend_connection>();
  connection->context = context;
  connection->transport = transport;
  copy_peer(*connection, peer);
  connection->offered = copy_session(peer.session);
  make_ssl(*connection);
  aim(*connection, peer, peer.session);
  return connection;
}

// Nothing while the program owes an answer.
std::optional<int> run_handshake(plugtls_backend_connection &connection) {
  if (!connection.suspension) {
    const int result = SSL_do_handshake(connection.ssl.get());
    // The program may have answered the client's name with a context in which it is asked more.
    if (!connection.suspension) return result;
  }
  if (!connection.suspension->go_on()) return std::nullopt;
  return connection.suspended_result;
}

// The peer of connection_create again, from what was copied of it.
plugtls_peer peer_of(const plugtls_backend_connection &connection) {
  plugtls_peer peer{};
  peer.size = sizeof peer;
  peer.flags = connection.peer_flags;
  peer.server_name = connection.server_name.c_str();
  peer.subjects = connection.subjects.data();
  peer.subject_count = static_cast<uint32_t>(connection.subjects.size());
  return peer;
}

}  // namespace

void make_suspendable(plugtls_backend_connection &connection) {
  connection.suspension.emplace(
      [](void *self) noexcept {
        auto &own = *static_cast<plugtls_backend_connection *>(self);
        own.suspended_result = SSL_do_handshake(own.ssl.get());
      },
      &connection);
}

plugtls_status connection_create(plugtls_backend_context *context, const plugtls_peer *peer,
                                 const plugtls_transport *transport,
                                 plugtls_backend_connection **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    *out = make(context, kit::read_sized(peer), kit::read_sized(transport)).release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status connection_set_context(plugtls_backend_connection *connection,
                                      plugtls_backend_context *context, plugtls_error *err) {
  return kit::guard(err, [&] {
    if (SSL_in_before(connection->ssl.get()) == 0 || connection->sticky.set())
      return kit::fail(err, PLUGTLS_E_WRONG_STATE, "set_context after the handshake has begun");
    const QueueGuard queue;
    connection->context = context;
    make_ssl(*connection);
    aim(*connection, peer_of(*connection), connection->offered.get());
    return plugtls_status{PLUGTLS_OK};
  });
}

void connection_free(plugtls_backend_connection *connection) {
  if (connection == nullptr) return;
  const QueueGuard queue;
  connection->muted = true;
  connection->suspension.reset();  // may still need everything else
  // Whether the program has closed says nothing of the session, which OpenSSL would drop from a server's cache.
  if (connection->done && !connection->sticky.set())
    SSL_set_shutdown(connection->ssl.get(), SSL_SENT_SHUTDOWN);
  const std::unique_ptr<plugtls_backend_connection> owned(connection);
}

plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (connection->done) return flush_or_fail(*connection, err);
  if (connection->early.open())
    return kit::fail(err, PLUGTLS_E_WRONG_STATE, "handshake before read_early has said closed");
  connection->begun = true;
  const QueueGuard queue;
  const Handshaking now(connection);
  const std::optional<int> result = run_handshake(*connection);
  if (!result) return PLUGTLS_WANT_CALLBACK;
  if (*result != 1) return outcome(*connection, *result, err);
  // OpenSSL has asked for the verdict, late as that may have been: done without it would be a handshake unverified.
  if (connection->awaits_staple || connection->certificate_error.code != PLUGTLS_E_NONE)
    return outcome(*connection, -1, err);
  connection->suspension.reset();
  connection->by_psk = was_psk(*connection);
  connection->done = true;
  return flush_or_fail(*connection, err);
}

plugtls_status read(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                    size_t *out_size, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  *out_size = 0;
  if (connection->sticky.set()) [[unlikely]]
    return settle(*connection, err);
  if (!connection->done) [[unlikely]]
    return wrong_state(err, "read");
  if (capacity == 0) return PLUGTLS_OK;
  const QueueGuard queue;
  const Handshaking now(connection);  // a server may ask for a certificate
  const int result = SSL_read_ex(connection->ssl.get(), buffer, capacity, out_size);
  if (result == 1) [[likely]]
    return PLUGTLS_OK;
  *out_size = 0;
  return outcome(*connection, result, err);
}

plugtls_status write_by(PutFunction *put, plugtls_backend_connection &connection, const void *data,
                        size_t size, size_t *out_size, plugtls_error *err) {
  if (size < connection.asked) [[unlikely]]
    return kit::fail(err, PLUGTLS_E_WRITE_RETRY,
                     "the repeated write has %zu bytes, the one that has to go on had %zu", size,
                     connection.asked);
  if (size == 0) return PLUGTLS_OK;
  const QueueGuard queue;
  if (connection.taken == 0) {
    const int result = put(connection.ssl.get(), data, size, out_size);
    if (result == 1 && connection.outbox.empty()) [[likely]] {
      connection.asked = 0;
      return PLUGTLS_OK;
    }
    connection.taken = result == 1 ? *out_size : 0;
    connection.asked = size;
    *out_size = 0;
    if (result != 1) return outcome(connection, result, err);
  }
  const plugtls_status status = flush_or_fail(connection, err);
  if (status != PLUGTLS_OK) return status;
  *out_size = connection.taken;
  connection.taken = connection.asked = 0;
  return PLUGTLS_OK;
}

plugtls_status write(plugtls_backend_connection *connection, const void *data, size_t size,
                     size_t *out_size, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  *out_size = 0;
  if (connection->sticky.set()) [[unlikely]]
    return settle(*connection, err);
  if (!connection->done) [[unlikely]]
    return wrong_state(err, "write");
  if (connection->sent_close) [[unlikely]]
    return kit::fail(err, PLUGTLS_E_CLOSED_FOR_WRITING, "write after shutdown");
  return write_by(&SSL_write_ex, *connection, data, size, out_size, err);
}

plugtls_status shutdown(plugtls_backend_connection *connection, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (!connection->done) return wrong_state(err, "shutdown");
  if (connection->sent_close) return flush_or_fail(*connection, err);
  const QueueGuard queue;
  const int result = SSL_shutdown(connection->ssl.get());
  if (result < 0) return outcome(*connection, result, err);
  connection->sent_close = true;
  return flush_or_fail(*connection, err);
}

size_t pending(const plugtls_backend_connection *connection) {
  return static_cast<size_t>(std::max(0, SSL_pending(connection->ssl.get())));
}

}  // namespace plugtls::openssl
