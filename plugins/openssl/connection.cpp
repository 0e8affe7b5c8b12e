// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include "error.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <memory>

namespace plugtls::openssl {

namespace {

constexpr std::size_t largest_record = 16384;
constexpr std::size_t largest_stashed = 64;  // an alert's record, encrypted or not, is well below

int bio_read(BIO *bio, char *buffer, std::size_t capacity, std::size_t *got) {
  auto *connection = static_cast<plugtls_backend_connection *>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const plugtls_status status =
      connection->transport.read(connection->transport.user, buffer, capacity, got);
  if (status == PLUGTLS_OK) return 1;
  *got = 0;
  if (status == PLUGTLS_WANT_READ) BIO_set_retry_read(bio);
  connection->saw_end = connection->saw_end || status == PLUGTLS_CLOSED;
  connection->transport_failed = connection->transport_failed || status == PLUGTLS_FAILED;
  return 0;
}

// An alert must not be lost to a transport that is full: its record, being small, is stashed, and OpenSSL told that it went
// out. Whoever called then answers want_write until it did (P-IO-4).
int bio_write(BIO *bio, const char *data, std::size_t size, std::size_t *put) {
  auto *connection = static_cast<plugtls_backend_connection *>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  *put = 0;
  plugtls_status status = connection->outbox.flush(connection->transport);
  if (status == PLUGTLS_OK)
    status = connection->transport.write(connection->transport.user, data, size, put);
  if (status == PLUGTLS_OK) return 1;
  *put = 0;
  if (status == PLUGTLS_WANT_WRITE && size <= largest_stashed &&
      connection->outbox.take(data, size)) {
    *put = size;
    return 1;
  }
  if (status == PLUGTLS_WANT_WRITE) BIO_set_retry_write(bio);
  connection->transport_failed = connection->transport_failed || status == PLUGTLS_FAILED;
  return 0;
}

long bio_control(BIO *bio, int command, long, void *) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF)
    return static_cast<plugtls_backend_connection *>(BIO_get_data(bio))->saw_end ? 1 : 0;
  return 0;
}

plugtls_status flush(plugtls_backend_connection &connection) {
  if (connection.outbox.empty()) [[likely]]
    return PLUGTLS_OK;
  return connection.outbox.flush(connection.transport);
}

plugtls_error transport_error(const plugtls_backend_connection &connection) {
  plugtls_error error = kit::make_error(PLUGTLS_E_TRANSPORT, "the transport failed");
  const plugtls_transport &transport = connection.transport;
  if (transport.last_os_error != nullptr) error.os_error = transport.last_os_error(transport.user);
  return error;
}

plugtls_error fault(plugtls_backend_connection &connection) {
  const unsigned long native = ERR_peek_last_error();
  plugtls_error error = kit::empty_error();
  if (connection.certificate_error.code != PLUGTLS_E_NONE)
    error = connection.certificate_error;
  else if (connection.name_error.code != PLUGTLS_E_NONE)
    error = connection.name_error;
  else if (connection.alert_received != PLUGTLS_ALERT_NONE)
    error = kit::make_error(
        PLUGTLS_E_ALERT_RECEIVED, "the peer ended the connection with alert %d (%s)",
        connection.alert_received, SSL_alert_desc_string_long(connection.alert_received));
  else
    error = kit::make_error(
        protocol_code(native), "the %s failed: %s", connection.done ? "connection" : "handshake",
        ERR_reason_error_string(native) != nullptr ? ERR_reason_error_string(native)
                                                   : "unknown reason");
  if (error.native_code == 0) take_native(error);
  error.alert_received = connection.alert_received != PLUGTLS_ALERT_NONE ? 1 : 0;
  if (error.alert == PLUGTLS_ALERT_NONE)
    error.alert = error.alert_received != 0 ? connection.alert_received : connection.alert_sent;
  return error;
}

// OpenSSL closes in silence on what does not even look like TLS. The peer is told all the same.
void send_missing_alert(plugtls_backend_connection &connection, plugtls_error &error) {
  if (connection.done || error.alert != PLUGTLS_ALERT_NONE ||
      error.code >= PLUGTLS_E_ALERT_RECEIVED)
    return;
  if (SSL_in_before(connection.ssl.get()) == 0 &&
      SSL_get_current_cipher(connection.ssl.get()) != nullptr)
    return;
  error.alert = error.code == PLUGTLS_E_NOT_TLS ? kit::alert::protocol_version
                                                : kit::alert::unexpected_message;
  const auto record = kit::plaintext_alert(error.alert);
  (void)connection.outbox.take(record.data(), record.size());
}

plugtls_status settle(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status flushed = flush(connection);
  return flushed == PLUGTLS_WANT_WRITE ? flushed : connection.sticky.tell(err);
}

