// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "early_data.hpp"
#include "error.hpp"
#include "keylog.hpp"
#include "settings.hpp"
#include "transport.hpp"
#include "verify.hpp"

#include <algorithm>

namespace plugtls::mbedtls {

namespace {

plugtls_error transport_error(const plugtls_backend_connection &connection) {
  plugtls_error error = kit::make_error(PLUGTLS_E_TRANSPORT, "the transport failed");
  const plugtls_transport &transport = connection.transport;
  if (transport.last_os_error != nullptr) error.os_error = transport.last_os_error(transport.user);
  return error;
}

bool looks_like_tls(const plugtls_backend_connection &connection) {
  if (connection.first_size < 2) return true;
  const uint8_t type = connection.first[0];
  return type >= 20 && type <= 23 && connection.first[1] == 3;
}

// In its own words only where there are no better ones.
plugtls_error native_fault(const plugtls_backend_connection &connection, int native) {
  const int32_t code = looks_like_tls(connection) ? protocol_code(native) : PLUGTLS_E_NOT_TLS;
  plugtls_error text = kit::empty_error();
  set_native(text, native);
  return kit::make_error(code, "the %s failed: %s", connection.done ? "connection" : "handshake",
                         code == PLUGTLS_E_NOT_TLS ? "what the peer sent is not TLS" : text.native);
}

// An alert that Mbed TLS sent without telling.
void note_alert(plugtls_backend_connection &connection, int native) {
  if (connection.alert_sent != PLUGTLS_ALERT_NONE) return;
  const mbedtls_ssl_context *ssl = connection.ssl->get();
  if (native == MBEDTLS_ERR_SSL_INVALID_MAC)
    connection.alert_sent = kit::alert::bad_record_mac;
  else if (ssl->alert_reason == native && ssl->alert_reason != 0 && ssl->send_alert == 0)
    connection.alert_sent = ssl->alert_type;
}

plugtls_error fault(plugtls_backend_connection &connection, int native) {
  plugtls_error error = kit::empty_error();
  if (connection.certificate_error.code != PLUGTLS_E_NONE)
    error = connection.certificate_error;
  else if (connection.program_error.code != PLUGTLS_E_NONE)
    error = connection.program_error;
  else if (connection.alert_received != PLUGTLS_ALERT_NONE)
    error = kit::make_error(PLUGTLS_E_ALERT_RECEIVED, "the peer ended the connection with alert %d",
                            connection.alert_received);
  else
    error = native_fault(connection, native);
  if (error.native_code == 0) set_native(error, native);
  error.alert_received = connection.alert_received != PLUGTLS_ALERT_NONE ? 1 : 0;
  if (error.alert_received != 0) error.alert = connection.alert_received;
  return error;
}

// Where Mbed TLS gives up in silence the peer is told all the same.
void tell_peer(plugtls_backend_connection &connection, plugtls_error &error, int native) {
  if (error.alert_received != 0) return;
  note_alert(connection, native);
  if (connection.alert_sent == PLUGTLS_ALERT_NONE) {
    const int32_t alert = error.alert != PLUGTLS_ALERT_NONE ? error.alert
                          : error.code == PLUGTLS_E_NOT_TLS ? kit::alert::protocol_version
                                                            : alert_for(native);
    (void)mbedtls_ssl_send_alert_message(connection.ssl->get(), MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                         static_cast<unsigned char>(alert));
    connection.alert_sent = alert;
  }
  error.alert = connection.alert_sent;
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

// A client that refuses the server's certificate in TLS 1.3 may tell so before it has keys in use (OpenSSL does): that
// is no damaged record, which would not be of this type and length.
int32_t alert_in_clear(const plugtls_backend_connection &connection) {
  const unsigned char *record = connection.ssl->get()->in_hdr;
  const bool is_alert = !connection.done && record[0] == MBEDTLS_SSL_MSG_ALERT && record[3] == 0 &&
                        record[4] == 2 && record[5] == MBEDTLS_SSL_ALERT_LEVEL_FATAL;
  return is_alert ? int32_t{record[6]} : int32_t{PLUGTLS_ALERT_NONE};
}

// Step by step, because only the steps tell whether a session is resumed.
int run_steps(plugtls_backend_connection &connection) {
  mbedtls_ssl_context *ssl = connection.ssl->get();
  int native = 0;
  // Not mbedtls_ssl_is_handshake_over, which is so before the tickets are out.
  while (native == 0 && ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER) {
    if (connection.early.reading() && is_past_early_data(*ssl)) break;
    // The client may have been asked to say it again (RFC 8446, 4.1.4).
    if (ssl->state == MBEDTLS_SSL_CLIENT_HELLO) choose_preferred_suite(connection);
    native = mbedtls_ssl_handshake_step(ssl);
    connection.full = connection.full || ssl->state == MBEDTLS_SSL_SERVER_CERTIFICATE;
    connection.early.rejected = connection.early.rejected ||
                                ssl->discard_early_data_record != MBEDTLS_SSL_EARLY_DATA_NO_DISCARD;
  }
  return native;
}

void make_suspendable(plugtls_backend_connection &connection) {
  connection.suspension.emplace(
      [](void *self) noexcept {
        auto &own = *static_cast<plugtls_backend_connection *>(self);
        own.suspended_result = run_steps(own);
      },
      &connection);
}

// Clients: whom to ask for, and the session of an earlier visit.
void aim(plugtls_backend_connection &connection, const plugtls_peer &peer) {
  if (connection.context->role != PLUGTLS_ROLE_CLIENT) return;
  const char *name = connection.server_name.empty() ? nullptr : connection.server_name.c_str();
  require(mbedtls_ssl_set_hostname(connection.ssl->get(), name), "take the server name");
  connection.peer_digest = peer_digest(peer, !connection.skips_name());
  offer_session(connection);
}

void copy_peer(plugtls_backend_connection &connection, const plugtls_peer &peer) {
  connection.peer_flags = peer.flags;
  connection.host_connection = peer.host_connection;
  // A server hears it in the handshake, where nothing is to be allocated.
  connection.server_name.reserve(kit::tls::longest_host_name);
  const bool client = connection.context->role == PLUGTLS_ROLE_CLIENT;
  if (client && peer.server_name != nullptr) connection.server_name = peer.server_name;
  if (!client) connection.hello.emplace();
  connection.subject_values.reserve(peer.subject_count);
  for (uint32_t i = 0; i < peer.subject_count; ++i) {
    const std::string &value =
        connection.subject_values.emplace_back(kit::as_text(kit::as_span(peer.subjects[i].value)));
    connection.subjects.push_back(
        {peer.subjects[i].kind,
         0,
         {reinterpret_cast<const uint8_t *>(value.data()), value.size()}});
  }
  connection.offered = copy_session(peer.session);
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

// TLS 1.3 delivers tickets among the data; and Mbed TLS may want although the transport was not asked.
int read_some(plugtls_backend_connection &connection, unsigned char *buffer, size_t capacity) {
  connection.transport_wants = false;
  while (true) {
    const int native = mbedtls_ssl_read(connection.ssl->get(), buffer, capacity);
    if (native == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
      keep_session(connection);
    else if (native != MBEDTLS_ERR_SSL_WANT_READ || connection.transport_wants)
      return native;
  }
}

}  // namespace

plugtls_status settle(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status flushed = flush(connection);
  return flushed == PLUGTLS_WANT_WRITE ? flushed : connection.sticky.tell(err);
}

plugtls_status outcome(plugtls_backend_connection &connection, int native, plugtls_error *err) {
  if (native == MBEDTLS_ERR_SSL_WANT_READ) return want_read(connection, err);
  if (native == MBEDTLS_ERR_SSL_WANT_WRITE) return PLUGTLS_WANT_WRITE;
  if (native == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
    connection.got_close = true;
    return PLUGTLS_CLOSED;
  }
  if (native == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
    connection.alert_received = connection.ssl->get()->in_msg[1];
  else if (native == MBEDTLS_ERR_SSL_INVALID_MAC)
    connection.alert_received = alert_in_clear(connection);
  return end(connection, native, err);
}

std::optional<int> run_handshake(plugtls_backend_connection &connection) {
  const Current current(connection);
  if (!connection.suspension) return run_steps(connection);
  if (!connection.suspension->go_on()) return std::nullopt;
  return connection.suspended_result;
}

plugtls_backend_connection *&Current::of_thread() noexcept {
  // One pointer of the room that the linker keeps for libraries opened late: no call to find it, nothing to allocate,
  // and LeakSanitizer, which dies of the other kind, can look into it.
  [[gnu::tls_model("initial-exec")]] static thread_local plugtls_backend_connection *current =
      nullptr;
  return current;
}

plugtls_status wrong_state(plugtls_error *err, const char *what) {
  return kit::fail(err, PLUGTLS_E_WRONG_STATE, "%s before the handshake is done", what);
}

void make_ssl(plugtls_backend_connection &connection) {
  connection.suspension.reset();
  if (connection.context->asks_program()) make_suspendable(connection);
  mbedtls_ssl_context *ssl = connection.ssl.emplace().get();
  require(mbedtls_ssl_setup(ssl, connection.context->conf.get()), "make a connection");
  mbedtls_ssl_set_user_data_p(ssl, &connection);
  mbedtls_ssl_set_bio(ssl, &connection, &send, &receive, nullptr);
  mbedtls_ssl_set_verify(ssl, &unused_verify, &connection);
  offer_psk(connection);
  if (connection.context->callbacks.keylog != nullptr)
    mbedtls_ssl_set_export_keys_cb(ssl, &log_key, &connection);
}

plugtls_status end(plugtls_backend_connection &connection, int native, plugtls_error *err) {
  if (connection.transport_failed) {
    connection.sticky.keep(PLUGTLS_FAILED, transport_error(connection));
  } else if (connection.saw_end && connection.certificate_error.code == 0 &&
             connection.alert_received == PLUGTLS_ALERT_NONE) {
    connection.sticky.keep(
        PLUGTLS_TRUNCATED,
        kit::make_error(PLUGTLS_E_TRUNCATED, connection.done
                                                 ? "the stream ended without close_notify"
                                                 : "the stream ended amid the handshake"));
  } else {
    plugtls_error error = fault(connection, native);
    tell_peer(connection, error, native);
    connection.sticky.keep(PLUGTLS_FAILED, error);
  }
  return settle(connection, err);
}

plugtls_status connection_create(plugtls_backend_context *context, const plugtls_peer *peer,
                                 const plugtls_transport *transport,
                                 plugtls_backend_connection **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    // Not make_unique, which would write zeros over the whole stash.
    auto connection = std::make_unique_for_overwrite<plugtls_backend_connection>();
    const plugtls_peer whom = kit::read_sized(peer);
    connection->context = context;
    connection->transport = kit::read_sized(transport);
    copy_peer(*connection, whom);
    make_ssl(*connection);
    aim(*connection, whom);
    *out = connection.release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status connection_set_context(plugtls_backend_connection *connection,
                                      plugtls_backend_context *context, plugtls_error *err) {
  return kit::guard(err, [&] {
    if (connection->begun || connection->early.sent || connection->early.begun ||
        connection->sticky.set())
      return kit::fail(err, PLUGTLS_E_WRONG_STATE, "set_context after the handshake has begun");
    connection->context = context;
    make_ssl(*connection);
    aim(*connection, peer_of(*connection));
    return plugtls_status{PLUGTLS_OK};
  });
}

void connection_free(plugtls_backend_connection *connection) {
  if (connection == nullptr) return;
  const kit::ErrnoKeeper keeper;
  const Current current(*connection);
  connection->muted = true;
  connection->suspension.reset();  // may still need everything else
  const std::unique_ptr<plugtls_backend_connection> owned(connection);
}

plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (connection->done) return flush_or_fail(*connection, err);
  if (connection->early.reading())
    return kit::fail(err, PLUGTLS_E_WRONG_STATE, "handshake before read_early has said closed");
  connection->begun = true;
  if (connection->context->role == PLUGTLS_ROLE_SERVER && !connection->heard_name) {
    const plugtls_status status = hear_name(*connection, err);
    if (status != PLUGTLS_OK) return status;
  }
  const std::optional<int> native = run_handshake(*connection);
  if (!native) return PLUGTLS_WANT_CALLBACK;
  if (*native != 0) return outcome(*connection, *native, err);
  connection->suspension.reset();
  connection->done = true;
  if (connection->resumed() && connection->offered && connection->remembered.empty())
    connection->remembered = connection->offered->chain;
  note_early_data(*connection);
  log_exporter_secret(*connection);
  keep_session(*connection);
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
  if (connection->got_close) return PLUGTLS_CLOSED;
  const int native = read_some(*connection, static_cast<unsigned char *>(buffer), capacity);
  if (native > 0) [[likely]] {
    *out_size = static_cast<size_t>(native);
    return PLUGTLS_OK;
  }
  return outcome(*connection, native, err);
}

plugtls_status write_by(PutFunction *put, plugtls_backend_connection &connection, const void *data,
                        size_t size, size_t *out_size, plugtls_error *err) {
  if (size < connection.asked) [[unlikely]]
    return kit::fail(err, PLUGTLS_E_WRITE_RETRY,
                     "the repeated write has %zu bytes, the one that has to go on had %zu", size,
                     connection.asked);
  if (size == 0) return PLUGTLS_OK;
  if (connection.taken == 0) {
    // The same record again if it comes to that.
    const size_t most = std::min<size_t>(connection.asked > 0 ? connection.asked : size,
                                         connection.context->record_size);
    const int native = put(connection.ssl->get(), static_cast<const unsigned char *>(data), most);
    if (native > 0 && connection.outbox.empty()) [[likely]] {
      connection.asked = 0;
      *out_size = static_cast<size_t>(native);
      return PLUGTLS_OK;
    }
    if (native == MBEDTLS_ERR_SSL_CANNOT_WRITE_EARLY_DATA)
      return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                       "the server takes no more early data; send them after the handshake");
    connection.asked = size;
    if (native <= 0) return outcome(connection, native, err);
    connection.taken = static_cast<size_t>(native);
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
  return write_by(&mbedtls_ssl_write, *connection, data, size, out_size, err);
}

plugtls_status shutdown(plugtls_backend_connection *connection, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (!connection->done) return wrong_state(err, "shutdown");
  if (connection->sent_close) return flush_or_fail(*connection, err);
  const int native = mbedtls_ssl_close_notify(connection->ssl->get());
  if (native != 0) return outcome(*connection, native, err);
  connection->sent_close = true;
  return flush_or_fail(*connection, err);
}

size_t pending(const plugtls_backend_connection *connection) {
  return mbedtls_ssl_get_bytes_avail(connection->ssl->get());
}

}  // namespace plugtls::mbedtls
