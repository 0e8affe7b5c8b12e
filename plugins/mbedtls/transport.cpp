// SPDX-License-Identifier: Apache-2.0
#include "transport.hpp"

#include "connection.hpp"

#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

#include <algorithm>

namespace plugtls::mbedtls {

namespace {

// What the backend has looked into already comes first.
plugtls_status fetch(plugtls_backend_connection &connection, unsigned char *buffer,
                     std::size_t capacity, std::size_t *got) {
  if (connection.hello) {
    *got = connection.hello->replay(buffer, capacity);
    if (*got > 0) return PLUGTLS_OK;
    connection.hello.reset();
  }
  return connection.transport.read(connection.transport.user, buffer, capacity, got);
}

// The header of the first record tells whether this is TLS at all.
void note_first(plugtls_backend_connection &connection, const unsigned char *data,
                std::size_t size) {
  auto &first = connection.first;
  const std::size_t room = std::min(size, first.size() - connection.first_size);
  std::copy_n(data, room, first.begin() + static_cast<std::ptrdiff_t>(connection.first_size));
  connection.first_size += room;
}

}  // namespace

int receive(void *user, unsigned char *buffer, std::size_t capacity) {
  plugtls_backend_connection &connection = *static_cast<plugtls_backend_connection *>(user);
  if (!connection.done) {  // the answer that is to be read will not come before the flight has gone
    const plugtls_status flushed = flush(connection);
    if (flushed == PLUGTLS_WANT_WRITE) return MBEDTLS_ERR_SSL_WANT_WRITE;
    if (flushed != PLUGTLS_OK) return MBEDTLS_ERR_NET_SEND_FAILED;
  }
  std::size_t got = 0;
  const plugtls_status status = fetch(connection, buffer, capacity, &got);
  switch (status) {
    case PLUGTLS_OK:
      if (connection.first_size < connection.first.size()) [[unlikely]]
        note_first(connection, buffer, got);
      if (!connection.done && connection.context->role == PLUGTLS_ROLE_CLIENT)
        connection.flight.hear(buffer, got);
      return static_cast<int>(got);
    case PLUGTLS_WANT_READ:
      connection.transport_wants = true;
      return MBEDTLS_ERR_SSL_WANT_READ;
    case PLUGTLS_CLOSED:
      connection.saw_end = true;
      return 0;
    default:
      connection.transport_failed = true;
      return MBEDTLS_ERR_NET_RECV_FAILED;
  }
}

namespace {

// What a full transport does not take is stashed, up to a whole record, and Mbed TLS told that it went out: so no alert
// is lost behind a record that is only half written (P-IO-4). Whoever called answers want_write until it is empty.
plugtls_status send_or_stash(plugtls_backend_connection &connection, const unsigned char *data,
                             std::size_t size, std::size_t *put) {
  plugtls_status status = flush(connection);
  if (status == PLUGTLS_OK) [[likely]]
    status = connection.transport.write(connection.transport.user, data, size, put);
  if (status != PLUGTLS_WANT_WRITE || !connection.outbox.take(data, size)) return status;
  *put = size;
  return PLUGTLS_OK;
}

}  // namespace

// Mbed TLS hands over each record of a flight by itself. On a TCP socket with Nagle's algorithm the second would wait
// for the peer's delayed acknowledgement of the first, so a flight is gathered, and goes out as one when the handshake
// has to wait for its answer.
int send(void *user, const unsigned char *data, std::size_t size) {
  plugtls_backend_connection &connection = *static_cast<plugtls_backend_connection *>(user);
  if (connection.muted) return MBEDTLS_ERR_NET_SEND_FAILED;
  const bool gathered = !connection.done && connection.outbox.take(data, size);
  std::size_t put = size;
  plugtls_status status = PLUGTLS_OK;
  if (!gathered) status = send_or_stash(connection, data, size, &put);
  if (status == PLUGTLS_OK) {
    if (!connection.done && connection.context->role == PLUGTLS_ROLE_SERVER)
      connection.flight.hear(data, put);
    return static_cast<int>(put);
  }
  if (status == PLUGTLS_WANT_WRITE) return MBEDTLS_ERR_SSL_WANT_WRITE;
  connection.transport_failed = true;
  return MBEDTLS_ERR_NET_SEND_FAILED;
}

plugtls_status flush(plugtls_backend_connection &connection) {
  if (connection.outbox.empty()) [[likely]]
    return PLUGTLS_OK;
  const plugtls_status status = connection.outbox.flush(connection.transport);
  connection.transport_failed = connection.transport_failed || status == PLUGTLS_FAILED;
  return status;
}

}  // namespace plugtls::mbedtls