// The one place that reads the library's error state.
plugtls_status outcome(plugtls_backend_connection &connection, int result, plugtls_error *err) {
  switch (SSL_get_error(connection.ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      // What was stashed goes out first: the peer may be waiting for it.
      return flush(connection) == PLUGTLS_WANT_WRITE ? PLUGTLS_WANT_WRITE : PLUGTLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
      return PLUGTLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
      return PLUGTLS_CLOSED;
    default:
      break;
  }
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
    plugtls_error error = fault(connection);
    send_missing_alert(connection, error);
    connection.sticky.keep(PLUGTLS_FAILED, error);
  }
  return settle(connection, err);
}

plugtls_status wrong_state(plugtls_error *err, const char *what) {
  return kit::fail(err, PLUGTLS_E_WRONG_STATE, "%s before the handshake is done", what);
}

// What an earlier write has begun goes out first. 0 bytes in flight afterwards, or a want.
plugtls_status finish_write(plugtls_backend_connection &connection, const void *data,
                            plugtls_error *err) {
  if (connection.in_flight == 0) return flush(connection);
  std::size_t put = 0;
  // The bytes are not looked at again: the record is made, and only waits for the transport.
  const int result = SSL_write_ex(connection.ssl.get(), data, connection.in_flight, &put);
  if (result != 1) return outcome(connection, result, err);
  connection.taken = put;
  connection.in_flight = 0;
  return flush(connection);
}

}  // namespace

plugtls_backend_connection *connection_of(const SSL *ssl) {
  return static_cast<plugtls_backend_connection *>(SSL_get_app_data(ssl));
}

BIO_METHOD *make_bio_method() {
  BIO_METHOD *method =
      BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "plugtls transport");
  if (method == nullptr) throw std::bad_alloc();
  BIO_meth_set_read_ex(method, &bio_read);
  BIO_meth_set_write_ex(method, &bio_write);
  BIO_meth_set_ctrl(method, &bio_control);
  return method;
}

void note_alert(const SSL *ssl, int where, int value) {
  if ((where & SSL_CB_ALERT) == 0 || value >> 8 != SSL3_AL_FATAL) return;
  plugtls_backend_connection *connection = connection_of(ssl);
  ((where & SSL_CB_READ) != 0 ? connection->alert_received : connection->alert_sent) = value & 0xff;
}

int choose_by_name(SSL *ssl, int *alert, void *) {
  plugtls_backend_connection &connection = *connection_of(ssl);
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  plugtls_backend_context *replacement = nullptr;
  plugtls_error error = kit::empty_error();
  const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const plugtls_status status =
      callbacks.server_name(callbacks.user, connection.host_connection, name, &replacement, &error);
  if (status == PLUGTLS_WANT_CALLBACK) {
    connection.name_error = kit::unsupported(
        PLUGTLS_FEATURE_SUSPEND,
        "the server name callback answered want_callback; this backend cannot suspend");
    *alert = kit::alert::internal_error;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  if (status != PLUGTLS_OK) {
    connection.name_error =
        error.code != PLUGTLS_E_NONE
            ? error
            : kit::make_error(PLUGTLS_E_UNRECOGNIZED_NAME, "the server name callback refused '%s'",
                              name != nullptr ? name : "");
    *alert = error.alert > 0 ? error.alert : kit::alert::unrecognized_name;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  if (replacement != nullptr) {
    SSL_set_SSL_CTX(ssl, replacement->ctx.get());
    SSL_set_verify(ssl, SSL_CTX_get_verify_mode(replacement->ctx.get()), nullptr);
    X509_VERIFY_PARAM_set1(SSL_get0_param(ssl), SSL_CTX_get0_param(replacement->ctx.get()));
    connection.context = replacement;
  }
  return SSL_TLSEXT_ERR_OK;
}

namespace {

void copy_peer(plugtls_backend_connection &connection, const plugtls_peer &peer) {
  connection.peer_flags = peer.flags;
  connection.host_connection = peer.host_connection;
  if (peer.server_name != nullptr) connection.server_name = peer.server_name;
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

std::unique_ptr<plugtls_backend_connection> make(plugtls_backend_context *context,
                                                 const plugtls_peer &peer,
                                                 const plugtls_transport &transport) {
  auto connection = std::make_unique<plugtls_backend_connection>();
  connection->context = context;
  connection->transport = transport;
  copy_peer(*connection, peer);
  connection->ssl.reset(SSL_new(context->ctx.get()));
  BIO *bio = BIO_new(context->instance->bio_method);
  if (!connection->ssl || bio == nullptr) {
    BIO_free(bio);
    raise_native(PLUGTLS_E_OUT_OF_MEMORY, "OpenSSL could not make a connection");
  }
  BIO_set_data(bio, connection.get());
  BIO_set_init(bio, 1);
  SSL *ssl = connection->ssl.get();
  SSL_set_ex_data(ssl, 0, connection.get());
  SSL_set_bio(ssl, bio, bio);
  if (context->role == PLUGTLS_ROLE_SERVER)
    SSL_set_accept_state(ssl);
  else
    SSL_set_connect_state(ssl);
  if (!connection->server_name.empty() &&
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               connection->server_name.data()) != 1)
    raise_native(PLUGTLS_E_HOSTNAME_INVALID, "OpenSSL does not take the server name");
  return connection;
}

}  // namespace

plugtls_status connection_create(plugtls_backend_context *context, const plugtls_peer *peer,
                                 const plugtls_transport *transport,
                                 plugtls_backend_connection **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    *out = make(context, kit::read_sized(peer), kit::read_sized(transport)).release();
    return plugtls_status{PLUGTLS_OK};
  });
}

