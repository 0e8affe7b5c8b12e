// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "algorithms.hpp"
#include "error.hpp"
#include "settings.hpp"
#include "transport.hpp"

#include <wolfssl/wolfcrypt/dh.h>

#include <algorithm>

namespace plugtls::wolfssl {

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

plugtls_error no_psk() {
  plugtls_error error = kit::make_error(PLUGTLS_E_NO_COMMON_PARAMETERS,
                                        "the handshake failed: the client offers no pre-shared key "
                                        "that is known, and there is no certificate");
  error.alert = kit::alert::handshake_failure;
  return error;
}

// Alerts that wolfSSL took or sent without telling.
void note_alerts(plugtls_backend_connection &connection) {
  if (connection.ssl == nullptr) return;
  WOLFSSL_ALERT_HISTORY history{};
  if (wolfSSL_get_alert_history(connection.ssl.get(), &history) != WOLFSSL_SUCCESS) return;
  if (connection.alert_received == PLUGTLS_ALERT_NONE && history.last_rx.level == alert_fatal)
    connection.alert_received = history.last_rx.code;
  if (connection.alert_sent == PLUGTLS_ALERT_NONE && history.last_tx.level == alert_fatal)
    connection.alert_sent = history.last_tx.code;
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
  else if (lacks_psk(connection, native))
    error = no_psk();
  else
    error = native_fault(connection, native);
  if (error.native_code == 0) set_native(error, native);
  error.alert_received = error.code == PLUGTLS_E_ALERT_RECEIVED ? 1 : 0;
  if (error.alert_received != 0) error.alert = connection.alert_received;
  return error;
}

int32_t alert_of(const plugtls_backend_connection &connection, const plugtls_error &error,
                 int native) {
  if (error.alert > 0) return error.alert;
  if (error.code == PLUGTLS_E_NOT_TLS) return kit::alert::protocol_version;
  if (error.code / 100 != PLUGTLS_CATEGORY_CERTIFICATE) return alert_for(native);
  const bool tls13 =
      connection.ssl != nullptr && wolfSSL_version(connection.ssl.get()) == TLS1_3_VERSION;
  return kit::alert_of_certificate(error.code, tls13);
}

// The one way that wolfSSL has to send an alert of its own accord is to close; what it sends is rewritten on its way.
bool send_alert(plugtls_backend_connection &connection, int32_t alert) {
  if (connection.ssl == nullptr) {
    const auto record = kit::plaintext_alert(alert);
    return connection.outbox.take(record.data(), record.size());
  }
  connection.alert_to_send = alert;
  connection.rewritten = false;
  (void)wolfSSL_shutdown(connection.ssl.get());
  connection.alert_to_send = PLUGTLS_ALERT_NONE;
  return connection.rewritten;
}

// Where wolfSSL gives up in silence the peer is told all the same.
void tell_peer(plugtls_backend_connection &connection, plugtls_error &error, int native) {
  if (error.alert_received != 0) return;
  if (connection.alert_sent == PLUGTLS_ALERT_NONE) {
    const int32_t alert = alert_of(connection, error, native);
    if (send_alert(connection, alert)) connection.alert_sent = alert;
  }
  error.alert = connection.alert_sent;
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
  if (connection.callback_pending) return PLUGTLS_WANT_CALLBACK;
  return flushed == PLUGTLS_WANT_WRITE && !connection.done ? flushed : PLUGTLS_WANT_READ;
}

plugtls_status outcome(plugtls_backend_connection &connection, int native, plugtls_error *err) {
  const bool over = connection.doomed() || connection.transport_failed || connection.saw_end;
  if (native == WOLFSSL_ERROR_WANT_READ && !over) return want_read(connection, err);
  if (native == WOLFSSL_ERROR_WANT_WRITE && !over) return PLUGTLS_WANT_WRITE;
  if (native == WOLFSSL_ERROR_ZERO_RETURN && connection.done) {
    connection.got_close = true;
    return PLUGTLS_CLOSED;
  }
  return end(connection, native, err);
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

// As a client offers it, with commas; or the one that a server has chosen.
void use_protocols(WOLFSSL *ssl, std::string list) {
  if (list.empty()) return;
  require(wolfSSL_UseALPN(ssl, list.data(), static_cast<unsigned>(list.size()),
                          WOLFSSL_ALPN_CONTINUE_ON_MISMATCH),
          "take the protocols");
}

// Clients: whom to ask for, and the session of an earlier visit.
void aim(plugtls_backend_connection &connection) {
  const std::string &name = connection.server_name;
  WOLFSSL *ssl = connection.ssl.get();
  if (!name.empty())
    require(wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, name.data(),
                           static_cast<unsigned short>(name.size())),
            "take the server name");
  use_protocols(ssl, connection.context->protocol_list);
  connection.peer_digest = peer_digest(peer_of(connection), !connection.skips_name());
  offer_session(connection);
}

// For suites with DHE, of which a server of TLS 1.2 brings the parameters (RFC 7919). Not for the context, where wolfSSL
// 5.5.4 tests each time anew whether the modulus is prime, which takes longer than ten handshakes.
void set_parameters(const plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  if (!context.versions.contains(PLUGTLS_VERSION_TLS1_2) ||
      std::none_of(context.suites.begin(), context.suites.end(), is_dhe))
    return;
  WOLFSSL *ssl = connection.ssl.get();
  const DhParams *group = wc_Dh_ffdhe3072_Get();
  require(wolfSSL_SetTmpDH(ssl, group->p, static_cast<int>(group->p_len), group->g,
                           static_cast<int>(group->g_len)),
          "take the group of the key exchange");
  require(wolfSSL_SetEnableDhKeyTest(ssl, 0), "trust the group of the key exchange");
}

// How many bytes, or else `native`. P-IO-2: wolfSSL may want to read although the transport was not asked.
int read_some(plugtls_backend_connection &connection, void *buffer, size_t capacity, int *native) {
  WOLFSSL *ssl = connection.ssl.get();
  const int most = static_cast<int>(std::min<size_t>(capacity, largest_record));
  connection.transport_wants = false;
  while (true) {
    const int result = wolfSSL_read(ssl, buffer, most);
    if (result > 0) [[likely]]
      return result;
    *native = wolfSSL_get_error(ssl, result);
    const bool waits =
        connection.transport_wants || connection.transport_failed || connection.saw_end;
    if (*native != WOLFSSL_ERROR_WANT_READ || waits) return 0;
  }
}

}  // namespace

