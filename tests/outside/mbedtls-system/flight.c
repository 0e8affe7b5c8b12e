// SPDX-License-Identifier: Apache-2.0
#include "flight.h"

#include "identity.h"

enum {
  SERVER_HELLO = 2,
  SERVER_KEY_EXCHANGE = 12,
  CERTIFICATE = 11,
  CERTIFICATE_REQUEST = 13,
  CERTIFICATE_VERIFY = 15,
  EXTENSION_SIGNATURE_ALGORITHMS = 13,
  EXTENSION_EXTENDED_MASTER_SECRET = 23,
  EXTENSION_KEY_SHARE = 51,
  NAMED_CURVE = 3,
  HEADER = 4,
  RANDOM = 32
};

// Version, random, session id: what both hellos begin with (RFC 8446, 4.1.2 and 4.1.3). The version.
static uint16_t skip_beginning(struct bytes *hello) {
  const uint16_t version = short_number(hello);
  cut(hello, RANDOM);
  vector(hello, 1);
  return version;
}

static bool has_extension(struct bytes extensions, uint16_t wanted) {
  return extension(extensions, wanted).data != NULL;
}

static void note_server_hello(plugtls_backend_connection *connection, struct bytes hello) {
  skip_beginning(&hello);
  cut(&hello, 3);  // suite and compression
  struct bytes extensions = vector(&hello, 2);
  connection->extended_master = has_extension(extensions, EXTENSION_EXTENDED_MASTER_SECRET);
  struct bytes share = extension(extensions, EXTENSION_KEY_SHARE);
  if (share.size >= 2) connection->group = short_number(&share);
}

// RFC 8422, 5.4
static void note_key_exchange(plugtls_backend_connection *connection, struct bytes message,
                              bool from_peer) {
  if (number(&message, 1) != NAMED_CURVE) return;
  connection->group = short_number(&message);
  vector(&message, 1);
  if (from_peer) connection->peer_scheme = short_number(&message);
}

static void note_own_certificate(plugtls_backend_connection *connection, struct bytes message) {
  number(&message, 3);  // of the whole list
  const struct bytes leaf = vector(&message, 3);
  note_shown(connection, (plugtls_bytes){leaf.data, leaf.size});
}

static void note_message(plugtls_backend_connection *connection, struct bytes message,
                         bool from_peer) {
  const uint32_t type = number(&message, 1);
  cut(&message, HEADER - 1);
  if (type == SERVER_HELLO) note_server_hello(connection, message);
  if (type == CERTIFICATE && !from_peer) note_own_certificate(connection, message);
  if (type == SERVER_KEY_EXCHANGE) note_key_exchange(connection, message, from_peer);
  if (type == CERTIFICATE_VERIFY && from_peer) connection->peer_scheme = short_number(&message);
}

static struct bytes received(const mbedtls_ssl_context *ssl) {
  if (ssl->in_msg == NULL || ssl->in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE)
    return (struct bytes){NULL, 0};
  const size_t size = ssl->in_hslen < ssl->in_msglen ? ssl->in_hslen : ssl->in_msglen;
  return (struct bytes){ssl->in_msg, size};
}

void note_received(plugtls_backend_connection *connection) {
  note_message(connection, received(&connection->ssl), true);
}

// RFC 8446, 4.3.2; RFC 5246, 7.4.4.
struct bytes schemes_of_request(const plugtls_backend_connection *connection) {
  struct bytes message = received(&connection->ssl);
  if (number(&message, 1) != CERTIFICATE_REQUEST) return (struct bytes){NULL, 0};
  cut(&message, HEADER - 1);
  vector(&message, 1);  // context, or types
  if (!is_newer(connection)) return vector(&message, 2);
  struct bytes value = extension(vector(&message, 2), EXTENSION_SIGNATURE_ALGORITHMS);
  return vector(&value, 2);
}

struct bytes certificates_received(const plugtls_backend_connection *connection) {
  struct bytes message = received(&connection->ssl);
  if (number(&message, 1) != CERTIFICATE) return (struct bytes){NULL, 0};
  cut(&message, HEADER - 1);
  if (is_newer(connection)) vector(&message, 1);  // of the request
  return vector(&message, 3);
}

struct bytes next_certificate(const plugtls_backend_connection *connection, struct bytes *rest) {
  const struct bytes out = vector(rest, 3);
  if (is_newer(connection)) vector(rest, 2);  // its extensions
  return out;
}

size_t size_of_leaf(const plugtls_backend_connection *connection) {
  struct bytes rest = certificates_received(connection);
  return next_certificate(connection, &rest).size;
}

// What is under keys is none of its business.
void note_sent(plugtls_backend_connection *connection, const uint8_t *data, size_t size) {
  struct bytes records = {data, size};
  while (records.size > 0 && !connection->under_keys) {
    const uint32_t type = number(&records, 1);
    number(&records, 2);
    const struct bytes record = vector(&records, 2);
    if (type == MBEDTLS_SSL_MSG_HANDSHAKE) note_message(connection, record, false);
    connection->under_keys = type == MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC;
  }
}
