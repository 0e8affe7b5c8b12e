// SPDX-License-Identifier: Apache-2.0
// Application data, and the end of them.
#include "connection.h"
#include "error.h"
#include "outcome.h"
#include "session.h"

#include <errno.h>

// Mbed TLS may want although the transport was not asked (P-IO-2), after a message that is not data.
static int read_some(plugtls_backend_connection *connection, void *buffer, size_t capacity) {
  int native = 0;
  connection->transport_wants = false;
  do {
    native = mbedtls_ssl_read(&connection->ssl, buffer, capacity);
#if HAS_TLS13
    if (native == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
      keep_session(connection);
      native = MBEDTLS_ERR_SSL_WANT_READ;
    }
#endif
  } while (native == MBEDTLS_ERR_SSL_WANT_READ && !connection->transport_wants);
  return native;
}

static plugtls_status read_or_fail(plugtls_backend_connection *connection, void *buffer,
                                   size_t capacity, size_t *out_size, plugtls_error *err) {
  *out_size = 0;
  if (connection->ended != PLUGTLS_OK) return settle(connection, err);
  if (!connection->done)
    return fail(err, PLUGTLS_E_WRONG_STATE, "read before the handshake is done");
  if (capacity == 0) return PLUGTLS_OK;
  if (connection->got_close) return PLUGTLS_CLOSED;
  const int native = read_some(connection, buffer, capacity);
  if (native <= 0) return outcome(connection, native, err);
  *out_size = (size_t)native;
  return PLUGTLS_OK;
}

plugtls_status read_data(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                         size_t *out_size, plugtls_error *err) {
  const int kept = errno;
  const plugtls_status status = read_or_fail(connection, buffer, capacity, out_size, err);
  errno = kept;
  return status;
}

// The same record again if it comes to that (P-WRITE-2); it counts as taken once it is out (P-WRITE-3).
static plugtls_status write_record(plugtls_backend_connection *connection, const void *data,
                                   size_t size, size_t *out_size, plugtls_error *err) {
  if (connection->taken == 0) {
    const size_t again = connection->asked > 0 ? connection->asked : size;
    const size_t limit = connection->context->record_size;
    const size_t most = again < limit ? again : limit;
    connection->asked = size;
    const int native = mbedtls_ssl_write(&connection->ssl, data, most);
    if (native <= 0) return outcome(connection, native, err);
    connection->taken = (size_t)native;
  }
  const plugtls_status status = flush_or_fail(connection, err);
  if (status != PLUGTLS_OK) return status;
  *out_size = connection->taken;
  connection->taken = connection->asked = 0;
  return PLUGTLS_OK;
}

static plugtls_status write_or_fail(plugtls_backend_connection *connection, const void *data,
                                    size_t size, size_t *out_size, plugtls_error *err) {
  *out_size = 0;
  if (connection->ended != PLUGTLS_OK) return settle(connection, err);
  if (!connection->done)
    return fail(err, PLUGTLS_E_WRONG_STATE, "write before the handshake is done");
  if (connection->sent_close)
    return fail(err, PLUGTLS_E_CLOSED_FOR_WRITING, "write after shutdown");
  if (size < connection->asked)
    return fail(err, PLUGTLS_E_WRITE_RETRY,
                "the repeated write has %zu bytes, the one that has to "
                "go on had %zu",
                size, connection->asked);
  return size == 0 ? PLUGTLS_OK : write_record(connection, data, size, out_size, err);
}

plugtls_status write_data(plugtls_backend_connection *connection, const void *data, size_t size,
                          size_t *out_size, plugtls_error *err) {
  const int kept = errno;
  const plugtls_status status = write_or_fail(connection, data, size, out_size, err);
  errno = kept;
  return status;
}

static plugtls_status close_or_fail(plugtls_backend_connection *connection, plugtls_error *err) {
  if (connection->ended != PLUGTLS_OK) return settle(connection, err);
  if (!connection->done)
    return fail(err, PLUGTLS_E_WRONG_STATE, "shutdown before the handshake is done");
  if (!connection->sent_close) {
    const int native = mbedtls_ssl_close_notify(&connection->ssl);
    if (native != 0) return outcome(connection, native, err);
    connection->sent_close = true;
  }
  return flush_or_fail(connection, err);
}

plugtls_status shutdown_connection(plugtls_backend_connection *connection, plugtls_error *err) {
  const int kept = errno;
  const plugtls_status status = close_or_fail(connection, err);
  errno = kept;
  return status;
}

size_t pending(const plugtls_backend_connection *connection) {
  return mbedtls_ssl_get_bytes_avail(&connection->ssl);
}
