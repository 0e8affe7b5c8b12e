// SPDX-License-Identifier: Apache-2.0
#include "offline.h"

#include "certificates.h"
#include "error.h"
#include "judge.h"
#include "sized.h"
#include "store.h"
#include "verify.h"

#include <errno.h>

// What was sent. A leaf that cannot be read has a verdict too; above it, it is nobody's issuer.
struct sent {
  mbedtls_x509_crt chain;
  size_t count;
  int unreadable;  // the leaf, by this number
  uint32_t feature;
};

static bool take(void *user, const unsigned char *der, size_t size) {
  struct sent *sent = user;
  const int native = read_der(&sent->chain, der, size);
  if (sent->count++ > 0 || native == 0) return true;
  sent->unreadable = native;
  if (is_beyond(native)) sent->feature = feature_beyond(der, size);
  return true;
}

static plugtls_status take_sent(void *user, const struct blob *blob, bool listed,
                                plugtls_error *err) {
  struct sent *sent = user;
  const size_t before = sent->count;
  (void)listed;
  const bool whole = decode_each(blob, "CERTIFICATE", take, sent) && sent->count > before;
  if (sent->feature != PLUGTLS_FEATURE_NONE)
    return unsupported(err, sent->feature,
                       "%s: Mbed TLS has certificates with RSA and ECDSA keys only", blob->origin);
  if (whole) return PLUGTLS_OK;
  return fail(err, PLUGTLS_E_CERTIFICATE_MALFORMED, "%s: no certificate could be read from it",
              blob->origin);
}

static plugtls_status read_sent(struct sent *sent, const plugtls_verify_request *request,
                                const plugtls_host *host, plugtls_error *err) {
  plugtls_status status = PLUGTLS_OK;
  if (request->chain_count == 0)
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "there is no certificate to verify");
  for (uint32_t i = 0; status == PLUGTLS_OK && i < request->chain_count; ++i)
    status = read_blob(request->chain[i], host, take_sent, sent, err);
  return status;
}

static struct policy policy_of(const plugtls_config *config, const plugtls_verify_request *request,
                               const plugtls_host *host, const struct store *store) {
  const bool fixed = (config->flags & PLUGTLS_CONFIG_VERIFY_TIME) != 0;
  const bool skips = (config->flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) != 0;
  return (struct policy){.server = request->purpose == PLUGTLS_PURPOSE_SERVER,
                         .depth = depth_of(config),
                         .now = fixed ? config->verify_time : host->now(host->user),
                         .store = store,
                         .subjects = request->subjects,
                         .subject_count = skips ? 0 : request->subject_count};
}

static struct verdict judge_sent(struct sent *sent, const struct policy *policy,
                                 struct store *store) {
  if (sent->unreadable != 0) return (struct verdict){certificate_code(sent->unreadable), 0};
  const struct path path = find_path(&sent->chain, policy->store, policy->depth, policy->now);
  return judge(policy, &path, sent->chain.raw.len, objections_to(&sent->chain, store));
}

static plugtls_status verify(const plugtls_config *config, const plugtls_verify_request *request,
                             const plugtls_host *host, struct verdict *out, plugtls_error *err) {
  struct sent sent = {.count = 0};
  struct store store = {.anchor_count = 0};
  mbedtls_x509_crt_init(&sent.chain);
  store_init(&store);
  plugtls_status status = check_depth(depth_of(config), err);
  if (status == PLUGTLS_OK) status = store_read(&store, config, host, err);
  if (status == PLUGTLS_OK) status = read_sent(&sent, request, host, err);
  if (status == PLUGTLS_OK) {
    const struct policy policy = policy_of(config, request, host, &store);
    *out = judge_sent(&sent, &policy, &store);
  }
  mbedtls_x509_crt_free(&sent.chain);
  store_free(&store);
  return status;
}

plugtls_status verify_chain(plugtls_backend_instance *instance, const plugtls_config *config,
                            const plugtls_verify_request *request, int32_t *out_code,
                            int32_t *out_depth, plugtls_error *err) {
  const int kept = errno;
  plugtls_config known;
  plugtls_verify_request asked;
  struct verdict verdict = {PLUGTLS_E_CERT_OTHER, 0};
  read_sized(&known, sizeof known, config);
  read_sized(&asked, sizeof asked, request);
  start_library();
  if (asked.ocsp_response.size > 0 || known.ocsp != 0)
    return unsupported(err, PLUGTLS_FEATURE_OCSP_CLIENT, "Mbed TLS has no OCSP");
  const plugtls_status status = verify(&known, &asked, &instance->host, &verdict, err);
  errno = kept;
  if (status != PLUGTLS_OK) return status;
  *out_code = verdict.code;
  *out_depth = verdict.depth;
  plugtls_error refusal;
  certificate_refused(&refusal, verdict.code, verdict.depth);
  if (!is_good(verdict) && err != NULL) write_sized(err, &refusal, sizeof refusal);
  return PLUGTLS_OK;
}
