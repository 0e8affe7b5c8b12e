// SPDX-License-Identifier: Apache-2.0
#include "transport.hpp"

#include "connection.hpp"
#include "record.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace plugtls::wolfssl {

namespace {

constexpr std::size_t longest_record = 16384 + 2048;  // RFC 5246, 6.2.3

// What the backend has looked into already comes first.
plugtls_status fetch(plugtls_backend_connection &connection, uint8_t *buffer, std::size_t capacity,
                     std::size_t *got) {
  if (connection.hello) {
    *got = connection.hello->replay(buffer, capacity);
    if (*got > 0) return PLUGTLS_OK;
    connection.hello.reset();
  }
  return connection.transport.read(connection.transport.user, buffer, capacity, got);
}

int answer(plugtls_backend_connection &connection, plugtls_status status, std::size_t got) {
  switch (status) {
    case PLUGTLS_OK:
      return static_cast<int>(got);
    case PLUGTLS_WANT_READ:
      connection.transport_wants = true;
      return WOLFSSL_CBIO_ERR_WANT_READ;
    case PLUGTLS_CLOSED:
      connection.saw_end = true;
      return WOLFSSL_CBIO_ERR_GENERAL;
    default:
      connection.transport_failed = true;
      return WOLFSSL_CBIO_ERR_GENERAL;
  }
}

plugtls_status fill(plugtls_backend_connection &connection, std::size_t wanted) {
  Incoming &incoming = connection.incoming;
  while (incoming.size < wanted) {
    std::size_t got = 0;
    const plugtls_status status =
        fetch(connection, incoming.bytes.data() + incoming.size, wanted - incoming.size, &got);
    if (status != PLUGTLS_OK) return status;
    incoming.size += std::min(got, wanted - incoming.size);
  }
  return PLUGTLS_OK;
}

bool is_record(const Incoming &incoming) {
  const auto &bytes = incoming.bytes;
  return bytes[0] >= 20 && bytes[0] <= 23 && bytes[1] == 3 && incoming.length() > 0 &&
         incoming.length() <= longest_record;
}

// A client that refuses the server's certificate in TLS 1.3 may tell so before it has keys in use (OpenSSL does), which
// wolfSSL would take for a damaged record. No other record is of this type and length.
bool is_alert_in_clear(const Incoming &incoming) {
  return incoming.bytes[0] == kit::tls::alert && incoming.length() == 2 &&
         incoming.bytes[5] == kit::tls::fatal;
}

// How the next record begins.
plugtls_status peek(plugtls_backend_connection &connection) {
  const Incoming &incoming = connection.incoming;
  const plugtls_status status = fill(connection, incoming.end + Incoming::peek);
  if (status != PLUGTLS_OK) return status;
  const uint8_t *next = incoming.bytes.data() + incoming.end;
  answer_ticket(connection,
                next[0] == kit::tls::handshake && next[5] == handshake_type::certificate);
  return PLUGTLS_OK;
}

// After a client's handshake.
plugtls_status shorten_tickets(plugtls_backend_connection &connection) {
  Incoming &incoming = connection.incoming;
  (void)kit::guard(nullptr, [&] {
    const auto instead =
        connection.tickets.look_into(connection.ssl.get(), {incoming.bytes.data(), incoming.end});
    if (!instead || instead->size() > incoming.end) return plugtls_status{PLUGTLS_OK};
    std::copy(instead->begin(), instead->end(), incoming.bytes.begin());
    incoming.size = incoming.end = instead->size();
    return plugtls_status{PLUGTLS_OK};
  });
  incoming.ready = true;
  return PLUGTLS_OK;
}

// A whole record of the handshake, and what is in it looked at before wolfSSL sees any of it. What is none is wolfSSL's
// to refuse.
plugtls_status take_record(plugtls_backend_connection &connection) {
  Incoming &incoming = connection.incoming;
  if (incoming.ready) incoming.begin();
  plugtls_status status = fill(connection, kit::tls::record_header);
  if (status != PLUGTLS_OK) return status;
  if (!is_record(incoming)) {
    incoming.foreign = true;
    incoming.ready = true;
    incoming.end = incoming.size;
    return PLUGTLS_OK;
  }
  incoming.end = kit::tls::record_header + incoming.length();
  status = fill(connection, incoming.end);
  if (status != PLUGTLS_OK) return status;
  if (connection.done) return shorten_tickets(connection);
  if (is_alert_in_clear(incoming)) {
    connection.alert_received = incoming.bytes[6];
    return PLUGTLS_FAILED;
  }
  if (!incoming.heard) hear_record(connection);
  incoming.heard = true;
  status = look_into(connection);
  if (status == PLUGTLS_OK && connection.ticket_unanswered) status = peek(connection);
  incoming.ready = status == PLUGTLS_OK;
  return status;
}

int give(plugtls_backend_connection &connection, uint8_t *buffer, std::size_t capacity) {
  Incoming &incoming = connection.incoming;
  const std::size_t size = std::min(capacity, incoming.end - incoming.given);
  std::memcpy(buffer, incoming.bytes.data() + incoming.given, size);
  incoming.given += size;
  return static_cast<int>(size);
}

int receive_handshake(plugtls_backend_connection &connection, uint8_t *buffer,
                      std::size_t capacity) {
  Incoming &incoming = connection.incoming;
  // wolfSSL asks ten times more before it believes it, and the program wants to be asked once a call.
  if (connection.callback_pending) return WOLFSSL_CBIO_ERR_WANT_READ;
  if (!incoming.foreign && !incoming.holds()) {
    const plugtls_status status = take_record(connection);
    // wolfSSL is left waiting where the handshake is to end, or to go on later.
    if (status == PLUGTLS_WANT_CALLBACK || connection.doomed()) return WOLFSSL_CBIO_ERR_WANT_READ;
    if (status != PLUGTLS_OK) return answer(connection, status, 0);
  }
  if (incoming.holds()) {
    if (connection.first_size == 0) {
      std::copy_n(incoming.bytes.begin(), connection.first.size(), connection.first.begin());
      connection.first_size = connection.first.size();
    }
    const int size = give(connection, buffer, capacity);
    if (!connection.done && connection.context->role == PLUGTLS_ROLE_CLIENT)
      connection.flight.hear(buffer, static_cast<std::size_t>(size));
    return size;
  }
  std::size_t got = 0;
  const plugtls_status status = fetch(connection, buffer, capacity, &got);
  return answer(connection, status, got);
}

// What wolfSSL says is not what is to be said.
bool rewrite(plugtls_backend_connection &connection, std::vector<uint8_t> &flight) {
  const bool client = connection.context->role == PLUGTLS_ROLE_CLIENT;
  WOLFSSL *ssl = connection.ssl.get();
  if (connection.alert_to_send != PLUGTLS_ALERT_NONE)
    return replace_alert(ssl, client, flight, connection.alert_to_send);
  return replace_key_update(ssl, client, flight, *connection.update_to_send);
}

plugtls_status put(plugtls_backend_connection &connection, const uint8_t *data, std::size_t size,
                   std::size_t *out_size) {
  plugtls_status status = flush(connection);
  if (status == PLUGTLS_OK) [[likely]]
    status = connection.transport.write(connection.transport.user, data, size, out_size);
  // What a full transport does not take is stashed, up to a whole record, and wolfSSL told that it went out: so no alert
  // is lost behind a record that is only half written (P-IO-4). Whoever called answers want_write until it is empty.
  if (status == PLUGTLS_WANT_WRITE && connection.outbox.take(data, size)) {
    *out_size = size;
    status = PLUGTLS_OK;
  }
  return status;
}

// All of it or nothing: it is no longer what wolfSSL would repeat.
plugtls_status put_rewritten(plugtls_backend_connection &connection, const uint8_t *data,
                             std::size_t size) {
  plugtls_status out = PLUGTLS_OK;
  (void)kit::guard(nullptr, [&] {
    std::vector<uint8_t> flight(data, data + size);
    connection.rewritten = rewrite(connection, flight);
    if (connection.rewritten && !connection.outbox.take(flight.data(), flight.size()))
      connection.rewritten = false;
    out = flush(connection);
    return plugtls_status{PLUGTLS_OK};
  });
  return out == PLUGTLS_FAILED ? out : plugtls_status{PLUGTLS_OK};
}

// The chain that was accepted is read once more by wolfSSL, which from 5.7 on is stricter in places, and tells the peer
// decode_error of it in TLS 1.2.
bool refuses_chain(const plugtls_backend_connection &connection, const uint8_t *data,
                   std::size_t size) {
  return !connection.done && connection.chain_accepted && !connection.chain_checked &&
         !connection.peer_chain.empty() && connection.context->verifies() &&
         size == kit::tls::record_header + 2 && data[0] == kit::tls::alert &&
         data[5] == kit::tls::fatal;
}

// Where it cannot be rewritten, wolfSSL's own alert goes out, and is what the error tells.
plugtls_status put_refusal(plugtls_backend_connection &connection, const uint8_t *data,
                           std::size_t size, std::size_t *out_size) {
  connection.rewritten = false;
  connection.alert_to_send = kit::alert::bad_certificate;
  const plugtls_status status = put_rewritten(connection, data, size);
  connection.alert_to_send = PLUGTLS_ALERT_NONE;
  if (!connection.rewritten) return put(connection, data, size, out_size);
  connection.alert_sent = kit::alert::bad_certificate;
  *out_size = size;
  return status;
}

}  // namespace

