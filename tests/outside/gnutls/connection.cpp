// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "error.hpp"
#include "verify.hpp"

#include <plugtls/kit/sized.hpp>

#include <algorithm>

namespace plugtls_gnutls {

using namespace plugtls;

namespace {

plugtls_error transport_error(const plugtls_backend_connection &connection) {
  plugtls_error error = kit::make_error(PLUGTLS_E_TRANSPORT, "the transport failed");
  const plugtls_transport &transport = connection.transport;
  if (transport.last_os_error != nullptr) error.os_error = transport.last_os_error(transport.user);
  return error;
}

plugtls_error fault(const plugtls_backend_connection &connection, int native) {
  plugtls_error error = kit::empty_error();
  if (connection.refusal.code != PLUGTLS_E_NONE) {
    error = connection.refusal;
  } else if (native == GNUTLS_E_FATAL_ALERT_RECEIVED) {
    const gnutls_alert_description_t alert = gnutls_alert_get(connection.session.get());
    error = kit::make_error(PLUGTLS_E_ALERT_RECEIVED, "the peer ended the connection with alert %d",
                            static_cast<int>(alert));
    error.alert = static_cast<int32_t>(alert);
    error.alert_received = 1;
  } else {
    const bool tls = looks_like_tls(connection);
    error = kit::make_error(tls ? protocol_code(native) : PLUGTLS_E_NOT_TLS, "the %s failed: %s",
                            connection.done ? "connection" : "handshake",
                            tls ? gnutls_strerror(native) : "what the peer sent is not TLS");
  }
  if (error.native_code == 0) set_native(error, native);
  return error;
}

int32_t alert_of(const plugtls_backend_connection &connection, const plugtls_error &error,
                 int native) {
  if (error.code == PLUGTLS_E_NOT_TLS) return kit::alert::protocol_version;
  const bool certificate = error.code / 100 == PLUGTLS_CATEGORY_CERTIFICATE;
  const bool tls13 = gnutls_protocol_get_version(connection.session.get()) == GNUTLS_TLS1_3;
  return certificate ? kit::alert_of_certificate(error.code, tls13) : alert_for(native);
}

// GnuTLS sends no alert of itself.
void tell_peer(plugtls_backend_connection &connection, plugtls_error &error, int native) {
  if (error.alert_received != 0) return;
  if (error.alert == PLUGTLS_ALERT_NONE) error.alert = alert_of(connection, error, native);
  // Before there is a version GnuTLS has no record to put it in.
  if (error.code == PLUGTLS_E_NOT_TLS ||
      gnutls_protocol_get_version(connection.session.get()) == GNUTLS_VERSION_UNKNOWN) {
    const auto record = kit::plaintext_alert(error.alert);
    (void)connection.outbox.take(record.data(), record.size());
    return;
  }
  (void)gnutls_alert_send(connection.session.get(), GNUTLS_AL_FATAL,
                          static_cast<gnutls_alert_description_t>(error.alert));
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

// GnuTLS says "again" also when it has dealt with a ticket, say, and there may be more to read.
template <class Call>
ssize_t repeat(plugtls_backend_connection &connection, Call &&call) {
  constexpr int most = 64;  // warnings and messages in a row that nobody in his senses sends
  ssize_t native = GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS;
  for (int i = 0; i < most; ++i) {
    connection.transport_wants = false;
    native = call();
    if (connection.has_ticket && connection.done) [[unlikely]]
      keep_session(connection);
    const bool again = native == GNUTLS_E_AGAIN || native == GNUTLS_E_INTERRUPTED;
    const bool idle = again && !connection.transport_wants && connection.outbox.empty();
    if (native != GNUTLS_E_WARNING_ALERT_RECEIVED && !idle) return native;
  }
  return GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS;
}

plugtls_status outcome(plugtls_backend_connection &connection, ssize_t native, plugtls_error *err) {
  if (native == GNUTLS_E_AGAIN || native == GNUTLS_E_INTERRUPTED)
    return connection.transport_wants ? want_read(connection, err) : PLUGTLS_WANT_WRITE;
  return end(connection, static_cast<int>(native), err);
}

void set_protocols(plugtls_backend_connection &connection) {
  std::vector<gnutls_datum_t> out;
  for (std::string &name : connection.context->protocols)
    out.push_back(
        {reinterpret_cast<unsigned char *>(name.data()), static_cast<unsigned>(name.size())});
  if (out.empty()) return;
  const bool server = connection.context->role == PLUGTLS_ROLE_SERVER;
  require(gnutls_alpn_set_protocols(
              connection.session.get(), out.data(), static_cast<unsigned>(out.size()),
              server ? GNUTLS_ALPN_MANDATORY | GNUTLS_ALPN_SERVER_PRECEDENCE : 0),
          "take the protocols");
}

gnutls_certificate_request_t request_of(const plugtls_backend_context &context) {
  switch (context.client_auth) {
    case PLUGTLS_CLIENT_AUTH_REQUIRE:
      return GNUTLS_CERT_REQUIRE;
    case PLUGTLS_CLIENT_AUTH_REQUEST:
      return GNUTLS_CERT_REQUEST;
    default:
      return GNUTLS_CERT_IGNORE;
  }
}

void set_verification(plugtls_backend_connection &connection) {
  gnutls_session_t session = connection.session.get();
  gnutls_session_set_verify_function(session, &verify_peer);
  if (connection.context->role != PLUGTLS_ROLE_SERVER) return;
  gnutls_certificate_server_set_request(session, request_of(*connection.context));
  // Whom a server trusts is nobody's business.
  gnutls_certificate_send_x509_rdn_sequence(session, 1);
}

// Clients: whom to ask for, and the session of an earlier visit.
void aim(plugtls_backend_connection &connection) {
  const std::string &name = connection.server_name;
  if (connection.context->role != PLUGTLS_ROLE_CLIENT) return;
  gnutls_session_t session = connection.session.get();
  const int native =
      name.empty() ? 0 : gnutls_server_name_set(session, GNUTLS_NAME_DNS, name.data(), name.size());
  if (native < 0)
    raise_native(PLUGTLS_E_HOSTNAME_INVALID, native, "GnuTLS does not take the server name");
  connection.peer_digest = peer_digest(connection);
  offer_session(connection, connection.offered.get());
  if ((connection.context->flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0)
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET,
                                       GNUTLS_HOOK_POST, &note_ticket);
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

// Has GnuTLS make a record of what is to be written; it is in the stash, or on its way, afterwards. A record is never in GnuTLS
// alone: there is always room for one in an empty stash.
plugtls_status take_record(plugtls_backend_connection &connection, const void *data, size_t size,
                           plugtls_error *err) {
  const size_t most = std::min<size_t>(connection.asked > 0 ? connection.asked : size,
                                       connection.context->record_size);
  connection.asked = size;
  if (const plugtls_status status = flush_or_fail(connection, err); status != PLUGTLS_OK)
    return status;
  const ssize_t native = gnutls_record_send(connection.session.get(), data, most);
  if (native <= 0) return outcome(connection, native, err);
  connection.taken = static_cast<size_t>(native);
  return PLUGTLS_OK;
}

}  // namespace

void make_session(plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  const unsigned role = context.role == PLUGTLS_ROLE_SERVER ? GNUTLS_SERVER : GNUTLS_CLIENT;
  const bool resumes = (context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0;
  const unsigned tickets = resumes ? GNUTLS_NO_AUTO_SEND_TICKET : GNUTLS_NO_TICKETS;
  gnutls_session_t session = nullptr;
  require(gnutls_init(&session,
                      role | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | tickets | GNUTLS_NO_AUTO_REKEY),
          "make a session");
  connection.session.reset(session);
  gnutls_session_set_ptr(session, &connection);
  require(gnutls_priority_set(session, context.priority.get()), "take the cipher suites");
  require(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, context.credentials.get()),
          "take the credentials");
  if (context.callbacks.keylog != nullptr) gnutls_session_set_keylog_function(session, &log_key);
  set_protocols(connection);
  set_verification(connection);
  set_transport(connection);
  if (context.role == PLUGTLS_ROLE_SERVER) use_tickets(connection);
  aim(connection);
}

plugtls_status wrong_state(plugtls_error *err, const char *what) {
  return kit::fail(err, PLUGTLS_E_WRONG_STATE, "%s before the handshake is done", what);
}

plugtls_status end(plugtls_backend_connection &connection, int native, plugtls_error *err) {
  if (connection.transport_failed) {
    connection.sticky.keep(PLUGTLS_FAILED, transport_error(connection));
  } else if (connection.saw_end && looks_like_tls(connection) &&
             connection.refusal.code == PLUGTLS_E_NONE && native != GNUTLS_E_FATAL_ALERT_RECEIVED) {
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
    connection->context = context;
    connection->transport = kit::read_sized(transport);
    copy_peer(*connection, kit::read_sized(peer));
    make_session(*connection);
    *out = connection.release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status connection_set_context(plugtls_backend_connection *connection,
                                      plugtls_backend_context *context, plugtls_error *err) {
  return kit::guard(err, [&] {
    if (connection->begun || connection->sticky.set())
      return kit::fail(err, PLUGTLS_E_WRONG_STATE, "set_context after the handshake has begun");
    connection->context = context;
    make_session(*connection);
    return plugtls_status{PLUGTLS_OK};
  });
}

void connection_free(plugtls_backend_connection *connection) {
  const std::unique_ptr<plugtls_backend_connection> owned(connection);
}

plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (connection->done) return flush_or_fail(*connection, err);
  connection->begun = true;
  if (connection->context->role == PLUGTLS_ROLE_SERVER && !connection->heard_name) {
    const plugtls_status status = hear_name(*connection, err);
    if (status != PLUGTLS_OK) return status;
  }
  const ssize_t native =
      repeat(*connection, [&] { return gnutls_handshake(connection->session.get()); });
  if (native < 0) return outcome(*connection, native, err);
  if (const int sent = send_tickets(*connection); sent < 0) return outcome(*connection, sent, err);
  connection->done = true;
  if (connection->has_ticket) keep_session(*connection);
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
  const ssize_t native = repeat(
      *connection, [&] { return gnutls_record_recv(connection->session.get(), buffer, capacity); });
  if (native > 0) [[likely]] {
    *out_size = static_cast<size_t>(native);
    return PLUGTLS_OK;
  }
  if (native < 0) return outcome(*connection, native, err);
  connection->got_close = true;
  return PLUGTLS_CLOSED;
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
  if (connection->taken == 0) {
    const plugtls_status status = take_record(*connection, data, size, err);
    if (status != PLUGTLS_OK) return status;
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
  const int native = gnutls_bye(connection->session.get(), GNUTLS_SHUT_WR);
  if (native < 0) return outcome(*connection, native, err);
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
  gnutls_session_t session = connection->session.get();
  if (gnutls_protocol_get_version(session) != GNUTLS_TLS1_3)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "key_update on a connection of TLS 1.2, which has no KeyUpdate");
  if (const plugtls_status status = flush_or_fail(*connection, err); status != PLUGTLS_OK)
    return status;
  const bool both = (flags & PLUGTLS_KEY_UPDATE_REQUEST_PEER) != 0;
  const int native = gnutls_session_key_update(session, both ? GNUTLS_KU_PEER : 0);
  return native < 0 ? outcome(*connection, native, err) : flush_or_fail(*connection, err);
}

size_t pending(const plugtls_backend_connection *connection) {
  return gnutls_record_check_pending(connection->session.get());
}

}  // namespace plugtls_gnutls
