// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "chain.h"
#include "digest.h"
#include "error.h"
#include "sized.h"

#include <mbedtls/platform_util.h>

#include <errno.h>
#include <stdlib.h>

enum {
  USUAL_LIFETIME = 7200  // seconds, where the server names none
};

static bool resumes(const plugtls_backend_context *context) {
  return (context->flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0;
}

static int64_t now_of(const plugtls_backend_context *context) {
  const plugtls_host *host = &context->instance->host;
  return host->now(host->user);
}

plugtls_backend_session *session_make(size_t size) {
  plugtls_backend_session *out = calloc(1, sizeof *out + size);
  if (out != NULL) out->size = size;
  return out;
}

void session_free(plugtls_backend_session *session) {
  if (session == NULL) return;
  chain_free(session->chain);
  mbedtls_platform_zeroize(session, sizeof *session + session->size);
  free(session);
}

plugtls_backend_session *session_copy(const plugtls_backend_session *session) {
  plugtls_backend_session *out = session_make(session->size);
  if (out == NULL) return NULL;
  memcpy(out, session, sizeof *session + session->size);
  out->chain = NULL;
  if (session->chain == NULL) return out;
  out->chain = chain_of_bytes(session->chain->at, session->chain->count);
  if (out->chain != NULL) return out;
  session_free(out);
  return NULL;
}

static uint16_t version_in(const mbedtls_ssl_session *session) {
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  (void)session;
  return PLUGTLS_VERSION_TLS1_2;
#else
  return (uint16_t)session->tls_version;
#endif
}

bool session_describe(plugtls_backend_session *session) {
  mbedtls_ssl_session native;
  mbedtls_ssl_session_init(&native);
  const bool good = mbedtls_ssl_session_load(&native, session->bytes, session->size) == 0;
  session->version = version_in(&native);
  session->cipher_suite = (uint16_t)native.ciphersuite;
  mbedtls_ssl_session_free(&native);
  return good;
}

static bool is_resumable(const mbedtls_ssl_session *session) {
  return session->ticket_len > 0 ||
         (version_in(session) == PLUGTLS_VERSION_TLS1_2 && session->id_len > 0);
}

// Without the peer's certificate, which the library would read again by its own rules.
static plugtls_backend_session *save(const mbedtls_ssl_session *session) {
  mbedtls_ssl_session bare = *session;
  size_t size = 0;
  bare.peer_cert = NULL;
  (void)mbedtls_ssl_session_save(&bare, NULL, 0, &size);
  plugtls_backend_session *out = session_make(size);
  if (out != NULL && mbedtls_ssl_session_save(&bare, out->bytes, size, &size) != 0) {
    session_free(out);
    out = NULL;
  }
  mbedtls_platform_zeroize(&bare, sizeof bare);
  return out;
}

// Of the handshake that verified it, if this one did not.
static bool keep_chain(plugtls_backend_session *out, const plugtls_backend_connection *connection,
                       const mbedtls_x509_crt *sent) {
  const bool here = sent != NULL && sent->raw.p != NULL;
  const plugtls_backend_chain *known = connection->remembered;
  if (here)
    out->chain = chain_of_list(sent);
  else if (known != NULL)
    out->chain = chain_of_bytes(known->at, known->count);
  return out->chain != NULL || (!here && known == NULL);
}

static plugtls_backend_session *wrap(const plugtls_backend_connection *connection,
                                     const mbedtls_ssl_session *session) {
  const plugtls_backend_context *context = connection->context;
  plugtls_backend_session *out = save(session);
  if (out == NULL) return NULL;
  out->version = version_in(session);
  out->cipher_suite = (uint16_t)session->ciphersuite;
  out->created = now_of(context);
  out->expires = out->created + (session->ticket_lifetime > 0 ? (int64_t)session->ticket_lifetime
                                                              : USUAL_LIFETIME);
  memcpy(out->settings, context->digest, DIGEST_SIZE);
  if (peer_digest(connection, out->peer) && keep_chain(out, connection, session->peer_cert))
    return out;
  session_free(out);
  return NULL;
}

static void announce(const plugtls_backend_connection *connection) {
  const plugtls_backend_callbacks *callbacks = &connection->context->callbacks;
  if (callbacks->new_session == NULL) return;
  plugtls_backend_session *copy = session_copy(connection->newest);
  if (copy != NULL) callbacks->new_session(callbacks->user, connection->host_connection, copy);
}

void keep_session(plugtls_backend_connection *connection) {
  const mbedtls_ssl_session *session = connection->ssl.session;
  if (is_server(connection) || !resumes(connection->context)) return;
  if (session == NULL || !is_resumable(session)) return;
  plugtls_backend_session *newest = wrap(connection, session);
  if (newest == NULL) return;
  session_free(connection->newest);
  connection->newest = newest;
  announce(connection);
}

static bool fits(const plugtls_backend_connection *connection,
                 const plugtls_backend_session *session) {
  const plugtls_backend_context *context = connection->context;
  uint8_t peer[DIGEST_SIZE];
  return resumes(context) && memcmp(session->settings, context->digest, DIGEST_SIZE) == 0 &&
         peer_digest(connection, peer) && memcmp(session->peer, peer, DIGEST_SIZE) == 0 &&
         now_of(context) < session->expires;
}

void offer_session(plugtls_backend_connection *connection) {
  const plugtls_backend_session *session = connection->offered;
  mbedtls_ssl_session native;
  connection->may_resume = false;
  if (session == NULL || !fits(connection, session)) return;
  mbedtls_ssl_session_init(&native);
  connection->may_resume = mbedtls_ssl_session_load(&native, session->bytes, session->size) == 0 &&
                           mbedtls_ssl_set_session(&connection->ssl, &native) == 0;
  mbedtls_ssl_session_free(&native);
}

plugtls_status session_get(plugtls_backend_connection *connection, plugtls_backend_session **out,
                           plugtls_error *err) {
  const int kept = errno;
  *out = NULL;
  if (connection->newest == NULL)
    return fail(
        err, PLUGTLS_E_NO_SESSION,
        "the server has sent no session yet; with TLS 1.3 it comes with the first data that "
        "are read");
  *out = session_copy(connection->newest);
  errno = kept;
  return *out != NULL ? PLUGTLS_OK : out_of_memory(err);
}

plugtls_status session_info(const plugtls_backend_session *session, plugtls_session_info *out) {
  const plugtls_session_info info = {.size = sizeof info,
                                     .version = session->version,
                                     .cipher_suite = session->cipher_suite,
                                     .created = session->created,
                                     .expires = session->expires};
  write_sized(out, &info, sizeof info);
  return PLUGTLS_OK;
}