plugtls_status wrong_state(plugtls_error *err, const char *what) {
  return kit::fail(err, PLUGTLS_E_WRONG_STATE, "%s before the handshake is done", what);
}

void make_ssl(plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  connection.suspension.reset();
  if (context.asks_signer) make_suspendable(connection);
  connection.ssl.reset(wolfSSL_new(context.natives[connection.identity].get()));
  if (connection.ssl == nullptr) throw std::bad_alloc();
  WOLFSSL *ssl = connection.ssl.get();
  wolfSSL_SetIOReadCtx(ssl, &connection);
  wolfSSL_SetIOWriteCtx(ssl, &connection);
  wolfSSL_SetCertCbCtx(ssl, &connection);
  wolfSSL_KeepArrays(ssl);  // for exporters
  // Not for the context: 5.7.2 then sends a malformed ClientHello.
  require(wolfSSL_set1_sigalgs_list(ssl, context.scheme_names.c_str()),
          "take the signature schemes");
  if (context.role == PLUGTLS_ROLE_CLIENT) {
    aim(connection);
    return;
  }
  use_protocols(ssl, connection.protocol);
  set_parameters(connection);
  if (context.client_auth != PLUGTLS_CLIENT_AUTH_NONE) {
    // wolfSSL takes CAs out of the client's chain into the store, which must not be another connection's too.
    kit::Handle<WOLFSSL_X509_STORE, wolfSSL_X509_STORE_free> store(wolfSSL_X509_STORE_new());
    if (store == nullptr) throw std::bad_alloc();
    require(wolfSSL_set0_verify_cert_store(ssl, store.get()), "take a store");
    (void)store.release();
  }
}

