// SPDX-License-Identifier: Apache-2.0
#include "verify.h"

#include "chain.h"
#include "critical.h"
#include "error.h"
#include "flight.h"
#include "path.h"
#include "sized.h"

#include <mbedtls/oid.h>

static struct policy policy_of(const plugtls_backend_connection *connection) {
  const plugtls_backend_context *context = connection->context;
  return (struct policy){.server = context->role == PLUGTLS_ROLE_CLIENT,
                         .depth = context->verify_depth,
                         .now = time_of_verification(context),
                         .store = &context->store,
                         .subjects = connection->subjects,
                         .subject_count = connection->skips_name ? 0 : connection->subject_count};
}

static void reach_verdict(plugtls_backend_connection *connection, const mbedtls_x509_crt *sent) {
  const struct policy policy = policy_of(connection);
  const struct path path = find_path(sent, policy.store, policy.depth, policy.now);
  connection->verdict = judge(&policy, &path, size_of_leaf(connection), connection->objections);
  const bool whole = has_whole_path(connection->verdict);
  connection->sent = chain_of_list(sent);
  if (whole) connection->verified = chain_of_path(path.at, path.count);
  connection->asks = connection->sent != NULL && (!whole || connection->verified != NULL);
  if (!connection->asks) make_error(&connection->refusal, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
}

static int collect(void *user, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  (void)certificate, (void)depth;
  *(uint32_t *)user |= *flags;
  *flags = 0;
  return 0;
}

uint32_t objections_to(mbedtls_x509_crt *sent, struct store *store) {
  mbedtls_x509_crt_profile profile;
  uint32_t flags = 0, out = 0;
  make_profile(&profile);
  const int native = mbedtls_x509_crt_verify_with_profile(sent, &store->anchors, NULL, &profile,
                                                          NULL, &flags, collect, &out);
  return native == 0 ? out : MBEDTLS_X509_BADCERT_OTHER;
}

int verify_peer(void *user, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  plugtls_backend_connection *connection = user;
  connection->objections |= *flags;
  *flags = 0;
  if (depth > 0) return 0;
  // Of what had flags hidden the library has found no signature to hold.
  if (show_critical_flags(connection, certificate))
    connection->objections = objections_to(certificate, &connection->context->store);
  connection->judged = true;
  if (verifies(connection->context)) reach_verdict(connection, certificate);
  // The library would look at its usage once more, after this, and not wait for the program.
  certificate->ext_types &= ~(MBEDTLS_X509_EXT_KEY_USAGE | MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE);
  return 0;
}

// The path is shown if nothing failed before the name.
static int32_t ask_program(const plugtls_backend_connection *connection, plugtls_error *said) {
  const plugtls_backend_callbacks *callbacks = &connection->context->callbacks;
  if (callbacks->verify == NULL) return PLUGTLS_VERIFY_KEEP;
  const plugtls_backend_chain *sent = connection->sent, *path = connection->verified;
  plugtls_verdict verdict = {.size = sizeof verdict,
                             .code = connection->verdict.code,
                             .certificate_depth = connection->verdict.depth,
                             .chain_count = (uint32_t)sent->count,
                             .chain = sent->at};
  if (path != NULL) {
    verdict.verified = path->at;
    verdict.verified_count = (uint32_t)path->count;
  }
  return callbacks->verify(callbacks->user, connection->host_connection, &verdict, said);
}

// What is no answer rejects.
bool take_verdict(plugtls_backend_connection *connection) {
  plugtls_error said = PLUGTLS_ERROR_INIT;
  if (!connection->asks) return true;
  const int32_t answer = ask_program(connection, &said);
  const struct verdict found = connection->verdict;
  connection->asks = answer == PLUGTLS_VERIFY_PENDING;
  if (connection->asks) return false;
  if (answer == PLUGTLS_VERIFY_INSECURE_ACCEPT) return true;
  if (answer == PLUGTLS_VERIFY_KEEP) {
    if (!is_good(found)) certificate_refused(&connection->refusal, found.code, found.depth);
  } else if (answer == PLUGTLS_VERIFY_REJECT && said.code != PLUGTLS_E_NONE) {
    connection->refusal = said;
  } else {
    certificate_refused(&connection->refusal, PLUGTLS_E_CERT_REJECTED, 0);
  }
  return true;
}
