// SPDX-License-Identifier: Apache-2.0
// Counters, errors and frames: what lies under everything else.
#include "toy_internal.h"

#include <stdatomic.h>
#include <stdio.h>

static atomic_uint counters[TOY_COUNT_OF];

void toy_count(unsigned counter) {
  atomic_fetch_add_explicit(&counters[counter], 1, memory_order_relaxed);
}

size_t toy_counters(uint16_t *out, size_t capacity) {
  for (size_t i = 0; i < capacity && i < TOY_COUNT_OF; ++i)
    out[i] = (uint16_t)atomic_load_explicit(&counters[i], memory_order_relaxed);
  return TOY_COUNT_OF;
}

void toy_error(plugtls_error *err, int32_t code, const char *message) {
  if (err == NULL) return;
  plugtls_error full = PLUGTLS_ERROR_INIT;
  const uint32_t size = err->size < sizeof full ? err->size : (uint32_t)sizeof full;
  full.code = code;
  full.native_code = code == PLUGTLS_E_NONE ? 0 : 4711;
  snprintf(full.message, sizeof full.message, "%s", message);
  snprintf(full.native, sizeof full.native, "toy: %s", message);
  full.size = err->size;
  memcpy(err, &full, size);
}

plugtls_status toy_fail(plugtls_error *err, int32_t code, const char *message) {
  toy_error(err, code, message);
  return PLUGTLS_FAILED;
}

/* Ends the connection: every further call answers the same (P-IO-5). */
plugtls_status toy_die(plugtls_backend_connection *c, plugtls_status status, int32_t code,
                       const char *message) {
  c->fatal = status;
  c->fatal_error = (plugtls_error)PLUGTLS_ERROR_INIT;
  toy_error(&c->fatal_error, code, message);
  return status;
}

plugtls_status toy_report(const plugtls_backend_connection *c, plugtls_error *err) {
  if (err != NULL) {
    const uint32_t size = err->size;
    memcpy(err, &c->fatal_error, size < sizeof c->fatal_error ? size : sizeof c->fatal_error);
    err->size = size;
  }
  return c->fatal;
}

static plugtls_status transport_failed(plugtls_backend_connection *c) {
  toy_die(c, PLUGTLS_FAILED, PLUGTLS_E_TRANSPORT, "the transport failed");
  if (c->transport.last_os_error != NULL)
    c->fatal_error.os_error = c->transport.last_os_error(c->transport.user);
  return PLUGTLS_FAILED;
}

void toy_put_frame(plugtls_backend_connection *c, uint8_t type, const void *payload, size_t size) {
  uint8_t *to = c->out + c->out_end;
  to[0] = type;
  to[1] = (uint8_t)(size >> 8);
  to[2] = (uint8_t)size;
  memcpy(to + HEADER_SIZE, payload, size);
  c->out_end += HEADER_SIZE + size;
}

plugtls_status toy_flush(plugtls_backend_connection *c) {
  while (c->out_begin < c->out_end) {
    size_t moved = 0;
    const plugtls_status status = c->transport.write(c->transport.user, c->out + c->out_begin,
                                                     c->out_end - c->out_begin, &moved);
    if (status == PLUGTLS_WANT_WRITE) return status;
    if (status != PLUGTLS_OK) return transport_failed(c);
    c->out_begin += moved;
  }
  c->out_begin = c->out_end = 0;
  return PLUGTLS_OK;
}

size_t toy_payload_size(const plugtls_backend_connection *c) {
  return (size_t)c->in[1] << 8 | c->in[2];
}

int toy_frame_complete(const plugtls_backend_connection *c) {
  return c->in_size >= HEADER_SIZE && c->in_size == HEADER_SIZE + toy_payload_size(c);
}

void toy_drop_frame(plugtls_backend_connection *c) {
  c->in_size = c->in_read = 0;
}

/* Takes one frame from the transport and nothing behind it (P-IO-6). */
plugtls_status toy_get_frame(plugtls_backend_connection *c) {
  while (!toy_frame_complete(c)) {
    const size_t need = c->in_size < HEADER_SIZE ? HEADER_SIZE : HEADER_SIZE + toy_payload_size(c);
    if (need > sizeof c->in)
      return toy_die(c, PLUGTLS_FAILED, PLUGTLS_E_BAD_RECORD, "a frame is too long");
    size_t moved = 0;
    const plugtls_status status =
        c->transport.read(c->transport.user, c->in + c->in_size, need - c->in_size, &moved);
    if (status == PLUGTLS_WANT_READ) return status;
    if (status == PLUGTLS_CLOSED)
      return toy_die(c, PLUGTLS_TRUNCATED, PLUGTLS_E_TRUNCATED,
                     "the stream ended without close_notify");
    if (status != PLUGTLS_OK) return transport_failed(c);
    c->in_size += moved;
  }
  return PLUGTLS_OK;
}

/* Sends a fatal alert (P-IO-4; what the transport does not take at once is not sent: the mock is no TLS). */
plugtls_status toy_alert(plugtls_backend_connection *c, uint8_t number, int32_t code,
                         const char *message) {
  toy_put_frame(c, FRAME_ALERT, &number, 1);
  const plugtls_status ignored = toy_flush(c);
  (void)ignored;
  toy_die(c, PLUGTLS_FAILED, code, message);
  c->fatal_error.alert = number;
  return PLUGTLS_FAILED;
}

plugtls_status toy_alert_received(plugtls_backend_connection *c) {
  const uint8_t number = c->in[HEADER_SIZE];
  toy_drop_frame(c);
  if (number == ALERT_CLOSE_NOTIFY) {
    c->closed_by_peer = 1;
    return PLUGTLS_CLOSED;
  }
  toy_die(c, PLUGTLS_FAILED, PLUGTLS_E_ALERT_RECEIVED, "the peer sent an alert");
  c->fatal_error.alert = number;
  c->fatal_error.alert_received = 1;
  return PLUGTLS_FAILED;
}