void connection_free(plugtls_backend_connection *connection) {
  if (connection == nullptr) return;
  const QueueGuard queue;
  const std::unique_ptr<plugtls_backend_connection> owned(connection);
}

plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (connection->done) return flush(*connection);
  const QueueGuard queue;
  const int result = SSL_do_handshake(connection->ssl.get());
  if (result != 1) return outcome(*connection, result, err);
  connection->done = true;
  return flush(*connection);
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
  const int result = SSL_read_ex(connection->ssl.get(), buffer, capacity, out_size);
  if (result == 1) [[likely]]
    return PLUGTLS_OK;
  *out_size = 0;
  return outcome(*connection, result, err);
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
  if (size < std::max(connection->in_flight, connection->taken)) [[unlikely]]
    return kit::fail(err, PLUGTLS_E_WRITE_RETRY,
                     "the repeated write has %zu bytes, %zu have to go on", size,
                     std::max(connection->in_flight, connection->taken));
  if (size == 0) return PLUGTLS_OK;
  const QueueGuard queue;
  if (connection->in_flight == 0 && connection->taken == 0) {
    const int result = SSL_write_ex(connection->ssl.get(), data, size, out_size);
    if (result == 1 && connection->outbox.empty()) [[likely]]
      return PLUGTLS_OK;
    if (result == 1) connection->taken = *out_size;
    *out_size = 0;
    if (result != 1) {
      const plugtls_status status = outcome(*connection, result, err);
      if (status == PLUGTLS_WANT_WRITE && !connection->sticky.set())
        connection->in_flight = std::min(size, largest_record);
      return status;
    }
  }
  const plugtls_status status = finish_write(*connection, data, err);
  if (status != PLUGTLS_OK) return status;
  *out_size = connection->taken;
  connection->taken = 0;
  return PLUGTLS_OK;
}

plugtls_status shutdown(plugtls_backend_connection *connection, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return settle(*connection, err);
  if (!connection->done) return wrong_state(err, "shutdown");
  if (connection->sent_close) return flush(*connection);
  const QueueGuard queue;
  const char unread = 0;
  const plugtls_status status = finish_write(*connection, &unread, err);
  if (status != PLUGTLS_OK) return status;
  connection->taken = 0;
  const int result = SSL_shutdown(connection->ssl.get());
  if (result < 0) return outcome(*connection, result, err);
  connection->sent_close = true;
  return flush(*connection);
}

size_t pending(const plugtls_backend_connection *connection) {
  return static_cast<size_t>(std::max(0, SSL_pending(connection->ssl.get())));
}

plugtls_status connection_info(const plugtls_backend_connection *connection,
                               plugtls_connection_info *out) {
  SSL *ssl = connection->ssl.get();
  plugtls_connection_info info{};
  info.size = sizeof info;
  info.handshake_done = connection->done ? 1 : 0;
  const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
  if (cipher != nullptr) {
    info.version = static_cast<uint16_t>(SSL_version(ssl));
    info.cipher_suite = SSL_CIPHER_get_protocol_id(cipher);
    info.group = group_of_nid(static_cast<int>(SSL_get_negotiated_group(ssl)));
  }
  int type = NID_undef;
  int hash = NID_undef;
  if (connection->done && SSL_get_peer_signature_type_nid(ssl, &type) == 1) {
    SSL_get_peer_signature_nid(ssl, &hash);
    info.signature_scheme = scheme_of(type, hash);
  }
  info.resumed = SSL_session_reused(ssl) != 0 ? 1 : 0;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &info.alpn.data, &size);
  info.alpn.size = size;
  if (const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name))
    info.server_name = {reinterpret_cast<const uint8_t *>(name),
                        std::char_traits<char>::length(name)};
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

plugtls_status export_keying_material(plugtls_backend_connection *connection, const char *label,
                                      plugtls_bytes context, uint8_t *out, size_t size,
                                      plugtls_error *err) {
  if (!connection->done) return wrong_state(err, "export_keying_material");
  const QueueGuard queue;
  const std::string_view text = label;
  if (SSL_export_keying_material(connection->ssl.get(), out, size, text.data(), text.size(),
                                 context.data, context.size, context.data != nullptr ? 1 : 0) == 1)
    return PLUGTLS_OK;
  plugtls_error error =
      kit::make_error(PLUGTLS_E_INTERNAL, "OpenSSL could not export keying material");
  take_native(error);
  return kit::fail(err, error);
}

}  // namespace plugtls::openssl