plugtls_status end(plugtls_backend_connection &connection, int native, plugtls_error *err) {
  note_alerts(connection);
  const bool at_end = connection.saw_end || native == WOLFSSL_ERROR_ZERO_RETURN;
  if (connection.transport_failed) {
    connection.sticky.keep(PLUGTLS_FAILED, transport_error(connection));
  } else if (at_end && !connection.doomed()) {
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
    if (context->role == PLUGTLS_ROLE_CLIENT) make_ssl(*connection);
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
    if (context->role == PLUGTLS_ROLE_CLIENT) make_ssl(*connection);
    return plugtls_status{PLUGTLS_OK};
  });
}

void connection_free(plugtls_backend_connection *connection) {
  if (connection == nullptr) return;
  connection->muted = true;
  connection->suspension.reset();  // may still need everything else
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
  connection->transport_wants = connection->callback_pending = false;
  const std::optional<int> native = run_handshake(*connection);
  if (!native) return PLUGTLS_WANT_CALLBACK;
  if (*native != 0) return outcome(*connection, *native, err);
  connection->suspension.reset();
  if (!finish_handshake(*connection)) return end(*connection, 0, err);
  connection->done = true;
  announce_session(*connection);
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
  int native = 0;
  const int got = read_some(*connection, buffer, capacity, &native);
  if (got > 0) [[likely]] {
    *out_size = static_cast<size_t>(got);
    return PLUGTLS_OK;
  }
  return outcome(*connection, native, err);
}

plugtls_status write(plugtls_backend_connection *connection, const void *data, size_t size,
                     size_t *out_size, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  *out_size = 0;
  if (connection->sticky.set()) [[unlikely]]
    return settle(*connection, err);
  if (!connection->done) [[unlikely]]
    return wrong_state(err, "write");
  // wolfSSL itself would go on.
  if (connection->sent_close) [[unlikely]]
    return kit::fail(err, PLUGTLS_E_CLOSED_FOR_WRITING, "write after shutdown");
  if (size < connection->asked) [[unlikely]]
    return kit::fail(err, PLUGTLS_E_WRITE_RETRY,
                     "the repeated write has %zu bytes, the one that has to go on had %zu", size,
                     connection->asked);
  if (size == 0) return PLUGTLS_OK;
  if (connection->taken == 0) {
    // The same record again if it comes to that.
    const size_t most = std::min<size_t>(connection->asked > 0 ? connection->asked : size,
                                         connection->context->record_size);
    const int result = wolfSSL_write(connection->ssl.get(), data, static_cast<int>(most));
    if (result > 0 && connection->outbox.empty()) [[likely]] {
      connection->asked = 0;
      *out_size = static_cast<size_t>(result);
      return PLUGTLS_OK;
    }
    connection->asked = size;
    if (result <= 0)
      return outcome(*connection, wolfSSL_get_error(connection->ssl.get(), result), err);
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
  const int result = wolfSSL_shutdown(connection->ssl.get());
  if (result < 0 || connection->transport_failed)
    return outcome(*connection, wolfSSL_get_error(connection->ssl.get(), result), err);
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
  if (connection->version != PLUGTLS_VERSION_TLS1_3)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "key_update on a connection of TLS 1.2, which has no KeyUpdate");
  if (!connection->updating) {
    if (const plugtls_status status = flush_or_fail(*connection, err); status != PLUGTLS_OK)
      return status;
    // By itself wolfSSL asks for one back every other time.
    connection->update_to_send = (flags & PLUGTLS_KEY_UPDATE_REQUEST_PEER) != 0;
    const int result = wolfSSL_update_keys(connection->ssl.get());
    connection->update_to_send.reset();
    if (result != WOLFSSL_SUCCESS || !connection->rewritten)
      return end(*connection, wolfSSL_get_error(connection->ssl.get(), result), err);
  }
  const plugtls_status status = flush_or_fail(*connection, err);
  connection->updating = status == PLUGTLS_WANT_WRITE;
  return status;
}

size_t pending(const plugtls_backend_connection *connection) {
  if (connection->ssl == nullptr || connection->got_close) return 0;
  return static_cast<size_t>(std::max(0, wolfSSL_pending(connection->ssl.get())));
}

}  // namespace plugtls::wolfssl
