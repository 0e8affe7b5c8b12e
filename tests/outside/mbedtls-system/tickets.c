// SPDX-License-Identifier: Apache-2.0
//
// A ticket as RFC 5077, 4, recommends it: key name (16), IV (16), AES-256-CBC of the state, HMAC-SHA-256 of all that
// (32). The state: digest of the settings (32), when it expires (8), the client's certificate behind its length (3), what the
// library saves. It is made, and opened, in the library's own buffer.
#include "tickets.h"

#include "bytes.h"
#include "chain.h"
#include "digest.h"
#include "error.h"
#include "server_name.h"

#include <mbedtls/aes.h>
#include <mbedtls/platform_util.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  NAME = 16,
  BLOCK = 16,
  HEAD = NAME + BLOCK,
  MAC = 32,
  KEY_BITS = 256,
  USUAL_LIFETIME = 7200,
  USUAL_COUNT = 2
};

static int64_t now_of(const plugtls_backend_context *context) {
  const plugtls_host *host = &context->instance->host;
  return host->now(host->user);
}

// What is written into a buffer, as far as it goes; `at` is NULL once it does not.
struct writer {
  unsigned char *at;
  const unsigned char *end;
};

static void put(struct writer *writer, const void *data, size_t size) {
  if (writer->at == NULL || size > (size_t)(writer->end - writer->at)) {
    writer->at = NULL;
    return;
  }
  if (size > 0) memcpy(writer->at, data, size);
  writer->at += size;
}

static void put_number(struct writer *writer, uint64_t number, size_t size) {
  uint8_t digits[8];
  for (size_t i = 0; i < size; ++i)
    digits[i] = (uint8_t)(number >> 8 * (size - 1 - i));
  put(writer, digits, size);
}

// Without the peer's certificate, which of all that the library reads again by its own rules.
static void put_session(struct writer *writer, const mbedtls_ssl_session *session) {
  mbedtls_ssl_session bare = *session;
  size_t size = 0;
  bare.peer_cert = NULL;
  if (writer->at == NULL) return;
  const int native =
      mbedtls_ssl_session_save(&bare, writer->at, (size_t)(writer->end - writer->at), &size);
  writer->at = native == 0 ? writer->at + size : NULL;
  mbedtls_platform_zeroize(&bare, sizeof bare);
}

static plugtls_bytes leaf_of(const plugtls_backend_connection *connection,
                             const mbedtls_ssl_session *session) {
  if (session->peer_cert != NULL)
    return (plugtls_bytes){session->peer_cert->raw.p, session->peer_cert->raw.len};
  return connection->remembered != NULL ? connection->remembered->at[0] : (plugtls_bytes){NULL, 0};
}

static void put_state(struct writer *writer, const plugtls_backend_connection *connection,
                      const mbedtls_ssl_session *session) {
  const plugtls_backend_context *context = connection->context;
  const plugtls_bytes leaf = leaf_of(connection, session);
  put(writer, context->digest, DIGEST_SIZE);
  put_number(writer, (uint64_t)now_of(context) + context->ticket_lifetime, 8);
  put_number(writer, leaf.size, 3);
  put(writer, leaf.data, leaf.size);
  put_session(writer, session);
}

// PKCS #7
static void put_padding(struct writer *writer, const unsigned char *begin) {
  if (writer->at == NULL) return;
  const size_t count = BLOCK - (size_t)(writer->at - begin) % BLOCK;
  for (size_t i = 0; i < count; ++i)
    put_number(writer, count, 1);
}

static int crypt(const struct ticket_key *key, int mode, const unsigned char *iv,
                 unsigned char *data, size_t size) {
  unsigned char changing[BLOCK];
  mbedtls_aes_context aes;
  memcpy(changing, iv, BLOCK);
  mbedtls_aes_init(&aes);
  int native = mode == MBEDTLS_AES_ENCRYPT ? mbedtls_aes_setkey_enc(&aes, key->cipher, KEY_BITS)
                                           : mbedtls_aes_setkey_dec(&aes, key->cipher, KEY_BITS);
  if (native == 0) native = mbedtls_aes_crypt_cbc(&aes, mode, size, changing, data, data);
  mbedtls_aes_free(&aes);
  return native;
}

