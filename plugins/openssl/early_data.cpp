// SPDX-License-Identifier: Apache-2.0
#include "early_data.hpp"

#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"
#include "outcome.hpp"
#include "signer.hpp"

namespace plugtls::openssl {

namespace {

[[noreturn]] void refuse(const char *why) {
  throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_EARLY_DATA, why));
}

// OpenSSL refuses replays by remembering each session and letting it be used once, in this process.
void accept_early_data(plugtls_backend_context &context, const plugtls_config &config) {
  if (config.ticket_key_count > 0)
    refuse(
        "OpenSSL tells replays of early data by a session cache of the process, so ticket keys "
        "that others have too cannot go with it; leave one of the two out");
  SSL_CTX *ctx = context.ctx.get();
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER);
  if (SSL_CTX_set_max_early_data(ctx, context.early_data_max) != 1 ||
      SSL_CTX_set_recv_max_early_data(ctx, context.early_data_max) != 1)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL does not take the limit for early data");
}

// Sessions are offered before; what they allow is the server's word.
bool allows_early_data(const plugtls_backend_connection &connection) {
  const SSL_SESSION *offered = SSL_get0_session(connection.ssl.get());
  return offered != nullptr && SSL_SESSION_get_max_early_data(offered) > 0;
}

plugtls_status check_write(const plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_backend_context &context = *connection.context;
  if (context.role != PLUGTLS_ROLE_CLIENT || context.early_data_max == 0)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "write_early where early data are not allowed; early_data_max allows a client "
                     "to send them");
  if (connection.done || connection.begun)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE, "write_early after the handshake has begun");
  if (allows_early_data(connection)) return PLUGTLS_OK;
  return kit::fail(err, PLUGTLS_E_NO_SESSION,
                   "there is no session to send early data with; send them after the handshake");
}

}  // namespace

void set_early_data(plugtls_backend_context &context, const plugtls_config &config) {
  context.early_data_max = config.early_data_max;
  if (config.early_data_max == 0) return;
  if (!context.versions.contains(PLUGTLS_VERSION_TLS1_3))
    refuse("early data take TLS 1.3, which the versions asked for leave out");
  if ((context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) != 0)
    refuse("early data take a resumed session, and resumption is switched off");
  if (context.role == PLUGTLS_ROLE_SERVER) accept_early_data(context, config);
}

plugtls_status write_early(plugtls_backend_connection *connection, const void *data, size_t size,
                           size_t *out_size, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  *out_size = 0;
  if (connection->sticky.set()) return settle(*connection, err);
  if (const plugtls_status status = check_write(*connection, err); status != PLUGTLS_OK)
    return status;
  return write_by(&SSL_write_early_data, *connection, data, size, out_size, err);
}

plugtls_status read_early(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                          size_t *out_size, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  *out_size = 0;
  if (connection->sticky.set()) return settle(*connection, err);
  if (connection->early.ended) return PLUGTLS_CLOSED;
  if (connection->context->role != PLUGTLS_ROLE_SERVER || connection->done || connection->begun)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "read_early is a server's, before its first handshake call");
  if (capacity == 0) return PLUGTLS_OK;
  const QueueGuard queue;
  const Handshaking now(connection);
  connection->early.begun = true;
  switch (SSL_read_early_data(connection->ssl.get(), buffer, capacity, out_size)) {
    case SSL_READ_EARLY_DATA_SUCCESS:
      return PLUGTLS_OK;
    case SSL_READ_EARLY_DATA_FINISH:
      connection->early.ended = true;
      return PLUGTLS_CLOSED;
    default:
      *out_size = 0;
      return outcome(*connection, -1, err);
  }
}

}  // namespace plugtls::openssl
