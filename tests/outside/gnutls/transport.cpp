// SPDX-License-Identifier: Apache-2.0
// The caller's transport as GnuTLS's push and pull functions.
#include "connection.hpp"

#include <algorithm>
#include <cerrno>

namespace plugtls_gnutls {

using namespace plugtls;

namespace {

// What the backend has looked into already comes first.
plugtls_status fetch(plugtls_backend_connection &connection, void *buffer, std::size_t capacity,
                     std::size_t *got) {
  if (connection.hello) {
    *got = connection.hello->replay(buffer, capacity);
    if (*got > 0) return PLUGTLS_OK;
    connection.hello.reset();
  }
  return connection.transport.read(connection.transport.user, buffer, capacity, got);
}

// The header of the first record tells whether this is TLS at all.
void note_first(plugtls_backend_connection &connection, const void *data, std::size_t size) {
  auto &first = connection.first;
  const std::size_t room = std::min(size, first.size() - connection.first_size);
  std::copy_n(static_cast<const uint8_t *>(data), room,
              first.begin() + static_cast<std::ptrdiff_t>(connection.first_size));
  connection.first_size += room;
}

ssize_t stop(plugtls_backend_connection &connection, int number) {
  gnutls_transport_set_errno(connection.session.get(), number);
  return -1;
}

ssize_t pull(gnutls_transport_ptr_t user, void *buffer, std::size_t capacity) {
  plugtls_backend_connection &connection = *static_cast<plugtls_backend_connection *>(user);
  // The answer that is to be read may not come before what was gathered has gone. Or it may: a client's change_cipher_spec
  // follows ServerHello, while the rest of the server's flight is on its way. So reading goes on though the flight waits.
  if (!connection.done && flush(connection) == PLUGTLS_FAILED) return stop(connection, EIO);
  std::size_t got = 0;
  switch (fetch(connection, buffer, capacity, &got)) {
    case PLUGTLS_OK:
      if (connection.first_size < connection.first.size()) [[unlikely]]
        note_first(connection, buffer, got);
      // GnuTLS would wait for as many bytes as it takes the third and fourth to say.
      if (!looks_like_tls(connection)) return stop(connection, EIO);
      return static_cast<ssize_t>(got);
    case PLUGTLS_WANT_READ:
      connection.transport_wants = true;
      return stop(connection, EAGAIN);
    case PLUGTLS_CLOSED:
      connection.saw_end = true;
      return 0;
    default:
      connection.transport_failed = true;
      return stop(connection, EIO);
  }
}

// A flight is gathered, and goes out as one when the handshake has to wait for its answer. Later, what a full transport
// does not take is stashed, up to a whole record, and GnuTLS told that it went out: so no alert is lost behind a record
// that is only half written (P-IO-4). Whoever called answers want_write until the stash is empty.
ssize_t push(gnutls_transport_ptr_t user, const void *data, std::size_t size) {
  plugtls_backend_connection &connection = *static_cast<plugtls_backend_connection *>(user);
  if (!connection.done && connection.outbox.take(data, size)) return static_cast<ssize_t>(size);
  std::size_t put = 0;
  plugtls_status status = flush(connection);
  if (status == PLUGTLS_OK) [[likely]]
    status = connection.transport.write(connection.transport.user, data, size, &put);
  if (status == PLUGTLS_OK) [[likely]]
    return static_cast<ssize_t>(put);
  if (status == PLUGTLS_WANT_WRITE)
    return connection.outbox.take(data, size) ? static_cast<ssize_t>(size)
                                              : stop(connection, EAGAIN);
  connection.transport_failed = true;
  return stop(connection, EIO);
}

// Whether there is something to read, pull tells.
int wait_for_nothing(gnutls_transport_ptr_t, unsigned) {
  return 1;
}

}  // namespace

bool looks_like_tls(const plugtls_backend_connection &connection) {
  if (connection.first_size < connection.first.size()) return true;
  return connection.first[0] >= 20 && connection.first[0] <= 23 && connection.first[1] == 3;
}

void set_transport(plugtls_backend_connection &connection) {
  gnutls_session_t session = connection.session.get();
  gnutls_transport_set_ptr(session, &connection);
  gnutls_transport_set_pull_function(session, &pull);
  gnutls_transport_set_push_function(session, &push);
  gnutls_transport_set_pull_timeout_function(session, &wait_for_nothing);
  gnutls_handshake_set_timeout(session, 0);
}

plugtls_status flush(plugtls_backend_connection &connection) {
  if (connection.outbox.empty()) [[likely]]
    return PLUGTLS_OK;
  const plugtls_status status = connection.outbox.flush(connection.transport);
  connection.transport_failed = connection.transport_failed || status == PLUGTLS_FAILED;
  return status;
}

}  // namespace plugtls_gnutls