static int authenticate(const struct ticket_key *key, const unsigned char *data, size_t size,
                        unsigned char out[MAC]) {
  return mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key->mac, sizeof key->mac,
                         data, size, out);
}

static int seal(const struct ticket_key *key, struct writer *writer, unsigned char *start) {
  unsigned char mac[MAC];
  if (writer->at == NULL) return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
  const size_t size = (size_t)(writer->at - start) - HEAD;
  int native = crypt(key, MBEDTLS_AES_ENCRYPT, start + NAME, start + HEAD, size);
  if (native == 0) native = authenticate(key, start, HEAD + size, mac);
  put(writer, mac, MAC);
  return native == 0 && writer->at == NULL ? MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL : native;
}

static int write_ticket(void *user, const mbedtls_ssl_session *session, unsigned char *start,
                        const unsigned char *end, size_t *size, uint32_t *lifetime) {
  const plugtls_backend_connection *connection = user;
  plugtls_backend_context *context = connection->context;
  struct writer writer = {start, end};
  unsigned char iv[BLOCK];
  if (random_bytes(NULL, iv, sizeof iv) != 0) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
  const struct key_set *keys = keys_read(&context->ticket_keys, now_of(context));
  put(&writer, keys->keys[0].name, NAME);
  put(&writer, iv, sizeof iv);
  put_state(&writer, connection, session);
  put_padding(&writer, start + HEAD);
  const int native = seal(&keys->keys[0], &writer, start);
  keys_end(&context->ticket_keys);
  if (native != 0) mbedtls_platform_zeroize(start, (size_t)(end - start));
  *size = native == 0 ? (size_t)(writer.at - start) : 0;
  *lifetime = context->ticket_lifetime;
  return native;
}

static const struct ticket_key *find_key(const struct key_set *keys, const unsigned char *name) {
  for (size_t i = 0; i < keys->count; ++i)
    if (memcmp(keys->keys[i].name, name, NAME) == 0) return &keys->keys[i];
  return NULL;
}

static bool same(const unsigned char *a, const unsigned char *b, size_t size) {
  unsigned char difference = 0;
  for (size_t i = 0; i < size; ++i)
    difference |= (unsigned char)(a[i] ^ b[i]);
  return difference == 0;
}

// The state, where the ticket is. Empty if it is not one of ours.
static struct bytes open_ticket(const struct key_set *keys, unsigned char *ticket, size_t size) {
  const struct bytes none = {NULL, 0};
  unsigned char mac[MAC];
  if (size < HEAD + BLOCK + MAC || (size - HEAD - MAC) % BLOCK != 0) return none;
  const struct ticket_key *key = find_key(keys, ticket);
  if (key == NULL || authenticate(key, ticket, size - MAC, mac) != 0 ||
      !same(mac, ticket + size - MAC, MAC))
    return none;
  const size_t inside = size - HEAD - MAC;
  unsigned char *state = ticket + HEAD;
  if (crypt(key, MBEDTLS_AES_DECRYPT, ticket + NAME, state, inside) != 0) return none;
  const size_t padding = state[inside - 1];
  if (padding == 0 || padding > BLOCK) return none;
  return (struct bytes){state, inside - padding};
}

// In the place of what the library forgets.
static bool remember(plugtls_backend_connection *connection, struct bytes leaf) {
  const plugtls_bytes one = {leaf.data, leaf.size};
  chain_free(connection->remembered);
  connection->remembered = leaf.size > 0 ? chain_of_bytes(&one, 1) : NULL;
  return leaf.size == 0 || connection->remembered != NULL;
}

