// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "algorithms.hpp"
#include "error.hpp"
#include "keys.hpp"
#include "outcome.hpp"
#include "settings.hpp"
#include "transport.hpp"

#include <wolfssl/wolfcrypt/dh.h>

#include <algorithm>

namespace plugtls::wolfssl {

namespace {

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

void make_ssl(plugtls_backend_connection &connection, WOLFSSL_CTX *native) {
  const plugtls_backend_context &context = *connection.context;
  connection.suspension.reset();
  if (context.asks_signer) make_suspendable(connection);
  connection.ssl.reset(wolfSSL_new(native));
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
  if (connection.asks_late) wolfSSL_set_verify(ssl, WOLFSSL_VERIFY_NONE, &on_certificate);
  if (context.client_auth != PLUGTLS_CLIENT_AUTH_NONE) {
    // wolfSSL takes CAs out of the client's chain into the store, which must not be another connection's too.
    kit::Handle<WOLFSSL_X509_STORE, wolfSSL_X509_STORE_free> store(wolfSSL_X509_STORE_new());
    if (store == nullptr) throw std::bad_alloc();
    require(wolfSSL_set0_verify_cert_store(ssl, store.get()), "take a store");
    (void)store.release();
  }
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
    if (context->role == PLUGTLS_ROLE_CLIENT) make_ssl(*connection, context->natives.front().get());
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
    if (context->role == PLUGTLS_ROLE_CLIENT) make_ssl(*connection, context->natives.front().get());
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
  const KeyStackWiper wiper;
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

size_t pending(const plugtls_backend_connection *connection) {
  if (connection->ssl == nullptr || connection->got_close) return 0;
  return static_cast<size_t>(std::max(0, wolfSSL_pending(connection->ssl.get())));
}

}  // namespace plugtls::wolfssl
