// SPDX-License-Identifier: Apache-2.0
#include "context.h"

#include "certificates.h"
#include "connection.h"
#include "digest.h"
#include "error.h"
#include "sized.h"
#include "store.h"
#include "tickets.h"

#if HAS_TLS13
#  include <psa/crypto.h>
#endif

#include <sys/random.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

int random_bytes(void *unused, unsigned char *out, size_t size) {
  (void)unused;
  while (size > 0) {
    const ssize_t got = getrandom(out, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return MBEDTLS_ERR_SSL_HW_ACCEL_FAILED;
    out += got;
    size -= (size_t)got;
  }
  return 0;
}

bool verifies(const plugtls_backend_context *context) {
  if ((context->flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) != 0) return false;
  return context->role == PLUGTLS_ROLE_CLIENT || context->client_auth != PLUGTLS_CLIENT_AUTH_NONE;
}

int64_t time_of_verification(const plugtls_backend_context *context) {
  if ((context->flags & PLUGTLS_CONFIG_VERIFY_TIME) != 0) return context->verify_time;
  return context->instance->host.now(context->instance->host.user);
}

uint32_t depth_of(const plugtls_config *config) {
  return config->verify_depth != 0 ? config->verify_depth : MOST_INTERMEDIATES;
}

plugtls_status check_depth(uint32_t depth, plugtls_error *err) {
  if (depth <= MOST_INTERMEDIATES) return PLUGTLS_OK;
  return unsupported(err, PLUGTLS_FEATURE_NONE,
                     "verify_depth is %u, and Mbed TLS follows %d intermediates at most", depth,
                     MOST_INTERMEDIATES);
}

static plugtls_status read_plain(plugtls_backend_context *context, const plugtls_config *config,
                                 plugtls_error *err) {
  context->role = config->role;
  context->flags = config->flags;
  context->client_auth = config->client_auth;
  context->verify_time = config->verify_time;
  context->verify_depth = depth_of(config);
  context->record_size =
      config->record_size_limit != 0 ? config->record_size_limit : LARGEST_RECORD;
  if (context->record_size < SMALLEST_RECORD || context->record_size > LARGEST_RECORD)
    return unsupported(err, PLUGTLS_FEATURE_RECORD_SIZE_LIMIT,
                       "records are cut at %d to %d bytes here, not at %u", SMALLEST_RECORD,
                       LARGEST_RECORD, context->record_size);
  return check_depth(context->verify_depth, err);
}

static plugtls_status check_callbacks(const plugtls_backend_callbacks *callbacks,
                                      plugtls_error *err) {
  if (callbacks->psk == NULL) return PLUGTLS_OK;
  return unsupported(err, PLUGTLS_FEATURE_PSK, "this backend looks up no pre-shared keys");
}

// Mbed TLS verifies even where nobody asks what it finds: it is how the peer's certificates come here (critical.c). A server
// goes on without one, as far as the library is concerned: 3.6 has another alert for a missing one than RFC 8446.
// handshake.c and verify.c refuse what is to be refused.
static int authentication_of(const plugtls_backend_context *context) {
  if (context->role == PLUGTLS_ROLE_CLIENT)
    return verifies(context) ? MBEDTLS_SSL_VERIFY_REQUIRED : MBEDTLS_SSL_VERIFY_OPTIONAL;
  return context->client_auth != PLUGTLS_CLIENT_AUTH_NONE ? MBEDTLS_SSL_VERIFY_OPTIONAL
                                                          : MBEDTLS_SSL_VERIFY_NONE;
}

// Nowhere stricter than verify.c, which decides, and nowhere laxer either.
void make_profile(mbedtls_x509_crt_profile *out) {
  out->allowed_mds =
      MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA224) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) |
      MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512);
  out->allowed_pks = 0xfffffff;
  out->allowed_curves = 0xfffffff;
  out->rsa_min_bitlen = 2048;
}