// Opens the door only where the settings are those that the ticket was made under.
static int read_state(plugtls_backend_connection *connection, mbedtls_ssl_session *session,
                      struct bytes state) {
  const plugtls_backend_context *context = connection->context;
  const struct bytes settings = cut(&state, DIGEST_SIZE);
  const uint64_t high = number(&state, 4);
  const uint64_t expires = high << 32 | number(&state, 4);
  const struct bytes leaf = vector(&state, 3);
  if (settings.size != DIGEST_SIZE || memcmp(settings.data, context->digest, DIGEST_SIZE) != 0 ||
      (uint64_t)now_of(context) >= expires)
    return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
  int native = mbedtls_ssl_session_load(session, state.data, state.size);
  if (native == 0 && !choose_suite(connection, (uint16_t)session->ciphersuite))
    native = MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
  if (native == 0 && !remember(connection, leaf)) native = MBEDTLS_ERR_SSL_ALLOC_FAILED;
  if (native == 0) connection->may_resume = true;
  return native;
}

static int parse_ticket(void *user, mbedtls_ssl_session *session, unsigned char *ticket,
                        size_t size) {
  plugtls_backend_connection *connection = user;
  plugtls_backend_context *context = connection->context;
  const struct key_set *keys = keys_read(&context->ticket_keys, now_of(context));
  const struct bytes state = open_ticket(keys, ticket, size);
  keys_end(&context->ticket_keys);
  const int native =
      state.size > 0 ? read_state(connection, session, state) : MBEDTLS_ERR_SSL_INVALID_MAC;
  mbedtls_platform_zeroize(ticket, size);
  return native;
}

static bool resumes(const plugtls_backend_context *context) {
  return (context->flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0;
}

static plugtls_status prepare_server(plugtls_backend_context *context, const plugtls_config *config,
                                     plugtls_error *err) {
  context->ticket_lifetime =
      config->ticket_lifetime_s != 0 ? config->ticket_lifetime_s : USUAL_LIFETIME;
  context->ticket_count = config->ticket_count != 0 ? config->ticket_count : USUAL_COUNT;
  if (!resumes(context)) context->ticket_count = 0;
#if HAS_TLS13
  if (context->ticket_count > UINT16_MAX)
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "%u tickets are more than Mbed TLS sends",
                context->ticket_count);
  mbedtls_ssl_conf_new_session_tickets(&context->conf, (uint16_t)context->ticket_count);
#endif
  const bool good =
      config->ticket_key_count > 0
          ? keys_replace(&context->ticket_keys, config->ticket_keys, config->ticket_key_count)
          : keys_generate(&context->ticket_keys, now_of(context), context->ticket_lifetime);
  return good ? PLUGTLS_OK : out_of_memory(err);
}

static void prepare_client(plugtls_backend_context *context) {
  mbedtls_ssl_conf_session_tickets(&context->conf, resumes(context)
                                                       ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                       : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#if HAS_TLS13 && defined(MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED)
  mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
      &context->conf, resumes(context) ? MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED
                                       : MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED);
#endif
}

plugtls_status prepare_tickets(plugtls_backend_context *context, const plugtls_config *config,
                               plugtls_error *err) {
#if HAS_TLS13
  // A resumed session still gets a key exchange of its own.
  mbedtls_ssl_conf_tls13_key_exchange_modes(&context->conf,
                                            MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
#endif
  if (context->role == PLUGTLS_ROLE_SERVER) return prepare_server(context, config, err);
  prepare_client(context);
  return PLUGTLS_OK;
}

void use_tickets(plugtls_backend_connection *connection) {
  if (!resumes(connection->context)) return;
  mbedtls_ssl_conf_session_tickets_cb(&connection->conf, write_ticket, parse_ticket, connection);
}

plugtls_status context_set_ticket_keys(plugtls_backend_context *context,
                                       const plugtls_ticket_key *const *keys, size_t count,
                                       plugtls_error *err) {
  const int kept = errno;
  if (context->role != PLUGTLS_ROLE_SERVER || count == 0)
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT,
                "ticket keys are a server's, and there must be at least one");
  const bool good = keys_replace(&context->ticket_keys, keys, count);
  errno = kept;
  return good ? PLUGTLS_OK : out_of_memory(err);
}
