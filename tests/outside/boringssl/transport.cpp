// SPDX-License-Identifier: Apache-2.0
#include "transport.hpp"

#include "connection.hpp"

#include <algorithm>
#include <new>

namespace plugtls_boringssl {

using namespace plugtls;

namespace {

plugtls_backend_connection &owner_of(BIO *bio) {
  return *static_cast<plugtls_backend_connection *>(BIO_get_data(bio));
}

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

int bio_read(BIO *bio, char *buffer, int capacity) {
  plugtls_backend_connection &connection = owner_of(bio);
  BIO_clear_retry_flags(bio);
  std::size_t got = 0;
  const plugtls_status status =
      fetch(connection, buffer, static_cast<std::size_t>(std::max(capacity, 0)), &got);
  if (status == PLUGTLS_OK) [[likely]]
    return static_cast<int>(got);
  if (status == PLUGTLS_WANT_READ) BIO_set_retry_read(bio);
  connection.saw_end = connection.saw_end || status == PLUGTLS_CLOSED;
  connection.transport_failed = connection.transport_failed || status == PLUGTLS_FAILED;
  return status == PLUGTLS_CLOSED ? 0 : -1;
}

// What a full transport does not take is stashed, up to a whole record, and BoringSSL told that it went out: so no alert is
// lost behind a record that is only half written (P-IO-4). Whoever called answers want_write until the stash is empty.
int bio_write(BIO *bio, const char *data, int size) {
  plugtls_backend_connection &connection = owner_of(bio);
  BIO_clear_retry_flags(bio);
  if (connection.muted) return -1;
  const std::size_t wanted = static_cast<std::size_t>(std::max(size, 0));
  std::size_t put = 0;
  plugtls_status status = flush(connection);
  if (status == PLUGTLS_OK) [[likely]]
    status = connection.transport.write(connection.transport.user, data, wanted, &put);
  if (status == PLUGTLS_OK) [[likely]]
    return static_cast<int>(put);
  connection.transport_failed = connection.transport_failed || status == PLUGTLS_FAILED;
  if (status != PLUGTLS_WANT_WRITE) return -1;
  if (connection.outbox.take(data, wanted)) return size;
  BIO_set_retry_write(bio);
  return -1;
}

long bio_control(BIO *bio, int command, long, void *) {
  if (command == BIO_CTRL_FLUSH) return 1;
  return command == BIO_CTRL_EOF && owner_of(bio).saw_end ? 1 : 0;
}

}  // namespace

BIO_METHOD *make_bio_method() {
  BIO_METHOD *method =
      BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "plugtls transport");
  if (method == nullptr) throw std::bad_alloc();
  BIO_meth_set_read(method, &bio_read);
  BIO_meth_set_write(method, &bio_write);
  BIO_meth_set_ctrl(method, &bio_control);
  return method;
}

plugtls_status flush(plugtls_backend_connection &connection) {
  if (connection.outbox.empty()) [[likely]]
    return PLUGTLS_OK;
  const plugtls_status status = connection.outbox.flush(connection.transport);
  connection.transport_failed = connection.transport_failed || status == PLUGTLS_FAILED;
  return status;
}

}  // namespace plugtls_boringssl
