// SPDX-License-Identifier: Apache-2.0
// The hellos: who is asked for, which protocol, which certificate, and whether it is believed.
#include "toy_internal.h"

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
  toy_put_frame(c, FRAME_HELLO, payload, size);
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
    return toy_alert(c, number, filled ? error.code : PLUGTLS_E_UNRECOGNIZED_NAME,
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
    return toy_alert(c, ALERT_NO_PROTOCOL, PLUGTLS_E_NO_COMMON_PROTOCOL, "no protocol in common");
  return PLUGTLS_OK;
}

static plugtls_status answer_client_hello(plugtls_backend_connection *c) {
  const uint8_t *payload = c->in + HEADER_SIZE;
  const size_t size = toy_payload_size(c);
  const size_t taken = size > 1 ? get_name(payload + 1, size - 1, &c->server_name) : 0;
  if (c->in[0] != FRAME_HELLO || taken == 0)
    return toy_die(c, PLUGTLS_FAILED, PLUGTLS_E_NOT_TLS, "that is no hello");
  plugtls_status status = ask_server_name(c);
  if (status == PLUGTLS_OK) status = choose_alpn(c, payload + 1 + taken, size - 1 - taken);
  if (status != PLUGTLS_OK) return status;
  c->resumed = payload[0] != 0 && (c->context->flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0;
  uint8_t answer[1 + 1 + NAME_MAX_SIZE + CERTIFICATE_MAX];
  answer[0] = (uint8_t)c->resumed;
  const size_t alpn_size = put_name(answer + 1, &c->alpn);
  memcpy(answer + 1 + alpn_size, c->context->certificate, c->context->certificate_size);
  toy_drop_frame(c);
  toy_put_frame(c, FRAME_HELLO, answer, 1 + alpn_size + c->context->certificate_size);
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
  toy_alert(c, ALERT_BAD_CERTIFICATE, code, "the certificate was refused");
  c->fatal_error.certificate_depth = 0;
  return PLUGTLS_FAILED;
}

static void announce(plugtls_backend_connection *c) {
  const plugtls_backend_callbacks *callbacks = &c->context->callbacks;
  c->state = STATE_DONE;
  if (callbacks->keylog != NULL) callbacks->keylog(callbacks->user, c->host, "TOY_SECRET 00 00");
  if (callbacks->new_session != NULL && c->context->role == PLUGTLS_ROLE_CLIENT &&
      (c->context->flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0) {
    plugtls_backend_session *session = toy_new_session(c);
    if (session != NULL) callbacks->new_session(callbacks->user, c->host, session);
  }
}

static plugtls_status read_server_hello(plugtls_backend_connection *c) {
  const uint8_t *payload = c->in + HEADER_SIZE;
  const size_t size = toy_payload_size(c);
  if (c->in[0] == FRAME_ALERT && size == 1) {
    toy_alert_received(c);
    return c->fatal != PLUGTLS_OK
               ? c->fatal
               : toy_die(c, PLUGTLS_FAILED, PLUGTLS_E_PROTOCOL, "closed in the handshake");
  }
  const size_t taken = size > 1 ? get_name(payload + 1, size - 1, &c->alpn) : 0;
  if (c->in[0] != FRAME_HELLO || taken == 0 || size - 1 - taken > CERTIFICATE_MAX)
    return toy_die(c, PLUGTLS_FAILED, PLUGTLS_E_NOT_TLS, "that is no hello");
  c->resumed = payload[0] != 0;
  c->peer_chain.size = size - 1 - taken;
  memcpy(c->peer_chain.data, payload + 1 + taken, c->peer_chain.size);
  c->certificate_seen = 1;
  const plugtls_status status = c->resumed ? PLUGTLS_OK : verify(c);
  if (status != PLUGTLS_OK) return status;
  toy_drop_frame(c);
  announce(c);
  return PLUGTLS_OK;
}

static plugtls_status step(plugtls_backend_connection *c) {
  if (c->state == STATE_START && c->context->role == PLUGTLS_ROLE_CLIENT) {
    put_client_hello(c);
    c->state = STATE_HELLO_SENT;
  }
  plugtls_status status = toy_flush(c);
  if (status != PLUGTLS_OK) return status;
  if (c->state == STATE_ANSWERING) {
    announce(c);
    return PLUGTLS_OK;
  }
  status = toy_get_frame(c);
  if (status != PLUGTLS_OK) return status;
  return c->state == STATE_START ? answer_client_hello(c) : read_server_hello(c);
}

plugtls_status toy_handshake(plugtls_backend_connection *c, plugtls_error *err) {
  toy_count(TOY_COUNT_HANDSHAKE);
  if (c->fatal != PLUGTLS_OK) return toy_report(c, err);
  while (c->state != STATE_DONE) {
    const plugtls_status status = step(c);
    if (c->fatal != PLUGTLS_OK) return toy_report(c, err);
    if (status != PLUGTLS_OK) return status;
  }
  return PLUGTLS_OK;
}
