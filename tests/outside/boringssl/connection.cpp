// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "error.hpp"
#include "transport.hpp"

#include <plugtls/kit/sized.hpp>

#include <openssl/err.h>

#include <algorithm>
#include <climits>

namespace plugtls_boringssl {

using namespace plugtls;

namespace {

plugtls_error transport_error(const plugtls_backend_connection &connection) {
  plugtls_error error = kit::make_error(PLUGTLS_E_TRANSPORT, "the transport failed");
  const plugtls_transport &transport = connection.transport;
  if (transport.last_os_error != nullptr) error.os_error = transport.last_os_error(transport.user);
  return error;
}

plugtls_error fault(plugtls_backend_connection &connection) {
  const uint32_t native = ERR_peek_last_error();
  const char *reason = ERR_reason_error_string(native);
  plugtls_error error = kit::empty_error();
  if (connection.refusal.code != PLUGTLS_E_NONE)
    error = connection.refusal;
  else if (connection.alert_received != PLUGTLS_ALERT_NONE)
    error = kit::make_error(
        PLUGTLS_E_ALERT_RECEIVED, "the peer ended the connection with alert %d (%s)",
        connection.alert_received, SSL_alert_desc_string_long(connection.alert_received));
  else
    error = kit::make_error(protocol_code(native), "the %s failed: %s",
                            connection.done ? "connection" : "handshake",
                            reason != nullptr ? reason : "unknown reason");
  if (error.native_code == 0) set_native(error, native);
  error.alert_received = connection.alert_received != PLUGTLS_ALERT_NONE ? 1 : 0;
  if (error.alert == PLUGTLS_ALERT_NONE)
    error.alert = error.alert_received != 0 ? connection.alert_received : connection.alert_sent;
  return error;
}

// BoringSSL closes in silence on some of what does not even look like TLS, and knows nothing of what was refused before it had
// its turn. The peer is told all the same.
void send_missing_alert(plugtls_backend_connection &connection, plugtls_error &error) {
  if (connection.done || connection.alert_sent != PLUGTLS_ALERT_NONE || error.alert_received != 0 ||
      error.code >= PLUGTLS_E_ALERT_RECEIVED ||
      SSL_get_current_cipher(connection.ssl.get()) != nullptr)
    return;
  if (error.alert == PLUGTLS_ALERT_NONE)
    error.alert = error.code == PLUGTLS_E_NOT_TLS ? kit::alert::protocol_version
                                                  : kit::alert::unexpected_message;
  const auto record = kit::plaintext_alert(error.alert);
  (void)connection.outbox.take(record.data(), record.size());
}

// What is stashed goes out before the failure is told (P-IO-4), as far as the transport still works.
plugtls_status settle(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status flushed = flush(connection);
  return flushed == PLUGTLS_WANT_WRITE ? flushed : connection.sticky.tell(err);
}

// As flush; a transport that fails ends the connection.
plugtls_status flush_or_fail(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status status = flush(connection);
  if (status != PLUGTLS_FAILED) [[likely]]
    return status;
  connection.sticky.keep(status, transport_error(connection));
  return connection.sticky.tell(err);
}

// In the handshake the peer waits for what was stashed. Afterwards it may be a record of a write that blocks, and
// whoever reads must go on reading: both ends might be writing.
plugtls_status want_read(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status flushed = flush_or_fail(connection, err);
  if (flushed == PLUGTLS_FAILED) return flushed;
  return flushed == PLUGTLS_WANT_WRITE && !connection.done ? flushed : PLUGTLS_WANT_READ;
}

plugtls_status outcome(plugtls_backend_connection &connection, int result, plugtls_error *err) {
  switch (SSL_get_error(connection.ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return want_read(connection, err);
    case SSL_ERROR_WANT_WRITE:
      return PLUGTLS_WANT_WRITE;
    case SSL_ERROR_WANT_CERTIFICATE_VERIFY:
      return PLUGTLS_WANT_CALLBACK;
    case SSL_ERROR_ZERO_RETURN:
      return PLUGTLS_CLOSED;
    default:
      return end(connection, err);
  }
}

// Clients: whom to ask for, and the session of an earlier visit.
void aim(plugtls_backend_connection &connection) {
  if (connection.context->role != PLUGTLS_ROLE_CLIENT) return;
  if (!connection.server_name.empty() &&
      SSL_set_tlsext_host_name(connection.ssl.get(), connection.server_name.c_str()) != 1)
    raise_native(PLUGTLS_E_HOSTNAME_INVALID, "BoringSSL does not take the server name");
  connection.peer_digest = peer_digest(connection);
  offer_session(connection, connection.offered.get());
}

void copy_peer(plugtls_backend_connection &connection, const plugtls_peer &peer) {
  connection.peer_flags = peer.flags;
  connection.host_connection = peer.host_connection;
  const bool client = connection.context->role == PLUGTLS_ROLE_CLIENT;
  // A server hears it in the handshake, where nothing is to be allocated.
  connection.server_name.reserve(kit::tls::longest_host_name);
  if (client && peer.server_name != nullptr) connection.server_name = peer.server_name;
  if (!client) connection.hello.emplace();
  connection.offered = copy_session(peer.session);
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

}  // namespace

plugtls_backend_connection *connection_of(const SSL *ssl) {
  return static_cast<plugtls_backend_connection *>(SSL_get_app_data(ssl));
}

void note_alert(const SSL *ssl, int where, int value) {
  if ((where & SSL_CB_ALERT) == 0 || value >> 8 != SSL3_AL_FATAL) return;
  plugtls_backend_connection *connection = connection_of(ssl);
  ((where & SSL_CB_READ) != 0 ? connection->alert_received : connection->alert_sent) = value & 0xff;
}

void make_ssl(plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  connection.ssl.reset(SSL_new(context.ctx.get()));
  BIO *bio = BIO_new(context.instance->bio_method);
  if (!connection.ssl || bio == nullptr) {
    BIO_free(bio);
    raise_native(PLUGTLS_E_OUT_OF_MEMORY, "BoringSSL could not make a connection");
  }
  BIO_set_data(bio, &connection);
  BIO_set_init(bio, 1);
  SSL *ssl = connection.ssl.get();
  SSL_set_app_data(ssl, &connection);
  SSL_set_bio(ssl, bio, bio);
  if (context.role == PLUGTLS_ROLE_SERVER)
    SSL_set_accept_state(ssl);
  else
    SSL_set_connect_state(ssl);
  aim(connection);
}

plugtls_status wrong_state(plugtls_error *err, const char *what) {
  return kit::fail(err, PLUGTLS_E_WRONG_STATE, "%s before the handshake is done", what);
}

plugtls_status end(plugtls_backend_connection &connection, plugtls_error *err) {
  if (connection.transport_failed) {
    connection.sticky.keep(PLUGTLS_FAILED, transport_error(connection));
  } else if (connection.saw_end && connection.refusal.code == PLUGTLS_E_NONE &&
             connection.alert_received == PLUGTLS_ALERT_NONE) {
    connection.sticky.keep(
        PLUGTLS_TRUNCATED,
        kit::make_error(PLUGTLS_E_TRUNCATED, connection.done
                                                 ? "the stream ended without close_notify"
                                                 : "the stream ended amid the handshake"));
  } else {
    plugtls_error error = fault(connection);
    send_missing_alert(connection, error);
    connection.sticky.keep(PLUGTLS_FAILED, error);
  }
  return settle(connection, err);
}

plugtls_status connection_create(plugtls_backend_context *context, const plugtls_peer *peer,
                                 const plugtls_transport *transport,
                                 plugtls_backend_connection **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    // Not make_unique, which would write zeros over the whole stash.
    auto connection = std::make_unique_for_overwrite<plugtls_backend_connection>();
    connection->context = context;
    connection->transport = kit::read_sized(transport);
    copy_peer(*connection, kit::read_sized(peer));
    make_ssl(*connection);
    *out = connection.release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status connection_set_context(plugtls_backend_connection *connection,
                                      plugtls_backend_context *context, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    if (connection->begun || connection->sticky.set())
      return kit::fail(err, PLUGTLS_E_WRONG_STATE, "set_context after the handshake has begun");
    connection->context = context;
    make_ssl(*connection);
    return plugtls_status{PLUGTLS_OK};
  });
}

void connection_free(plugtls_backend_connection *connection) {
  if (connection == nullptr) return;
  const QueueGuard queue;
  connection->muted = true;
  const std::unique_ptr<plugtls_backend_connection> owned(connection);
}

plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (connection->done) return flush_or_fail(*connection, err);
  connection->begun = true;
  const QueueGuard queue;
  if (connection->context->role == PLUGTLS_ROLE_SERVER && !connection->heard_name) {
    const plugtls_status status = hear_name(*connection, err);
    if (status != PLUGTLS_OK) return status;
  }
  int result = SSL_do_handshake(connection->ssl.get());
  if (result != 1) return outcome(*connection, result, err);
  // A server of BoringSSL's keeps its tickets of TLS 1.3 for its first data, and it may have none to send.
  if (connection->context->role == PLUGTLS_ROLE_SERVER)
    result = SSL_write(connection->ssl.get(), "", 0);
  if (result < 0) return outcome(*connection, result, err);
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
  const int most = static_cast<int>(std::min<size_t>(capacity, INT_MAX));
  const int result = SSL_read(connection->ssl.get(), buffer, most);
  if (result <= 0) return outcome(*connection, result, err);
  *out_size = static_cast<size_t>(result);
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
  if (size < connection->asked) [[unlikely]]
    return kit::fail(err, PLUGTLS_E_WRITE_RETRY,
                     "the repeated write has %zu bytes, the one that has to go on had %zu", size,
                     connection->asked);
  if (size == 0) return PLUGTLS_OK;
  const QueueGuard queue;
  if (connection->taken == 0) {
    connection->asked = size;
    if (const plugtls_status status = flush_or_fail(*connection, err); status != PLUGTLS_OK)
      return status;
    const int most = static_cast<int>(std::min<size_t>(size, connection->context->record_size));
    const int result = SSL_write(connection->ssl.get(), data, most);
    if (result <= 0) return outcome(*connection, result, err);
    connection->taken = static_cast<size_t>(result);
  }
  const plugtls_status status = flush_or_fail(*connection, err);
  if (status != PLUGTLS_OK) return status;
  *out_size = connection->taken;
  connection->taken = connection->asked = 0;
  return PLUGTLS_OK;
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

plugtls_status key_update(plugtls_backend_connection *connection, uint32_t flags,
                          plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (!connection->done) return wrong_state(err, "key_update");
  if (connection->sent_close)
    return kit::fail(err, PLUGTLS_E_CLOSED_FOR_WRITING, "key_update after shutdown");
  SSL *ssl = connection->ssl.get();
  if (SSL_version(ssl) != TLS1_3_VERSION)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "key_update on a connection of TLS 1.2, which has no KeyUpdate");
  const QueueGuard queue;
  if (const plugtls_status status = flush_or_fail(*connection, err); status != PLUGTLS_OK)
    return status;
  const bool both = (flags & PLUGTLS_KEY_UPDATE_REQUEST_PEER) != 0;
  if (SSL_key_update(ssl, both ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) != 1)
    return end(*connection, err);
  // BoringSSL sends it with the next write; one of nothing is enough.
  const int result = SSL_write(ssl, "", 0);
  return result < 0 ? outcome(*connection, result, err) : flush_or_fail(*connection, err);
}

size_t pending(const plugtls_backend_connection *connection) {
  return static_cast<size_t>(std::max(0, SSL_pending(connection->ssl.get())));
}

}  // namespace plugtls_boringssl
