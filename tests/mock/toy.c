// SPDX-License-Identifier: Apache-2.0
#include "toy.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  FRAME_HELLO = 1,
  FRAME_ALERT = 21,
  FRAME_DATA = 23,
  FRAME_KEY_UPDATE = 24
};
enum {
  HEADER_SIZE = 3,
  PAYLOAD_MAX = 16384,
  NAME_MAX_SIZE = 255,
  ALPN_MAX = 8,
  CERTIFICATE_MAX = 512
};
enum {
  ALERT_CLOSE_NOTIFY = 0,
  ALERT_BAD_CERTIFICATE = 42,
  ALERT_UNRECOGNIZED_NAME = 112,
  ALERT_NO_PROTOCOL = 120
};
enum {
  STATE_START,
  STATE_HELLO_SENT,
  STATE_ANSWERING,
  STATE_DONE
};

typedef struct {
  size_t size;
  uint8_t data[NAME_MAX_SIZE];
} name;

struct plugtls_backend_context {
  uint32_t role;
  uint64_t flags;
  uint32_t alpn_count;
  name alpn[ALPN_MAX];
  size_t certificate_size;
  uint8_t certificate[CERTIFICATE_MAX];
  plugtls_backend_callbacks callbacks;
};

struct plugtls_backend_session {
  name server_name;
};

struct plugtls_backend_chain {
  size_t size;
  uint8_t data[CERTIFICATE_MAX];
};

struct plugtls_backend_connection {
  plugtls_backend_context *context;
  plugtls_transport transport;
  plugtls_host_connection *host;
  uint32_t peer_flags;
  int state;
  int resuming, resumed, closed_by_peer, closed_by_us;
  name server_name; /* as sent, or as seen */
  name subject;     /* what the certificate must say */
  name alpn;
  int certificate_seen, subject_given;
  plugtls_backend_chain peer_chain;
  plugtls_status fatal;
  plugtls_error fatal_error;
  size_t in_size,
      in_read; /* of `in`: bytes of the frame that came so far; bytes of payload delivered */
  size_t out_begin, out_end;
  size_t write_size; /* payload of the data frame under way in `out`, 0 if there is none */
  uint8_t in[HEADER_SIZE + PAYLOAD_MAX];
  uint8_t out[2 * HEADER_SIZE + PAYLOAD_MAX];
};

/* ---- Counters and errors ---- */

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

static plugtls_status fail(plugtls_error *err, int32_t code, const char *message) {
  toy_error(err, code, message);
  return PLUGTLS_FAILED;
}

/* Ends the connection: every further call answers the same (P-IO-5). */
static plugtls_status die(plugtls_backend_connection *c, plugtls_status status, int32_t code,
                          const char *message) {
  c->fatal = status;
  c->fatal_error = (plugtls_error)PLUGTLS_ERROR_INIT;
  toy_error(&c->fatal_error, code, message);
  return status;
}

static plugtls_status report(const plugtls_backend_connection *c, plugtls_error *err) {
  if (err != NULL) {
    const uint32_t size = err->size;
    memcpy(err, &c->fatal_error, size < sizeof c->fatal_error ? size : sizeof c->fatal_error);
    err->size = size;
  }
  return c->fatal;
}

/* ---- Frames ---- */

static plugtls_status transport_failed(plugtls_backend_connection *c) {
  die(c, PLUGTLS_FAILED, PLUGTLS_E_TRANSPORT, "the transport failed");
  if (c->transport.last_os_error != NULL)
    c->fatal_error.os_error = c->transport.last_os_error(c->transport.user);
  return PLUGTLS_FAILED;
}

static void put_frame(plugtls_backend_connection *c, uint8_t type, const void *payload,
                      size_t size) {
  uint8_t *to = c->out + c->out_end;
  to[0] = type;
  to[1] = (uint8_t)(size >> 8);
  to[2] = (uint8_t)size;
  memcpy(to + HEADER_SIZE, payload, size);
  c->out_end += HEADER_SIZE + size;
}

