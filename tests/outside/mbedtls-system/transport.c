// SPDX-License-Identifier: Apache-2.0
#include "transport.h"

#include "error.h"
#include "flight.h"

#include <mbedtls/net_sockets.h>

#include <string.h>

static size_t waiting(const struct outbox *outbox) {
  return outbox->end - outbox->begin;
}

// Takes all of it or nothing.
static bool stash(struct outbox *outbox, const unsigned char *data, size_t size) {
  if (size > OUTBOX_SIZE - waiting(outbox)) return false;
  if (size > OUTBOX_SIZE - outbox->end) {
    memmove(outbox->bytes, outbox->bytes + outbox->begin, waiting(outbox));
    outbox->end -= outbox->begin;
    outbox->begin = 0;
  }
  memcpy(outbox->bytes + outbox->end, data, size);
  outbox->end += size;
  return true;
}

plugtls_status transport_flush(plugtls_backend_connection *connection) {
  struct outbox *outbox = &connection->outbox;
  const plugtls_transport *transport = &connection->transport;
  while (waiting(outbox) > 0) {
    size_t sent = 0;
    const plugtls_status status =
        transport->write(transport->user, outbox->bytes + outbox->begin, waiting(outbox), &sent);
    if (status == PLUGTLS_WANT_WRITE) return status;
    if (status != PLUGTLS_OK || sent == 0 || sent > waiting(outbox)) {
      connection->transport_failed = true;
      return PLUGTLS_FAILED;
    }
    outbox->begin += sent;
  }
  outbox->begin = outbox->end = 0;
  return PLUGTLS_OK;
}

// A fatal alert in the clear is seen here, and nowhere else: Mbed TLS tells nobody what it sent.
static const unsigned char *see_alert(plugtls_backend_connection *connection,
                                      const unsigned char *data, size_t size,
                                      unsigned char alert[7]) {
  const bool clear = size == 7 && data[0] == MBEDTLS_SSL_MSG_ALERT && data[3] == 0 &&
                     data[4] == 2 && data[5] == MBEDTLS_SSL_ALERT_LEVEL_FATAL;
  if (!clear || connection->done) return data;
  memcpy(alert, data, 7);
  if (alert[1] == 0)
    alert[1] = 3, alert[2] = 1;  // 2.28 has no version for what comes before a hello
  connection->alert_sent = alert[6];
  return alert;
}

// What a full transport does not take is stashed, so that no alert is lost behind half a record (P-IO-4); whoever called
// answers want_write until nothing waits. In the handshake all of a flight is, and goes out as one when its answer is to be
// read: with Nagle's algorithm the second record would wait for the acknowledgement of the first.
int transport_send(void *user, const unsigned char *data, size_t size) {
  plugtls_backend_connection *connection = user;
  unsigned char alert[7];
  if (connection->muted) return MBEDTLS_ERR_NET_SEND_FAILED;
  data = see_alert(connection, data, size, alert);
  if (!connection->done && is_server(connection)) note_sent(connection, data, size);
  if (!connection->done && stash(&connection->outbox, data, size)) return (int)size;
  size_t sent = 0;
  plugtls_status status = transport_flush(connection);
  if (status == PLUGTLS_OK)
    status = connection->transport.write(connection->transport.user, data, size, &sent);
  if (status == PLUGTLS_WANT_WRITE && stash(&connection->outbox, data, size)) return (int)size;
  if (status == PLUGTLS_WANT_WRITE) return MBEDTLS_ERR_SSL_WANT_WRITE;
  if (status == PLUGTLS_OK && sent > 0 && sent <= size) return (int)sent;
  connection->transport_failed = true;
  return MBEDTLS_ERR_NET_SEND_FAILED;
}

// The header of the first record tells whether this is TLS at all.
static int note_first(plugtls_backend_connection *connection, const unsigned char *data,
                      size_t size) {
  for (size_t i = 0; i < size && connection->first_size < FIRST_BYTES; ++i)
    connection->first[connection->first_size++] = data[i];
  return (int)size;
}

int transport_receive(void *user, unsigned char *buffer, size_t capacity) {
  plugtls_backend_connection *connection = user;
  if (!connection->done) {
    const plugtls_status flushed = transport_flush(connection);
    if (flushed == PLUGTLS_WANT_WRITE) return MBEDTLS_ERR_SSL_WANT_WRITE;
    if (flushed != PLUGTLS_OK) return MBEDTLS_ERR_NET_SEND_FAILED;
  }
  size_t got = hello_replay(&connection->hello, buffer, capacity);
  if (got > 0) return note_first(connection, buffer, got);
  switch (connection->transport.read(connection->transport.user, buffer, capacity, &got)) {
    case PLUGTLS_OK:
      return note_first(connection, buffer, got);
    case PLUGTLS_WANT_READ:
      connection->transport_wants = true;
      return MBEDTLS_ERR_SSL_WANT_READ;
    case PLUGTLS_CLOSED:
      connection->saw_end = true;
      return 0;
    default:
      connection->transport_failed = true;
      return MBEDTLS_ERR_NET_RECV_FAILED;
  }
}