int receive(WOLFSSL *, char *buffer, int capacity, void *user) {
  plugtls_backend_connection &connection = *static_cast<plugtls_backend_connection *>(user);
  auto *bytes = reinterpret_cast<uint8_t *>(buffer);
  const auto size = static_cast<std::size_t>(capacity);
  // In a handshake wolfSSL tries ten times.
  if (connection.transport_wants || connection.callback_pending || connection.doomed()) [[unlikely]]
    return WOLFSSL_CBIO_ERR_WANT_READ;
  if (!connection.done || connection.incoming.holds() || connection.tickets.watching()) [[unlikely]]
    return receive_handshake(connection, bytes, size);
  std::size_t got = 0;
  const plugtls_status status = fetch(connection, bytes, size, &got);
  return answer(connection, status, got);
}

// NOLINTNEXTLINE(readability-non-const-parameter): wolfSSL's signature
int send(WOLFSSL *, char *data, int size, void *user) {
  plugtls_backend_connection &connection = *static_cast<plugtls_backend_connection *>(user);
  const auto *bytes = reinterpret_cast<const uint8_t *>(data);
  auto count = static_cast<std::size_t>(size);
  plugtls_status status = PLUGTLS_OK;
  if (connection.muted) [[unlikely]]
    return WOLFSSL_CBIO_ERR_GENERAL;
  if (connection.alert_to_send != PLUGTLS_ALERT_NONE || connection.update_to_send) [[unlikely]]
    status = put_rewritten(connection, bytes, count);
  else if (refuses_chain(connection, bytes, count)) [[unlikely]]
    status = put_refusal(connection, bytes, static_cast<std::size_t>(size), &count);
  else
    status = put(connection, bytes, static_cast<std::size_t>(size), &count);
  if (status == PLUGTLS_OK) {
    if (!connection.done && connection.context->role == PLUGTLS_ROLE_SERVER)
      connection.flight.hear(bytes, count);
    return static_cast<int>(count);
  }
  if (status == PLUGTLS_WANT_WRITE) return WOLFSSL_CBIO_ERR_WANT_WRITE;
  connection.transport_failed = true;
  return WOLFSSL_CBIO_ERR_GENERAL;
}

plugtls_status flush(plugtls_backend_connection &connection) {
  if (connection.outbox.empty()) [[likely]]
    return PLUGTLS_OK;
  const plugtls_status status = connection.outbox.flush(connection.transport);
  connection.transport_failed = connection.transport_failed || status == PLUGTLS_FAILED;
  return status;
}

}  // namespace plugtls::wolfssl