static plugtls_status set_up(plugtls_backend_context *context, plugtls_error *err) {
  mbedtls_ssl_config *conf = &context->conf;
  const bool server = context->role == PLUGTLS_ROLE_SERVER;
  const int native =
      mbedtls_ssl_config_defaults(conf, server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                                  MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
  if (native != 0)
    return fail_native(err, PLUGTLS_E_INTERNAL, native, "Mbed TLS could not make a configuration");
  mbedtls_ssl_conf_rng(conf, random_bytes, NULL);
  mbedtls_ssl_conf_authmode(conf, authentication_of(context));
  make_profile(&context->profile);
  mbedtls_ssl_conf_cert_profile(conf, &context->profile);
  if (context->store.anchor_count > 0)
    mbedtls_ssl_conf_ca_chain(conf, &context->store.anchors, NULL);
  // Whom a server trusts is nobody's business.
  if (server) mbedtls_ssl_conf_cert_req_ca_list(conf, MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED);
  for (size_t i = 0; i < context->identity_count; ++i)
    if (mbedtls_ssl_conf_own_cert(conf, &context->identities[i].chain,
                                  &context->identities[i].key) != 0)
      return out_of_memory(err);
  return settings_apply(&context->settings, conf, err);
}

// TLS 1.3 is done by PSA's functions. Not by the entry function: a call that another library has captured is found after it.
static void start(void) {
#if HAS_TLS13
  (void)psa_crypto_init();  // what fails for want of it says so
#endif
}

void start_library(void) {
  static pthread_once_t started = PTHREAD_ONCE_INIT;
  pthread_once(&started, start);
}

static plugtls_status build(plugtls_backend_context *context, const plugtls_config *config,
                            plugtls_error *err) {
  plugtls_status status = read_plain(context, config, err);
  if (status == PLUGTLS_OK) status = check_callbacks(&context->callbacks, err);
  if (status == PLUGTLS_OK) status = settings_choose(&context->settings, config, err);
  if (status == PLUGTLS_OK) status = read_identities(context, config, err);
  if (status == PLUGTLS_OK && verifies(context))
    status = store_read(&context->store, config, &context->instance->host, err);
  if (status == PLUGTLS_OK) status = set_up(context, err);
  if (status == PLUGTLS_OK && !settings_digest(context, context->digest))
    status = out_of_memory(err);
  return status == PLUGTLS_OK ? prepare_tickets(context, config, err) : status;
}

plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err) {
  const int kept = errno;
  plugtls_config known;
  start_library();
  read_sized(&known, sizeof known, config);
  plugtls_backend_context *context = calloc(1, sizeof *context);
  if (context == NULL) return out_of_memory(err);
  context->instance = instance;
  read_sized(&context->callbacks, sizeof context->callbacks, callbacks);
  mbedtls_ssl_config_init(&context->conf);
  store_init(&context->store);
  keys_init(&context->ticket_keys);
  const plugtls_status status = build(context, &known, err);
  if (status != PLUGTLS_OK) {
    context_free(context);
    context = NULL;
  }
  *out = context;
  errno = kept;
  return status;
}

void context_free(plugtls_backend_context *context) {
  if (context == NULL) return;
  mbedtls_ssl_config_free(&context->conf);
  free_identities(context);
  store_free(&context->store);
  keys_free(&context->ticket_keys);
  free(context->settings.protocols);
  free(context);
}

size_t context_list(const plugtls_backend_context *context, uint32_t list, uint16_t *out,
                    size_t capacity) {
  return settings_list(&context->settings, list, out, capacity);
}

plugtls_status context_value(const plugtls_backend_context *context, uint32_t value,
                             uint64_t *out) {
  switch (value) {
    case PLUGTLS_VALUE_FLAGS:
      *out = context->flags;
      break;
    case PLUGTLS_VALUE_CLIENT_AUTH:
      *out = context->client_auth;
      break;
    case PLUGTLS_VALUE_VERIFY_DEPTH:
      *out = context->verify_depth;
      break;
    case PLUGTLS_VALUE_RECORD_SIZE_LIMIT:
      *out = context->record_size;
      break;
    case PLUGTLS_VALUE_TRUST_ANCHORS:
      *out = context->store.anchor_count;
      break;
    case PLUGTLS_VALUE_IDENTITIES:
      *out = context->identity_count;
      break;
    case PLUGTLS_VALUE_TICKET_LIFETIME:
      *out = context->ticket_lifetime;
      break;
    case PLUGTLS_VALUE_TICKET_COUNT:
      *out = context->ticket_count;
      break;
    case PLUGTLS_VALUE_CRL_CHECK:
      *out = context->store.crl_check;
      break;
    case PLUGTLS_VALUE_EARLY_DATA_MAX:
    case PLUGTLS_VALUE_OCSP:
      *out = 0;
      break;
    default:
      return PLUGTLS_FAILED;
  }
  return PLUGTLS_OK;
}
