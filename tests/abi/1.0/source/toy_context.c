// SPDX-License-Identifier: Apache-2.0
// Contexts and sessions.
#include "toy_internal.h"

#include <stdlib.h>

/* ---- Contexts ---- */

static int says(plugtls_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* Plays the part an ALPN name asks for; OK if it asks for none. */
static plugtls_status play_script(plugtls_bytes line, plugtls_error *err) {
  if (says(line, TOY_SCRIPT_FAIL_CONTEXT))
    return toy_fail(err, PLUGTLS_E_CERTIFICATE_MALFORMED, "as the script says");
  if (says(line, TOY_SCRIPT_EMPTY_ERROR)) return PLUGTLS_FAILED;
  if (says(line, TOY_SCRIPT_LONG_MESSAGE)) {
    toy_fail(err, PLUGTLS_E_INTERNAL, "");
    if (err != NULL && err->size >= sizeof *err) {
      memset(err->message, 'x', sizeof err->message);
      memset(err->native, 'y', sizeof err->native);
      memset(err->backend, 'z', sizeof err->backend);
    }
    return PLUGTLS_FAILED;
  }
  return PLUGTLS_OK;
}

int toy_plays(const plugtls_backend_context *context, const char *line) {
  const plugtls_bytes first = {context->alpn[0].data, context->alpn[0].size};
  return context->alpn_count == 1 && says(first, line);
}

static plugtls_status take_alpn(plugtls_backend_context *context, const plugtls_config *config,
                                plugtls_error *err) {
  if (config->alpn_count > ALPN_MAX)
    return toy_fail(err, PLUGTLS_E_INVALID_ARGUMENT, "too many protocols for a toy");
  for (uint32_t i = 0; i < config->alpn_count; ++i) {
    const plugtls_bytes from = config->alpn[i];
    const plugtls_status status = play_script(from, err);
    if (status != PLUGTLS_OK) return status;
    if (from.size == 0 || from.size > NAME_MAX_SIZE)
      return toy_fail(err, PLUGTLS_E_INVALID_ARGUMENT, "a protocol name of no length");
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
    return toy_fail(err, PLUGTLS_E_CERTIFICATE_MALFORMED, "too long a certificate for a toy");
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
  if (context == NULL) return toy_fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
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

plugtls_backend_session *toy_new_session(const plugtls_backend_connection *c) {
  plugtls_backend_session *session = calloc(1, sizeof *session);
  if (session != NULL) {
    session->server_name = c->server_name;
    toy_count(TOY_COUNT_SESSION_CREATE);
  }
  return session;
}

static const char session_magic[] = "toy-session:";

static plugtls_status toy_session_get(plugtls_backend_connection *c, plugtls_backend_session **out,
                                      plugtls_error *err) {
  if (toy_plays(c->context, TOY_SCRIPT_NO_SESSION)) return PLUGTLS_OK;
  if (c->state != STATE_DONE) return toy_fail(err, PLUGTLS_E_NO_SESSION, "no session yet");
  *out = toy_new_session(c);
  return *out != NULL ? PLUGTLS_OK : toy_fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
}

static plugtls_status toy_session_export(const plugtls_backend_session *session, uint8_t *out,
                                         size_t capacity, size_t *out_size, plugtls_error *err) {
  const size_t magic = sizeof session_magic - 1;
  *out_size = magic + session->server_name.size;
  if (capacity < *out_size)
    return toy_fail(err, PLUGTLS_E_BUFFER_TOO_SMALL, "the buffer is too small");
  memcpy(out, session_magic, magic);
  memcpy(out + magic, session->server_name.data, session->server_name.size);
  return PLUGTLS_OK;
}

static plugtls_status toy_session_import(plugtls_backend_context *context, plugtls_bytes bytes,
                                         plugtls_backend_session **out, plugtls_error *err) {
  const size_t magic = sizeof session_magic - 1;
  if (toy_plays(context, TOY_SCRIPT_NO_SESSION)) return PLUGTLS_OK;
  if (bytes.size < magic || bytes.size > magic + NAME_MAX_SIZE ||
      memcmp(bytes.data, session_magic, magic) != 0)
    return toy_fail(err, PLUGTLS_E_SESSION_INVALID, "foreign bytes");
  plugtls_backend_session *session = calloc(1, sizeof *session);
  if (session == NULL) return toy_fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
  session->server_name.size = bytes.size - magic;
  memcpy(session->server_name.data, bytes.data + magic, session->server_name.size);
  toy_count(TOY_COUNT_SESSION_CREATE);
  *out = session;
  return PLUGTLS_OK;
}

static plugtls_status toy_session_info(const plugtls_backend_session *session,
                                       plugtls_session_info *out) {
  (void)session;
  const plugtls_session_info full = {.size = out->size,
                                     .version = PLUGTLS_VERSION_TLS1_3,
                                     .cipher_suite = 0x1301,
                                     .created = 1000,
                                     .expires = 2000};
  memcpy(out, &full, out->size < sizeof full ? out->size : sizeof full);
  return PLUGTLS_OK;
}

static void toy_session_free(plugtls_backend_session *session) {
  if (session != NULL) toy_count(TOY_COUNT_SESSION_FREE);
  free(session);
}

/* ---- Verification without a connection ---- */

/* Good if the leaf says the name of any subject. It answers nothing it was not asked: no verdict without subjects. */
static plugtls_status toy_verify_chain(plugtls_backend_instance *instance,
                                       const plugtls_config *config,
                                       const plugtls_verify_request *request, int32_t *out_code,
                                       int32_t *out_depth, plugtls_error *err) {
  (void)instance;
  (void)config;
  toy_count(TOY_COUNT_VERIFY_CHAIN);
  const plugtls_bytes leaf = request->chain[0]->bytes;
  if (request->subject_count == 0) return PLUGTLS_OK;
  *out_depth = 0;
  *out_code = PLUGTLS_E_CERT_NAME_MISMATCH;
  for (uint32_t i = 0; i < request->subject_count; ++i) {
    const plugtls_bytes subject = request->subjects[i].value;
    if (leaf.size == 5 + subject.size && memcmp(leaf.data + 5, subject.data, subject.size) == 0)
      *out_code = PLUGTLS_E_NONE;
  }
  if (*out_code != PLUGTLS_E_NONE) toy_error(err, *out_code, "another name");
  return PLUGTLS_OK;
}

void toy_context_slots(plugtls_backend_table *table) {
  table->context_create = toy_context_create;
  table->context_free = toy_context_free;
  table->context_list = toy_context_list;
  table->session_get = toy_session_get;
  table->session_export = toy_session_export;
  table->session_import = toy_session_import;
  table->session_info = toy_session_info;
  table->session_free = toy_session_free;
  table->verify_chain = toy_verify_chain;
}
