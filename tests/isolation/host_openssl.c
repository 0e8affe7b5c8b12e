// SPDX-License-Identifier: Apache-2.0
// A host that uses OpenSSL itself, before, between and after its use of plugtls: neither disturbs the other.
#include "report.h"

#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>

static SSL_CTX *make_context(int server) {
  SSL_CTX *context = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
  if (context == NULL || !server) return context;
  if (SSL_CTX_use_certificate_chain_file(context, PLUGTLS_TEST_PKI_DIR "/good-ec.chain.pem") != 1 ||
      SSL_CTX_use_PrivateKey_file(context, PLUGTLS_TEST_PKI_DIR "/good-ec.key.pem",
                                  SSL_FILETYPE_PEM) != 1) {
    SSL_CTX_free(context);
    return NULL;
  }
  return context;
}

static int shake_hands_by_hand(SSL *client, SSL *server) {
  BIO *one = NULL, *other = NULL;
  if (client == NULL || server == NULL || BIO_new_bio_pair(&one, 0, &other, 0) != 1) return 0;
  SSL_set_bio(client, one, one);
  SSL_set_bio(server, other, other);
  SSL_set_connect_state(client);
  SSL_set_accept_state(server);
  for (int turn = 0; turn < 16; ++turn) {
    const int client_done = SSL_do_handshake(client);
    if (SSL_do_handshake(server) == 1 && client_done == 1) return 1;
  }
  return 0;
}

/* The host's own use of OpenSSL. */
static int own_handshake(void) {
  SSL_CTX *contexts[2] = {make_context(0), make_context(1)};
  SSL *client = contexts[0] != NULL ? SSL_new(contexts[0]) : NULL;
  SSL *server = contexts[1] != NULL ? SSL_new(contexts[1]) : NULL;
  const int good = shake_hands_by_hand(client, server);
  SSL_free(client);
  SSL_free(server);
  SSL_CTX_free(contexts[0]);
  SSL_CTX_free(contexts[1]);
  return good;
}

enum {
  OUR_REASON = 123
};

static int queue_is_ours(void) {
  const unsigned long first = ERR_get_error();
  const unsigned long second = ERR_get_error();
  return ERR_GET_LIB(first) == ERR_LIB_USER && ERR_GET_REASON(first) == OUR_REASON && second == 0;
}

/* P-GEN-1: the host's error queue is as it was, whether plugtls succeeds or fails. */
static void with_each(void *user, const char *name) {
  report *r = (report *)user;
  plugtls_error error;

  ERR_clear_error();
  ERR_raise(ERR_LIB_USER, OUR_REASON);
  report_works(r, name);
  report_check(r, queue_is_ours(), name, "left the error queue alone when it worked");

  ERR_raise(ERR_LIB_USER, OUR_REASON);
  const int good = exchange_run(name, "other.test", &error);
  report_check(r, !good && error.code == PLUGTLS_E_CERT_NAME_MISMATCH, name, error.message);
  report_check(r, queue_is_ours(), name, "left the error queue alone when it failed");

  report_works(r, name);
  report_check(r, ERR_peek_error() == 0, name, "left an empty error queue empty");
  report_check(r, own_handshake(), name, "left the host's OpenSSL working");
}

/* What a library that took OpenSSL's names would change without meaning to. */
typedef struct {
  OSSL_LIB_CTX *library;
  int has_default_provider;
  unsigned long version;
} state;

static state state_now(void) {
  const state out = {OSSL_LIB_CTX_get0_global_default(), OSSL_PROVIDER_available(NULL, "default"),
                     OpenSSL_version_num()};
  return out;
}

static void check_state(report *r, const state *before, SSL_CTX *kept, int slot) {
  const state now = state_now();
  report_check(r, now.library == before->library, "host", "has the library context it had");
  report_check(r, now.has_default_provider == before->has_default_provider, "host",
               "has the providers it had");
  report_check(r, now.version == before->version, "host", "calls the OpenSSL it called");
  report_check(r, SSL_CTX_get_ex_data(kept, slot) == r, "host", "finds its ex_data");
  const int next = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
  report_check(r, next > slot, "host", "gets ex_data slots that nobody has");
}

int main(void) {
  report r = {0, 0};
  SSL_CTX *kept = make_context(1);
  const int slot = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
  if (kept == NULL || SSL_CTX_set_ex_data(kept, slot, &r) != 1) return 1;
  const state before = state_now();
  report_check(&r, own_handshake(), "host", "uses OpenSSL before");
  report_check(&r, exchange_for_each_backend(with_each, &r) > 0, "backends", "there are some");
  report_check(&r, own_handshake(), "host", "uses OpenSSL after");
  check_state(&r, &before, kept, slot);
  SSL_CTX_free(kept);
  return report_end(&r);
}
