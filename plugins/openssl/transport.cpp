// SPDX-License-Identifier: Apache-2.0
#include "transport.hpp"

#include "connection.hpp"
#include "error.hpp"

#include <array>
#include <new>

namespace plugtls::openssl {

namespace {

plugtls_backend_connection &owner_of(BIO *bio) {
  return *static_cast<plugtls_backend_connection *>(BIO_get_data(bio));
}

int bio_read(BIO *bio, char *buffer, std::size_t capacity, std::size_t *got) {
  plugtls_backend_connection &connection = owner_of(bio);
  BIO_clear_retry_flags(bio);
  const plugtls_status status =
      connection.transport.read(connection.transport.user, buffer, capacity, got);
  if (status == PLUGTLS_OK) [[likely]]
    return 1;
  *got = 0;
  if (status == PLUGTLS_WANT_READ) BIO_set_retry_read(bio);
  connection.saw_end = connection.saw_end || status == PLUGTLS_CLOSED;
  connection.transport_failed = connection.transport_failed || status == PLUGTLS_FAILED;
  return 0;
}

// Where a certificate had to wait for its staple (TLS 1.2), OpenSSL has one alert for whatever is wrong with it, which goes
// out in the clear.
bool is_wrong_alert(const plugtls_backend_connection &connection, const char *data,
                    std::size_t size) {
  return !connection.done && connection.certificate_error.code != PLUGTLS_E_NONE && size == 7 &&
         data[0] == SSL3_RT_ALERT && data[6] == kit::alert::bad_certificate_status_response &&
         SSL_version(connection.ssl.get()) == TLS1_2_VERSION;
}

const char *right_alert(plugtls_backend_connection &connection, std::array<uint8_t, 7> &out) {
  plugtls_error &error = connection.certificate_error;
  error.alert = kit::alert_of_certificate(error.code, false);
  out = kit::plaintext_alert(error.alert);
  out[2] = 3;  // of TLS 1.2 (0x0303)
  return reinterpret_cast<const char *>(out.data());
}

// What a full transport does not take is stashed, up to a whole record, and OpenSSL told that it went out: it would not
// send an alert behind a record that is only half written, and gives up a connection as soon as it has tried to (P-IO-4).
// Whoever called answers want_write until the stash is empty.
int bio_write(BIO *bio, const char *data, std::size_t size, std::size_t *put) {
  plugtls_backend_connection &connection = owner_of(bio);
  BIO_clear_retry_flags(bio);
  *put = 0;
  if (connection.muted) return 0;
  std::array<uint8_t, 7> alert{};
  if (is_wrong_alert(connection, data, size)) [[unlikely]]
    data = right_alert(connection, alert);
  plugtls_status status = flush(connection);
  if (status == PLUGTLS_OK) [[likely]]
    status = connection.transport.write(connection.transport.user, data, size, put);
  if (status == PLUGTLS_OK) [[likely]]
    return 1;
  *put = 0;
  connection.transport_failed = connection.transport_failed || status == PLUGTLS_FAILED;
  if (status != PLUGTLS_WANT_WRITE) return 0;
  if (!connection.outbox.take(data, size)) {
    BIO_set_retry_write(bio);
    return 0;
  }
  *put = size;
  return 1;
}

long bio_control(BIO *bio, int command, long, void *) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return owner_of(bio).saw_end ? 1 : 0;
  return 0;
}

}  // namespace

BIO_METHOD *make_bio_method() {
  BIO_METHOD *method =
      BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "plugtls transport");
  if (method == nullptr) throw std::bad_alloc();
  BIO_meth_set_read_ex(method, &bio_read);
  BIO_meth_set_write_ex(method, &bio_write);
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

}  // namespace plugtls::openssl
