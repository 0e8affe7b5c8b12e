// SPDX-License-Identifier: Apache-2.0
#include "flight.h"

enum {
  CLIENT_HELLO = 1,
  SERVER_HELLO = 2,
  SERVER_KEY_EXCHANGE = 12,
  CERTIFICATE = 11,
  CERTIFICATE_VERIFY = 15,
  EXTENSION_SUPPORTED_VERSIONS = 43,
  EXTENSION_KEY_SHARE = 51,
  NAMED_CURVE = 3,
  HEADER = 4,
  RANDOM = 32
};

// Reads forward; what is not there is zero, and leaves nothing behind it.
struct bytes {
  const uint8_t *data;
  size_t size;
};

static struct bytes cut(struct bytes *from, size_t size) {
  struct bytes out = {from->data, size};
  if (size > from->size) return *from = (struct bytes){NULL, 0};
  from->data += size;
  from->size -= size;
  return out;
}

static uint16_t number(struct bytes *from, size_t size) {
  const struct bytes digits = cut(from, size);
  unsigned out = 0;
  for (size_t i = 0; i < digits.size; ++i)
    out = out << 8 | digits.data[i];
  return (uint16_t)out;
}

static struct bytes extension(struct bytes extensions, uint16_t wanted) {
  while (extensions.size >= 4) {
    const uint16_t type = number(&extensions, 2);
    const struct bytes value = cut(&extensions, number(&extensions, 2));
    if (type == wanted) return value;
  }
  return (struct bytes){NULL, 0};
}

// Version, random, session id: what both hellos begin with (RFC 8446, 4.1.2 and 4.1.3). The version.
static uint16_t skip_beginning(struct bytes *hello) {
  const uint16_t version = number(hello, 2);
  cut(hello, RANDOM);
  cut(hello, number(hello, 1));
  return version;
}

static void note_server_hello(plugtls_backend_connection *connection, struct bytes hello) {
  skip_beginning(&hello);
  cut(&hello, 3);  // suite and compression
  struct bytes extensions = cut(&hello, number(&hello, 2));
  struct bytes share = extension(extensions, EXTENSION_KEY_SHARE);
  if (share.size >= 2) connection->group = number(&share, 2);
}

// RFC 8422, 5.4
static void note_key_exchange(plugtls_backend_connection *connection, struct bytes message,
                              bool from_peer) {
  if (number(&message, 1) != NAMED_CURVE) return;
  connection->group = number(&message, 2);
  cut(&message, number(&message, 1));
  if (from_peer) connection->peer_scheme = number(&message, 2);
}

static void note_message(plugtls_backend_connection *connection, struct bytes message,
                         bool from_peer) {
  const uint16_t type = number(&message, 1);
  cut(&message, HEADER - 1);
  if (type == SERVER_HELLO) note_server_hello(connection, message);
  if (type == SERVER_KEY_EXCHANGE) note_key_exchange(connection, message, from_peer);
  if (type == CERTIFICATE_VERIFY && from_peer) connection->peer_scheme = number(&message, 2);
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

static size_t size_of_three(struct bytes *from) {
  const size_t high = number(from, 1);
  return high << 16 | number(from, 2);
}

size_t size_of_leaf(const plugtls_backend_connection *connection) {
  struct bytes message = received(&connection->ssl);
  if (number(&message, 1) != CERTIFICATE) return 0;
  cut(&message, HEADER - 1);
  if (is_newer(connection)) cut(&message, number(&message, 1));  // of the request
  size_of_three(&message);                                       // of the whole list
  return size_of_three(&message);
}

// The group is settled before anything is enciphered.
void note_sent(plugtls_backend_connection *connection, const uint8_t *data, size_t size) {
  struct bytes records = {data, size};
  while (records.size > 0 && connection->group == 0) {
    const uint16_t type = number(&records, 1);
    number(&records, 2);
    const struct bytes record = cut(&records, number(&records, 2));
    if (type == MBEDTLS_SSL_MSG_HANDSHAKE) note_message(connection, record, false);
  }
}

static bool is_ours(const plugtls_backend_connection *connection, uint16_t version) {
  const struct settings *settings = &connection->context->settings;
  return settings->version_min <= version && version <= settings->version_max;
}

// 2.28 reads it by another way than every other message, and notes nothing but the bytes.
static struct bytes client_hello(const mbedtls_ssl_context *ssl) {
  struct bytes room = {ssl->in_msg, ssl->in_msg != NULL ? MBEDTLS_SSL_IN_CONTENT_LEN : 0};
  const bool other = ssl->in_msgtype != 0 && ssl->in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE;
  if (other || number(&room, 1) != CLIENT_HELLO) return (struct bytes){NULL, 0};
  return cut(&room, size_of_three(&room));
}

bool lacks_common_version(const plugtls_backend_connection *connection) {
  struct bytes hello = client_hello(&connection->ssl);
  if (hello.size == 0) return false;
  const uint16_t legacy = skip_beginning(&hello);
  cut(&hello, number(&hello, 2));  // suites
  cut(&hello, number(&hello, 1));  // compression
  struct bytes versions = extension(cut(&hello, number(&hello, 2)), EXTENSION_SUPPORTED_VERSIONS);
  // Without the extension, the version is the highest (RFC 8446, 4.2.1).
  if (versions.size == 0) return legacy < connection->context->settings.version_min;
  versions = cut(&versions, number(&versions, 1));
  while (versions.size >= 2)
    if (is_ours(connection, number(&versions, 2))) return false;
  return true;
}