static plugtls_status flush(plugtls_backend_connection *c) {
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

static size_t payload_size(const plugtls_backend_connection *c) {
  return (size_t)c->in[1] << 8 | c->in[2];
}

static int frame_complete(const plugtls_backend_connection *c) {
  return c->in_size >= HEADER_SIZE && c->in_size == HEADER_SIZE + payload_size(c);
}

static void drop_frame(plugtls_backend_connection *c) {
  c->in_size = c->in_read = 0;
}

/* Takes one frame from the transport and nothing behind it (P-IO-6). */
static plugtls_status get_frame(plugtls_backend_connection *c) {
  while (!frame_complete(c)) {
    const size_t need = c->in_size < HEADER_SIZE ? HEADER_SIZE : HEADER_SIZE + payload_size(c);
    if (need > sizeof c->in)
      return die(c, PLUGTLS_FAILED, PLUGTLS_E_BAD_RECORD, "a frame is too long");
    size_t moved = 0;
    const plugtls_status status =
        c->transport.read(c->transport.user, c->in + c->in_size, need - c->in_size, &moved);
    if (status == PLUGTLS_WANT_READ) return status;
    if (status == PLUGTLS_CLOSED)
      return die(c, PLUGTLS_TRUNCATED, PLUGTLS_E_TRUNCATED,
                 "the stream ended without close_notify");
    if (status != PLUGTLS_OK) return transport_failed(c);
    c->in_size += moved;
  }
  return PLUGTLS_OK;
}

/* Sends a fatal alert (P-IO-4; what the transport does not take at once is not sent: the mock is no TLS). */
static plugtls_status alert(plugtls_backend_connection *c, uint8_t number, int32_t code,
                            const char *message) {
  put_frame(c, FRAME_ALERT, &number, 1);
  const plugtls_status ignored = flush(c);
  (void)ignored;
  die(c, PLUGTLS_FAILED, code, message);
  c->fatal_error.alert = number;
  return PLUGTLS_FAILED;
}

static plugtls_status alert_received(plugtls_backend_connection *c) {
  const uint8_t number = c->in[HEADER_SIZE];
  drop_frame(c);
  if (number == ALERT_CLOSE_NOTIFY) {
    c->closed_by_peer = 1;
    return PLUGTLS_CLOSED;
  }
  die(c, PLUGTLS_FAILED, PLUGTLS_E_ALERT_RECEIVED, "the peer sent an alert");
  c->fatal_error.alert = number;
  c->fatal_error.alert_received = 1;
  return PLUGTLS_FAILED;
}

/* ---- Hellos ---- */

static size_t put_name(uint8_t *to, const name *from) {
  to[0] = (uint8_t)from->size;
  memcpy(to + 1, from->data, from->size);
  return 1 + from->size;
}

/* Reads a name, or returns 0 if the payload is too short for it. */
static size_t get_name(const uint8_t *from, size_t available, name *to) {
  if (available < 1 || available - 1 < from[0]) return 0;
  to->size = from[0];
  memcpy(to->data, from + 1, to->size);
  return 1 + to->size;
}

static void put_client_hello(plugtls_backend_connection *c) {
  uint8_t payload[2 + (ALPN_MAX + 1) * (1 + NAME_MAX_SIZE)];
  size_t size = 0;
  payload[size++] = (uint8_t)c->resuming;
  size += put_name(payload + size, &c->server_name);
  for (uint32_t i = 0; i < c->context->alpn_count; ++i)
    size += put_name(payload + size, &c->context->alpn[i]);
  put_frame(c, FRAME_HELLO, payload, size);
}

static int offered(const uint8_t *payload, size_t size, const name *wanted) {
  name one;
  for (size_t step; (step = get_name(payload, size, &one)) != 0; payload += step, size -= step) {
    if (one.size == wanted->size && memcmp(one.data, wanted->data, one.size) == 0) return 1;
  }
  return 0;
}

static plugtls_status ask_server_name(plugtls_backend_connection *c) {
  const plugtls_backend_callbacks *callbacks = &c->context->callbacks;
  if (callbacks->server_name == NULL) return PLUGTLS_OK;
  char text[NAME_MAX_SIZE + 1] = {0};
  memcpy(text, c->server_name.data, c->server_name.size);
  plugtls_backend_context *replacement = NULL;
  plugtls_error error = PLUGTLS_ERROR_INIT;
  const plugtls_status status = callbacks->server_name(
      callbacks->user, c->host, c->server_name.size != 0 ? text : NULL, &replacement, &error);
  if (status == PLUGTLS_WANT_CALLBACK) return status;
  if (status != PLUGTLS_OK) {
    const int filled = error.code != PLUGTLS_E_NONE;
    const uint8_t number =
        (uint8_t)(filled && error.alert >= 0 ? error.alert : ALERT_UNRECOGNIZED_NAME);
    return alert(c, number, filled ? error.code : PLUGTLS_E_UNRECOGNIZED_NAME,
                 "the name was refused");
  }
  if (replacement != NULL) c->context = replacement;
  return PLUGTLS_OK;
}

static plugtls_status choose_alpn(plugtls_backend_connection *c, const uint8_t *payload,
                                  size_t size) {
  const plugtls_backend_context *context = c->context;
  for (uint32_t i = 0; i < context->alpn_count; ++i) {
    if (offered(payload, size, &context->alpn[i])) {
      c->alpn = context->alpn[i];
      return PLUGTLS_OK;
    }
  }
  if (context->alpn_count != 0 && size != 0)
    return alert(c, ALERT_NO_PROTOCOL, PLUGTLS_E_NO_COMMON_PROTOCOL, "no protocol in common");
  return PLUGTLS_OK;
}

static plugtls_status answer_client_hello(plugtls_backend_connection *c) {
  const uint8_t *payload = c->in + HEADER_SIZE;
  const size_t size = payload_size(c);
  const size_t taken = size > 1 ? get_name(payload + 1, size - 1, &c->server_name) : 0;
  if (c->in[0] != FRAME_HELLO || taken == 0)
    return die(c, PLUGTLS_FAILED, PLUGTLS_E_NOT_TLS, "that is no hello");
  plugtls_status status = ask_server_name(c);
  if (status == PLUGTLS_OK) status = choose_alpn(c, payload + 1 + taken, size - 1 - taken);
  if (status != PLUGTLS_OK) return status;
  c->resumed = payload[0] != 0 && (c->context->flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0;
  uint8_t answer[1 + 1 + NAME_MAX_SIZE + CERTIFICATE_MAX];
  answer[0] = (uint8_t)c->resumed;
  const size_t alpn_size = put_name(answer + 1, &c->alpn);
  memcpy(answer + 1 + alpn_size, c->context->certificate, c->context->certificate_size);
  drop_frame(c);
  put_frame(c, FRAME_HELLO, answer, 1 + alpn_size + c->context->certificate_size);
  c->state = STATE_ANSWERING;
  return PLUGTLS_OK;
}

static int32_t judge(const plugtls_backend_connection *c) {
  const plugtls_backend_chain *chain = &c->peer_chain;
  if (chain->size < 5 || memcmp(chain->data, "cert:", 5) != 0) return PLUGTLS_E_CERT_MALFORMED;
  const uint64_t unchecked = c->context->flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK;
  if (unchecked != 0 || (c->peer_flags & PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK) != 0)
    return PLUGTLS_E_NONE;
  if (!c->subject_given || chain->size - 5 != c->subject.size ||
      memcmp(chain->data + 5, c->subject.data, c->subject.size) != 0)
    return PLUGTLS_E_CERT_NAME_MISMATCH;
  return PLUGTLS_E_NONE;
}

static plugtls_status verify(plugtls_backend_connection *c) {
  const plugtls_backend_callbacks *callbacks = &c->context->callbacks;
  if ((c->context->flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) != 0) return PLUGTLS_OK;
  int32_t code = judge(c);
  if (callbacks->verify != NULL) {
    const plugtls_bytes leaf = {c->peer_chain.data, c->peer_chain.size};
    plugtls_verdict verdict = {
        .size = (uint32_t)sizeof verdict, .code = code, .certificate_depth = 0};
    verdict.chain = &leaf;
    verdict.chain_count = 1;
    plugtls_error error = PLUGTLS_ERROR_INIT;
    const int32_t answer = callbacks->verify(callbacks->user, c->host, &verdict, &error);
    if (answer == PLUGTLS_VERIFY_PENDING) return PLUGTLS_WANT_CALLBACK;
    if (answer == PLUGTLS_VERIFY_REJECT)
      code = error.code != PLUGTLS_E_NONE ? error.code : PLUGTLS_E_CERT_REJECTED;
    if (answer == PLUGTLS_VERIFY_INSECURE_ACCEPT) code = PLUGTLS_E_NONE;
  }
  if (code == PLUGTLS_E_NONE) return PLUGTLS_OK;
  alert(c, ALERT_BAD_CERTIFICATE, code, "the certificate was refused");
  c->fatal_error.certificate_depth = 0;
  return PLUGTLS_FAILED;
}

static plugtls_backend_session *new_session(const plugtls_backend_connection *c) {
  plugtls_backend_session *session = calloc(1, sizeof *session);
  if (session != NULL) {
    session->server_name = c->server_name;
    toy_count(TOY_COUNT_SESSION_CREATE);
  }
  return session;
}

static void announce(plugtls_backend_connection *c) {
  const plugtls_backend_callbacks *callbacks = &c->context->callbacks;
  c->state = STATE_DONE;
  if (callbacks->keylog != NULL) callbacks->keylog(callbacks->user, c->host, "TOY_SECRET 00 00");
  if (callbacks->new_session != NULL && c->context->role == PLUGTLS_ROLE_CLIENT &&
      (c->context->flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0) {
    plugtls_backend_session *session = new_session(c);
    if (session != NULL) callbacks->new_session(callbacks->user, c->host, session);
  }
}

static plugtls_status read_server_hello(plugtls_backend_connection *c) {
  const uint8_t *payload = c->in + HEADER_SIZE;
  const size_t size = payload_size(c);
  if (c->in[0] == FRAME_ALERT && size == 1) {
    alert_received(c);
    return c->fatal != PLUGTLS_OK
               ? c->fatal
               : die(c, PLUGTLS_FAILED, PLUGTLS_E_PROTOCOL, "closed in the handshake");
  }
  const size_t taken = size > 1 ? get_name(payload + 1, size - 1, &c->alpn) : 0;
  if (c->in[0] != FRAME_HELLO || taken == 0 || size - 1 - taken > CERTIFICATE_MAX)
    return die(c, PLUGTLS_FAILED, PLUGTLS_E_NOT_TLS, "that is no hello");
  c->resumed = payload[0] != 0;
  c->peer_chain.size = size - 1 - taken;
  memcpy(c->peer_chain.data, payload + 1 + taken, c->peer_chain.size);
  c->certificate_seen = 1;
  const plugtls_status status = c->resumed ? PLUGTLS_OK : verify(c);
  if (status != PLUGTLS_OK) return status;
  drop_frame(c);
  announce(c);
  return PLUGTLS_OK;
}

static plugtls_status step(plugtls_backend_connection *c) {
  if (c->state == STATE_START && c->context->role == PLUGTLS_ROLE_CLIENT) {
    put_client_hello(c);
    c->state = STATE_HELLO_SENT;
  }
  plugtls_status status = flush(c);
  if (status != PLUGTLS_OK) return status;
  if (c->state == STATE_ANSWERING) {
    announce(c);
    return PLUGTLS_OK;
  }
  status = get_frame(c);
  if (status != PLUGTLS_OK) return status;
  return c->state == STATE_START ? answer_client_hello(c) : read_server_hello(c);
}

/* ---- The slots of a connection ---- */

static plugtls_status toy_handshake(plugtls_backend_connection *c, plugtls_error *err) {
  toy_count(TOY_COUNT_HANDSHAKE);
  if (c->fatal != PLUGTLS_OK) return report(c, err);
  while (c->state != STATE_DONE) {
    const plugtls_status status = step(c);
    if (c->fatal != PLUGTLS_OK) return report(c, err);
    if (status != PLUGTLS_OK) return status;
  }
  return PLUGTLS_OK;
}

static plugtls_status ready(const plugtls_backend_connection *c, plugtls_error *err) {
  if (c->fatal != PLUGTLS_OK) return report(c, err);
  if (c->state != STATE_DONE) return fail(err, PLUGTLS_E_WRONG_STATE, "the handshake is not done");
  return PLUGTLS_OK;
}

static plugtls_status toy_read(plugtls_backend_connection *c, void *buffer, size_t capacity,
                               size_t *out_size, plugtls_error *err) {
  toy_count(TOY_COUNT_READ);
  *out_size = 0;
  plugtls_status status = ready(c, err);
  if (status != PLUGTLS_OK || capacity == 0) return status;
  while (!c->closed_by_peer) {
    status = get_frame(c);
    if (c->fatal != PLUGTLS_OK) return report(c, err);
    if (status != PLUGTLS_OK) return status;
    if (c->in[0] == FRAME_ALERT && payload_size(c) == 1) {
      if (alert_received(c) == PLUGTLS_FAILED) return report(c, err);
      continue;
    }
    const size_t left = payload_size(c) - c->in_read;
    if (c->in[0] != FRAME_DATA || left == 0) {
      drop_frame(c);
      continue;
    }
    const size_t size = left < capacity ? left : capacity;
    memcpy(buffer, c->in + HEADER_SIZE + c->in_read, size);
    c->in_read += size;
    if (size == left) drop_frame(c);
    *out_size = size;
    return PLUGTLS_OK;
  }
  return PLUGTLS_CLOSED;
}

static plugtls_status toy_write(plugtls_backend_connection *c, const void *data, size_t size,
                                size_t *out_size, plugtls_error *err) {
  toy_count(TOY_COUNT_WRITE);
  *out_size = 0;
  plugtls_status status = ready(c, err);
  if (status != PLUGTLS_OK || size == 0) return status;
  if (c->closed_by_us) return fail(err, PLUGTLS_E_CLOSED_FOR_WRITING, "write after shutdown");
  if (c->write_size == 0) {
    status = flush(c);
    if (status != PLUGTLS_OK) return c->fatal != PLUGTLS_OK ? report(c, err) : status;
    c->write_size = size < PAYLOAD_MAX ? size : PAYLOAD_MAX;
    put_frame(c, FRAME_DATA, data, c->write_size);
  } else if (size < c->write_size || memcmp(c->out + HEADER_SIZE, data, c->write_size) != 0) {
    return fail(err, PLUGTLS_E_WRITE_RETRY, "not the bytes that have to go on");
  }
  status = flush(c);
  if (status != PLUGTLS_OK) return c->fatal != PLUGTLS_OK ? report(c, err) : status;
  *out_size = c->write_size;
  c->write_size = 0;
  return PLUGTLS_OK;
}

static plugtls_status toy_shutdown(plugtls_backend_connection *c, plugtls_error *err) {
  toy_count(TOY_COUNT_SHUTDOWN);
  plugtls_status status = ready(c, err);
  if (status != PLUGTLS_OK) return status;
  if (!c->closed_by_us) {
    const uint8_t number = ALERT_CLOSE_NOTIFY;
    put_frame(c, FRAME_ALERT, &number, 1);
    c->closed_by_us = 1;
  }
  status = flush(c);
  return c->fatal != PLUGTLS_OK ? report(c, err) : status;
}

static plugtls_status toy_key_update(plugtls_backend_connection *c, uint32_t flags,
                                     plugtls_error *err) {
  (void)flags;
  plugtls_status status = ready(c, err);
  if (status == PLUGTLS_OK && c->out_end == 0) put_frame(c, FRAME_KEY_UPDATE, "", 0);
  if (status == PLUGTLS_OK) status = flush(c);
  return c->fatal != PLUGTLS_OK ? report(c, err) : status;
}

static size_t toy_pending(const plugtls_backend_connection *c) {
  return frame_complete(c) && c->in[0] == FRAME_DATA ? payload_size(c) - c->in_read : 0;
}

static plugtls_status toy_connection_info(const plugtls_backend_connection *c,
                                          plugtls_connection_info *out) {
  plugtls_connection_info full = {.size = out->size};
  if (c->state == STATE_DONE) {
    full.version = PLUGTLS_VERSION_TLS1_3;
    full.cipher_suite = 0x1301;
    full.group = 29;
    full.resumed = (uint32_t)c->resumed;
    full.handshake_done = 1;
    full.alpn = (plugtls_bytes){c->alpn.data, c->alpn.size};
  }
  full.server_name = (plugtls_bytes){c->server_name.data, c->server_name.size};
  memcpy(out, &full, out->size < sizeof full ? out->size : sizeof full);
  return PLUGTLS_OK;
}

static plugtls_status toy_set_context(plugtls_backend_connection *c,
                                      plugtls_backend_context *context, plugtls_error *err) {
  if (c->state != STATE_START || c->in_size != 0)
    return fail(err, PLUGTLS_E_WRONG_STATE, "the handshake has begun");
  c->context = context;
  return PLUGTLS_OK;
}

static plugtls_status toy_chain(const plugtls_backend_connection *c, uint32_t which,
                                plugtls_backend_chain **out, plugtls_error *err) {
  *out = NULL;
  if (which != PLUGTLS_CHAIN_PEER || !c->certificate_seen) return PLUGTLS_OK;
  *out = malloc(sizeof **out);
  if (*out == NULL) return fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
  **out = c->peer_chain;
  return PLUGTLS_OK;
}

static size_t toy_chain_size(const plugtls_backend_chain *chain) {
  (void)chain;
  return 1;
}

static plugtls_status toy_chain_at(const plugtls_backend_chain *chain, size_t index,
                                   plugtls_bytes *out) {
  if (index != 0) return PLUGTLS_FAILED;
  *out = (plugtls_bytes){chain->data, chain->size};
  return PLUGTLS_OK;
}

static void toy_chain_free(plugtls_backend_chain *chain) {
  free(chain);
}

static plugtls_status toy_export_keying_material(plugtls_backend_connection *c, const char *label,
                                                 plugtls_bytes context, uint8_t *out, size_t size,
                                                 plugtls_error *err) {
  const plugtls_status status = ready(c, err);
  if (status != PLUGTLS_OK) return status;
  const size_t label_size = strlen(label);
  for (size_t i = 0; i < size; ++i)
    out[i] = (uint8_t)(i + label_size + context.size + (context.data == NULL ? 128 : 0));
  return PLUGTLS_OK;
}

static plugtls_status toy_connection_create(plugtls_backend_context *context,
                                            const plugtls_peer *peer,
                                            const plugtls_transport *transport,
                                            plugtls_backend_connection **out, plugtls_error *err) {
  plugtls_backend_connection *c = calloc(1, sizeof *c);
  if (c == NULL) return fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
  c->context = context;
  memcpy(&c->transport, transport,
         transport->size < sizeof c->transport ? transport->size : sizeof c->transport);
  c->host = peer->host_connection;
  c->peer_flags = peer->flags;
  c->resuming = peer->session != NULL;
  if (peer->server_name != NULL && strlen(peer->server_name) <= NAME_MAX_SIZE) {
    c->server_name.size = strlen(peer->server_name);
    memcpy(c->server_name.data, peer->server_name, c->server_name.size);
  }
  if (peer->subject_count != 0 && peer->subjects[0].value.size <= NAME_MAX_SIZE) {
    c->subject_given = 1;
    c->subject.size = peer->subjects[0].value.size;
    memcpy(c->subject.data, peer->subjects[0].value.data, c->subject.size);
  }
  toy_count(TOY_COUNT_CONNECTION_CREATE);
  *out = c;
  return PLUGTLS_OK;
}

static void toy_connection_free(plugtls_backend_connection *c) {
  if (c != NULL) toy_count(TOY_COUNT_CONNECTION_FREE);
  free(c);
}

/* ---- Contexts ---- */

static int says(plugtls_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* Plays the part an ALPN name asks for; OK if it asks for none. */
static plugtls_status play_script(plugtls_bytes line, plugtls_error *err) {
  if (says(line, TOY_SCRIPT_FAIL_CONTEXT))
    return fail(err, PLUGTLS_E_CERTIFICATE_MALFORMED, "as the script says");
  if (says(line, TOY_SCRIPT_EMPTY_ERROR)) return PLUGTLS_FAILED;
  if (says(line, TOY_SCRIPT_LONG_MESSAGE)) {
    fail(err, PLUGTLS_E_INTERNAL, "");
    if (err != NULL && err->size >= sizeof *err) {
      memset(err->message, 'x', sizeof err->message);
      memset(err->native, 'y', sizeof err->native);
      memset(err->backend, 'z', sizeof err->backend);
    }
    return PLUGTLS_FAILED;
  }
  return PLUGTLS_OK;
}

static plugtls_status take_alpn(plugtls_backend_context *context, const plugtls_config *config,
                                plugtls_error *err) {
  if (config->alpn_count > ALPN_MAX)
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "too many protocols for a toy");
  for (uint32_t i = 0; i < config->alpn_count; ++i) {
    const plugtls_bytes from = config->alpn[i];
    const plugtls_status status = play_script(from, err);
    if (status != PLUGTLS_OK) return status;
    if (from.size == 0 || from.size > NAME_MAX_SIZE)
      return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "a protocol name of no length");
    context->alpn[i].size = from.size;
    memcpy(context->alpn[i].data, from.data, from.size);
  }
  context->alpn_count = config->alpn_count;
  return PLUGTLS_OK;
}

static plugtls_status take_certificate(plugtls_backend_context *context,
                                       const plugtls_config *config, plugtls_error *err) {
  if (config->identity_count == 0 || config->identities[0]->certificate_count == 0)
    return PLUGTLS_OK;
  const plugtls_bytes from = config->identities[0]->certificates[0]->bytes;
  if (from.size > CERTIFICATE_MAX)
    return fail(err, PLUGTLS_E_CERTIFICATE_MALFORMED, "too long a certificate for a toy");
  context->certificate_size = from.size;
  memcpy(context->certificate, from.data, from.size);
  return PLUGTLS_OK;
}

static plugtls_status toy_context_create(plugtls_backend_instance *instance,
                                         const plugtls_config *config,
                                         const plugtls_backend_callbacks *callbacks,
                                         plugtls_backend_context **out, plugtls_error *err) {
  (void)instance;
  if (config->alpn_count == 1 && says(config->alpn[0], TOY_SCRIPT_NO_OBJECT)) return PLUGTLS_OK;
  plugtls_backend_context *context = calloc(1, sizeof *context);
  if (context == NULL) return fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
  context->role = config->role;
  context->flags = config->flags;
  if (callbacks != NULL) {
    const size_t size = callbacks->size;
    memcpy(&context->callbacks, callbacks,
           size < sizeof context->callbacks ? size : sizeof context->callbacks);
  }
  plugtls_status status = take_alpn(context, config, err);
  if (status == PLUGTLS_OK) status = take_certificate(context, config, err);
  if (status != PLUGTLS_OK) {
    free(context);
    return status;
  }
  toy_count(TOY_COUNT_CONTEXT_CREATE);
  *out = context;
  return PLUGTLS_OK;
}

static void toy_context_free(plugtls_backend_context *context) {
  if (context != NULL) toy_count(TOY_COUNT_CONTEXT_FREE);
  free(context);
}

static size_t toy_context_list(const plugtls_backend_context *context, uint32_t list, uint16_t *out,
                               size_t capacity) {
  (void)context;
  if (list != PLUGTLS_LIST_CIPHER_SUITES) return 0;
  if (capacity != 0) out[0] = 0x1301;
  return 1;
}

/* ---- Sessions ---- */

static const char session_magic[] = "toy-session:";

static plugtls_status toy_session_get(plugtls_backend_connection *c, plugtls_backend_session **out,
                                      plugtls_error *err) {
  if (c->state != STATE_DONE) return fail(err, PLUGTLS_E_NO_SESSION, "no session yet");
  *out = new_session(c);
  return *out != NULL ? PLUGTLS_OK : fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
}

static plugtls_status toy_session_export(const plugtls_backend_session *session, uint8_t *out,
                                         size_t capacity, size_t *out_size, plugtls_error *err) {
  const size_t magic = sizeof session_magic - 1;
  *out_size = magic + session->server_name.size;
  if (capacity < *out_size) return fail(err, PLUGTLS_E_BUFFER_TOO_SMALL, "the buffer is too small");
  memcpy(out, session_magic, magic);
  memcpy(out + magic, session->server_name.data, session->server_name.size);
  return PLUGTLS_OK;
}

static plugtls_status toy_session_import(plugtls_backend_context *context, plugtls_bytes bytes,
                                         plugtls_backend_session **out, plugtls_error *err) {
  (void)context;
  const size_t magic = sizeof session_magic - 1;
  if (bytes.size < magic || bytes.size > magic + NAME_MAX_SIZE ||
      memcmp(bytes.data, session_magic, magic) != 0)
    return fail(err, PLUGTLS_E_SESSION_INVALID, "foreign bytes");
  plugtls_backend_session *session = calloc(1, sizeof *session);
  if (session == NULL) return fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
  session->server_name.size = bytes.size - magic;
  memcpy(session->server_name.data, bytes.data + magic, session->server_name.size);
  toy_count(TOY_COUNT_SESSION_CREATE);
  *out = session;
  return PLUGTLS_OK;
}

static void toy_session_free(plugtls_backend_session *session) {
  if (session != NULL) toy_count(TOY_COUNT_SESSION_FREE);
  free(session);
}

const plugtls_backend_table toy_table = {
    .size = (uint32_t)sizeof(plugtls_backend_table),
    .abi_major = PLUGTLS_ABI_MAJOR,
    .abi_minor = PLUGTLS_ABI_MINOR,
    .context_create = toy_context_create,
    .context_free = toy_context_free,
    .context_list = toy_context_list,
    .connection_create = toy_connection_create,
    .connection_free = toy_connection_free,
    .handshake = toy_handshake,
    .read = toy_read,
    .write = toy_write,
    .shutdown = toy_shutdown,
    .pending = toy_pending,
    .connection_info = toy_connection_info,
    .connection_set_context = toy_set_context,
    .connection_chain = toy_chain,
    .chain_size = toy_chain_size,
    .chain_at = toy_chain_at,
    .chain_free = toy_chain_free,
    .export_keying_material = toy_export_keying_material,
    .key_update = toy_key_update,
    .session_get = toy_session_get,
    .session_export = toy_session_export,
    .session_import = toy_session_import,
    .session_free = toy_session_free,
};
