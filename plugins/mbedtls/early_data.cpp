// SPDX-License-Identifier: Apache-2.0
#include "early_data.hpp"

#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"

#include <optional>

namespace plugtls::mbedtls {

namespace {

[[noreturn]] void refuse(const char *why) {
  throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_EARLY_DATA, why));
}

// Sessions are offered before; what they allow is the server's word.
bool allows_early_data(const plugtls_backend_connection &connection) {
  const mbedtls_ssl_session *offered = connection.ssl->get()->session_negotiate;
  return connection.offers_session && offered != nullptr && offered->max_early_data_size > 0 &&
         (offered->ticket_flags & MBEDTLS_SSL_TLS1_3_TICKET_ALLOW_EARLY_DATA) != 0;
}

plugtls_status check_write(const plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_backend_context &context = *connection.context;
  if (context.role != PLUGTLS_ROLE_CLIENT || context.early_data_max == 0)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "write_early where early data are not allowed; early_data_max allows a client "
                     "to send them");
  if (connection.done || connection.begun)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE, "write_early after the handshake has begun");
  if (connection.early.sent || allows_early_data(connection)) return PLUGTLS_OK;
  return kit::fail(err, PLUGTLS_E_NO_SESSION,
                   "there is no session to send early data with; send them after the handshake");
}

// Mbed TLS announces early data wherever it may send some, and a server would think them used up: so it may only here.
void allow_early_data(plugtls_backend_connection &connection) {
  if (connection.early.sent) return;
  connection.early.sent = true;
  // Only get() hands out what is const. NOLINTNEXTLINE(readability-redundant-smartptr-get)
  connection.narrowed = *connection.context->conf.get();
  mbedtls_ssl_conf_early_data(&connection.narrowed, MBEDTLS_SSL_EARLY_DATA_ENABLED);
  connection.ssl->get()->conf = &connection.narrowed;
}

plugtls_status check_read(const plugtls_backend_connection &connection, plugtls_error *err) {
  if (connection.context->role == PLUGTLS_ROLE_SERVER && !connection.done && !connection.begun)
    return PLUGTLS_OK;
  return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                   "read_early is a server's, before its first handshake call");
}

}  // namespace

void set_early_data(plugtls_backend_context &context, const plugtls_config &config) {
  context.early_data_max = config.early_data_max;
  if (config.early_data_max == 0) return;
  if (!context.versions.contains(PLUGTLS_VERSION_TLS1_3))
    refuse("early data take TLS 1.3, which the versions asked for leave out");
  if ((context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) != 0)
    refuse("early data take a resumed session, and resumption is switched off");
  if (context.role != PLUGTLS_ROLE_SERVER) return;
  mbedtls_ssl_conf_early_data(context.conf.get(), MBEDTLS_SSL_EARLY_DATA_ENABLED);
  mbedtls_ssl_conf_max_early_data_size(context.conf.get(), config.early_data_max);
}

bool is_past_early_data(const mbedtls_ssl_context &ssl) {
  if (mbedtls_ssl_get_version_number(&ssl) != MBEDTLS_SSL_VERSION_TLS1_3) return true;
  switch (ssl.state) {
    case MBEDTLS_SSL_CLIENT_CERTIFICATE:
    case MBEDTLS_SSL_CLIENT_CERTIFICATE_VERIFY:
    case MBEDTLS_SSL_CLIENT_FINISHED:
    case MBEDTLS_SSL_HANDSHAKE_WRAPUP:
      return true;
    default:
      return false;
  }
}

void note_early_data(plugtls_backend_connection &connection) {
  if (!connection.early.sent) return;
  const int status = mbedtls_ssl_get_early_data_status(connection.ssl->get());
  connection.early.accepted = status == MBEDTLS_SSL_EARLY_DATA_STATUS_ACCEPTED;
  connection.early.rejected = status == MBEDTLS_SSL_EARLY_DATA_STATUS_REJECTED;
}

plugtls_status write_early(plugtls_backend_connection *connection, const void *data, size_t size,
                           size_t *out_size, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  *out_size = 0;
  if (connection->sticky.set()) return settle(*connection, err);
  if (const plugtls_status status = check_write(*connection, err); status != PLUGTLS_OK)
    return status;
  allow_early_data(*connection);
  const Current current(*connection);
  connection->early.writing = true;
  const plugtls_status status =
      write_by(&mbedtls_ssl_write_early_data, *connection, data, size, out_size, err);
  connection->early.writing = false;
  return status;
}

plugtls_status read_early(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                          size_t *out_size, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  *out_size = 0;
  if (connection->sticky.set()) return settle(*connection, err);
  if (connection->early.ended) return PLUGTLS_CLOSED;
  if (const plugtls_status status = check_read(*connection, err); status != PLUGTLS_OK)
    return status;
  if (capacity == 0) return PLUGTLS_OK;
  connection->early.begun = true;
  if (!connection->heard_name) {
    const plugtls_status status = hear_name(*connection, err);
    if (status != PLUGTLS_OK) return status;
  }
  const std::optional<int> native = run_handshake(*connection);
  if (!native) return PLUGTLS_WANT_CALLBACK;
  if (*native == 0) {
    connection->early.ended = true;
    return PLUGTLS_CLOSED;
  }
  if (*native != MBEDTLS_ERR_SSL_RECEIVED_EARLY_DATA) return outcome(*connection, *native, err);
  connection->early.accepted = true;
  const int got = mbedtls_ssl_read_early_data(connection->ssl->get(),
                                              static_cast<unsigned char *>(buffer), capacity);
  if (got <= 0) return outcome(*connection, got, err);
  *out_size = static_cast<size_t>(got);
  return PLUGTLS_OK;
}

}  // namespace plugtls::mbedtls
