// SPDX-License-Identifier: Apache-2.0
// A connection after, and beside, its handshake.
#include "toy_internal.h"

#include <stdlib.h>

static plugtls_status ready(const plugtls_backend_connection *c, plugtls_error *err) {
  if (c->fatal != PLUGTLS_OK) return toy_report(c, err);
  if (c->state != STATE_DONE)
    return toy_fail(err, PLUGTLS_E_WRONG_STATE, "the handshake is not done");
  return PLUGTLS_OK;
}

static plugtls_status toy_read(plugtls_backend_connection *c, void *buffer, size_t capacity,
                               size_t *out_size, plugtls_error *err) {
  toy_count(TOY_COUNT_READ);
  *out_size = 0;
  plugtls_status status = ready(c, err);
  if (status != PLUGTLS_OK || capacity == 0) return status;
  while (!c->closed_by_peer) {
    status = toy_get_frame(c);
    if (c->fatal != PLUGTLS_OK) return toy_report(c, err);
    if (status != PLUGTLS_OK) return status;
    if (c->in[0] == FRAME_ALERT && toy_payload_size(c) == 1) {
      if (toy_alert_received(c) == PLUGTLS_FAILED) return toy_report(c, err);
      continue;
    }
    const size_t left = toy_payload_size(c) - c->in_read;
    if (c->in[0] != FRAME_DATA || left == 0) {
      toy_drop_frame(c);
      continue;
    }
    const size_t size = left < capacity ? left : capacity;
    memcpy(buffer, c->in + HEADER_SIZE + c->in_read, size);
    c->in_read += size;
    if (size == left) toy_drop_frame(c);
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
  if (c->closed_by_us) return toy_fail(err, PLUGTLS_E_CLOSED_FOR_WRITING, "write after shutdown");
  if (c->write_size == 0) {
    status = toy_flush(c);
    if (status != PLUGTLS_OK) return c->fatal != PLUGTLS_OK ? toy_report(c, err) : status;
    c->write_size = size < PAYLOAD_MAX ? size : PAYLOAD_MAX;
    toy_put_frame(c, FRAME_DATA, data, c->write_size);
  } else if (size < c->write_size || memcmp(c->out + HEADER_SIZE, data, c->write_size) != 0) {
    return toy_fail(err, PLUGTLS_E_WRITE_RETRY, "not the bytes that have to go on");
  }
  status = toy_flush(c);
  if (status != PLUGTLS_OK) return c->fatal != PLUGTLS_OK ? toy_report(c, err) : status;
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
    toy_put_frame(c, FRAME_ALERT, &number, 1);
    c->closed_by_us = 1;
  }
  status = toy_flush(c);
  return c->fatal != PLUGTLS_OK ? toy_report(c, err) : status;
}

static plugtls_status toy_key_update(plugtls_backend_connection *c, uint32_t flags,
                                     plugtls_error *err) {
  (void)flags;
  plugtls_status status = ready(c, err);
  if (status == PLUGTLS_OK && c->out_end == 0) toy_put_frame(c, FRAME_KEY_UPDATE, "", 0);
  if (status == PLUGTLS_OK) status = toy_flush(c);
  return c->fatal != PLUGTLS_OK ? toy_report(c, err) : status;
}

static size_t toy_pending(const plugtls_backend_connection *c) {
  return toy_frame_complete(c) && c->in[0] == FRAME_DATA ? toy_payload_size(c) - c->in_read : 0;
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
    return toy_fail(err, PLUGTLS_E_WRONG_STATE, "the handshake has begun");
  c->context = context;
  return PLUGTLS_OK;
}

static plugtls_status toy_chain(const plugtls_backend_connection *c, uint32_t which,
                                plugtls_backend_chain **out, plugtls_error *err) {
  *out = NULL;
  if (which != PLUGTLS_CHAIN_PEER || !c->certificate_seen) return PLUGTLS_OK;
  *out = malloc(sizeof **out);
  if (*out == NULL) return toy_fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
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
  if (toy_plays(context, TOY_SCRIPT_NO_CONNECTION)) return PLUGTLS_OK;
  plugtls_backend_connection *c = calloc(1, sizeof *c);
  if (c == NULL) return toy_fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
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

static void toy_connection_slots(plugtls_backend_table *table) {
  table->handshake = toy_handshake;
  table->connection_create = toy_connection_create;
  table->connection_free = toy_connection_free;
  table->read = toy_read;
  table->write = toy_write;
  table->shutdown = toy_shutdown;
  table->pending = toy_pending;
  table->connection_info = toy_connection_info;
  table->connection_set_context = toy_set_context;
  table->connection_chain = toy_chain;
  table->chain_size = toy_chain_size;
  table->chain_at = toy_chain_at;
  table->chain_free = toy_chain_free;
  table->export_keying_material = toy_export_keying_material;
  table->key_update = toy_key_update;
}

void toy_fill_table(plugtls_backend_table *table) {
  *table = (plugtls_backend_table){.size = (uint32_t)sizeof *table};
  toy_connection_slots(table);
  toy_context_slots(table);
}
