// SPDX-License-Identifier: Apache-2.0
// What is decided of a peer's certificate, in the order of docs/verification.md. Mbed TLS verifies too; its objections
// count where there is none of these.
#include "verify.h"

#include "chain.h"
#include "error.h"
#include "extensions.h"
#include "flight.h"
#include "names.h"
#include "path.h"
#include "sized.h"

#include <stdlib.h>

struct verdict {
  int32_t code, depth;
};

static const struct verdict good = {PLUGTLS_E_NONE, -1};

static struct verdict refuse(int32_t code, size_t depth) {
  return (struct verdict){code, (int32_t)depth};
}

static bool is_good(struct verdict verdict) {
  return verdict.code == PLUGTLS_E_NONE;
}

static bool is_weak_key(const mbedtls_x509_crt *one) {
  const size_t bits = mbedtls_pk_get_bitlen(&one->pk);
  switch (mbedtls_pk_get_type(&one->pk)) {
    case MBEDTLS_PK_RSA:
      return bits < 2048;
    case MBEDTLS_PK_ECKEY:
      return bits < 224;
    default:
      return true;  // nobody knows how strong it is
  }
}

static bool is_weak_signature(const mbedtls_x509_crt *one) {
  switch (one->sig_md) {
    case MBEDTLS_MD_SHA224:
    case MBEDTLS_MD_SHA256:
    case MBEDTLS_MD_SHA384:
    case MBEDTLS_MD_SHA512:
      return false;
    default:
      return true;
  }
}

static struct verdict judge_unanchored(const struct path *path) {
  const size_t last = path->count - 1;
  if (!is_self_signed(path->at[last])) return refuse(PLUGTLS_E_CERT_UNKNOWN_ISSUER, last);
  return refuse(last == 0 ? PLUGTLS_E_CERT_SELF_SIGNED : PLUGTLS_E_CERT_UNTRUSTED_ROOT, last);
}

// Mbed TLS does not look at what is behind a certificate.
static struct verdict judge_building(const struct path *path, size_t shown,
                                     uint32_t intermediates) {
  if (extensions_of(path->at[0]).malformed || path->at[0]->raw.len != shown)
    return refuse(PLUGTLS_E_CERT_MALFORMED, 0);
  if (is_weak_key(path->at[0])) return refuse(PLUGTLS_E_CERT_WEAK_KEY, 0);
  for (size_t i = 1; i < path->count; ++i)  // nobody's issuer
    if (extensions_of(path->at[i]).malformed) return refuse(PLUGTLS_E_CERT_UNKNOWN_ISSUER, i - 1);
  const size_t most = (size_t)intermediates + (path->anchored ? 2 : 1);
  if (path->count > most) return refuse(PLUGTLS_E_CERT_CHAIN_TOO_LONG, (size_t)intermediates + 1);
  return path->anchored ? good : judge_unanchored(path);
}

// An anchor may be from before basicConstraints.
static bool is_issuer(const mbedtls_x509_crt *one, bool anchor) {
  const bool usage = (one->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) != 0;
  if (usage && (one->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN) == 0) return false;
  if ((one->ext_types & MBEDTLS_X509_EXT_BASIC_CONSTRAINTS) != 0) return one->ca_istrue != 0;
  return anchor && one->version == 1 && is_self_issued(one);
}

static struct verdict judge_leaf_usage(const mbedtls_x509_crt *leaf, bool server) {
  const unsigned type =
      server ? MBEDTLS_X509_NS_CERT_TYPE_SSL_SERVER : MBEDTLS_X509_NS_CERT_TYPE_SSL_CLIENT;
  if ((leaf->ext_types & MBEDTLS_X509_EXT_NS_CERT_TYPE) != 0 && (leaf->ns_cert_type & type) == 0)
    return refuse(PLUGTLS_E_CERT_EXTENDED_KEY_USAGE, 0);
  const bool usage = (leaf->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) != 0;
  if (usage && (leaf->key_usage & MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0)
    return refuse(PLUGTLS_E_CERT_KEY_USAGE, 0);
  return good;
}

static struct verdict judge_extensions_at(const struct path *path, size_t at, bool server) {
  const mbedtls_x509_crt *one = path->at[at];
  const bool anchor = at + 1 == path->count;
  if (extensions_of(one).unknown_critical)
    return refuse(PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION, at);
  if (at > 0 && !is_issuer(one, anchor)) return refuse(PLUGTLS_E_CERT_NOT_A_CA, at);
  if (path->count > 1 && has_explicit_curve(one)) return refuse(PLUGTLS_E_CERT_OTHER, at);
  if (!has_purpose(one, server)) return refuse(PLUGTLS_E_CERT_EXTENDED_KEY_USAGE, at);
  return at == 0 ? judge_leaf_usage(one, server) : good;
}

// Neither the leaf nor what is self-issued counts against a path length, which is kept as one more than it is.
static struct verdict judge_extensions(const struct path *path, bool server) {
  size_t below = 0;
  for (size_t i = 0; i < path->count; ++i) {
    const mbedtls_x509_crt *one = path->at[i];
    const struct verdict verdict = judge_extensions_at(path, i, server);
    if (!is_good(verdict)) return verdict;
    if (i > 0 && one->max_pathlen > 0 && below > (size_t)one->max_pathlen - 1)
      return refuse(PLUGTLS_E_CERT_PATH_LENGTH, i);
    if (i > 0 && !is_self_issued(one)) ++below;
  }
  return good;
}

// Nobody relies on the signature of an anchor.
static struct verdict judge_strength(const struct path *path) {
  for (size_t i = 0; i < path->count; ++i) {
    if (is_weak_key(path->at[i])) return refuse(PLUGTLS_E_CERT_WEAK_KEY, i);
    if (i + 1 < path->count && is_weak_signature(path->at[i]))
      return refuse(PLUGTLS_E_CERT_WEAK_SIGNATURE, i);
  }
  return good;
}

static struct verdict judge_signatures_and_times(const struct path *path, int64_t now) {
  for (size_t i = path->count; i-- > 0;) {
    if (i + 1 < path->count && !path->proven[i]) return refuse(PLUGTLS_E_CERT_BAD_SIGNATURE, i);
    if (now < seconds_of(&path->at[i]->valid_from)) return refuse(PLUGTLS_E_CERT_NOT_YET_VALID, i);
    if (!is_in_time(path->at[i], now)) return refuse(PLUGTLS_E_CERT_EXPIRED, i);
  }
  return good;
}

// Nothing here compares names with constraints: what is under some is refused. Critical ones Mbed TLS has refused before.
static struct verdict judge_constraints(const struct path *path) {
  for (size_t i = path->count; i-- > 1;)
    if (extensions_of(path->at[i]).name_constraints)
      return refuse(PLUGTLS_E_CERT_NAME_CONSTRAINTS, i);
  return good;
}

static struct verdict judge_name(const plugtls_backend_connection *connection,
                                 const mbedtls_x509_crt *leaf) {
  if (connection->skips_name || connection->subject_count == 0) return good;
  const int32_t code = match_names(leaf, connection->subjects, connection->subject_count);
  return code == PLUGTLS_E_NONE ? good : refuse(code, 0);
}

// Of the library, on what is good. It has another clock, knows one name only, and does not take a leaf for an anchor.
static struct verdict judge_objections(uint32_t flags, const struct path *path) {
  const uint32_t not_its_business =
      MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE | MBEDTLS_X509_BADCERT_CN_MISMATCH;
  const bool pinned = path->count == 1;
  return pinned || (flags & ~not_its_business) == 0 ? good : refuse(PLUGTLS_E_CERT_OTHER, 0);
}

static struct verdict judge(const plugtls_backend_connection *connection, const struct path *path,
                            uint32_t flags) {
  const plugtls_backend_context *context = connection->context;
  const bool server = context->role == PLUGTLS_ROLE_CLIENT;  // whose certificate it is
  struct verdict verdict = judge_building(path, size_of_leaf(connection), context->verify_depth);
  if (is_good(verdict)) verdict = judge_extensions(path, server);
  if (is_good(verdict)) verdict = judge_strength(path);
  if (is_good(verdict)) verdict = judge_signatures_and_times(path, time_of_verification(context));
  if (is_good(verdict)) verdict = judge_constraints(path);
  if (is_good(verdict)) verdict = judge_objections(flags, path);
  return is_good(verdict) ? judge_name(connection, path->at[0]) : verdict;
}

// P-VERIFY-1. The path is shown if nothing failed before the name.
static int32_t ask_program(const plugtls_backend_connection *connection, struct verdict found,
                           plugtls_error *said) {
  const plugtls_backend_callbacks *callbacks = &connection->context->callbacks;
  if (callbacks->verify == NULL) return PLUGTLS_VERIFY_KEEP;
  const plugtls_backend_chain *sent = connection->sent, *path = connection->verified;
  plugtls_verdict verdict = {.size = sizeof verdict,
                             .code = found.code,
                             .certificate_depth = found.depth,
                             .chain_count = (uint32_t)sent->count,
                             .chain = sent->at};
  if (path != NULL) {
    verdict.verified = path->at;
    verdict.verified_count = (uint32_t)path->count;
  }
  return callbacks->verify(callbacks->user, connection->host_connection, &verdict, said);
}

// What the answer makes of the verdict, in connection->refusal. What is no answer rejects.
static void decide(plugtls_backend_connection *connection, struct verdict found) {
  plugtls_error said = PLUGTLS_ERROR_INIT;
  const int32_t answer = ask_program(connection, found, &said);
  plugtls_error *refusal = &connection->refusal;
  if (answer == PLUGTLS_VERIFY_INSECURE_ACCEPT) return;
  if (answer == PLUGTLS_VERIFY_KEEP) {
    if (!is_good(found)) certificate_refused(refusal, found.code, found.depth);
  } else if (answer == PLUGTLS_VERIFY_PENDING) {
    make_error(refusal, PLUGTLS_E_UNSUPPORTED,
               "the verification callback answered pending, and this backend cannot suspend");
    refusal->feature = PLUGTLS_FEATURE_SUSPEND;
  } else if (answer == PLUGTLS_VERIFY_REJECT && said.code != PLUGTLS_E_NONE) {
    *refusal = said;
  } else {
    certificate_refused(refusal, PLUGTLS_E_CERT_REJECTED, 0);
  }
}

static bool has_whole_path(struct verdict verdict) {
  return is_good(verdict) || verdict.code == PLUGTLS_E_CERT_NAME_MISMATCH ||
         verdict.code == PLUGTLS_E_CERT_IP_MISMATCH;
}

static void verify_chain(plugtls_backend_connection *connection, const mbedtls_x509_crt *sent) {
  const struct path path = find_path(sent, connection->context);
  const struct verdict verdict = judge(connection, &path, connection->objections);
  connection->sent = chain_of_list(sent);
  if (has_whole_path(verdict)) connection->verified = chain_of_path(path.at, path.count);
  if (connection->sent == NULL || (has_whole_path(verdict) && connection->verified == NULL))
    make_error(&connection->refusal, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
  else
    decide(connection, verdict);
}

// The alert that Mbed TLS makes of a flag: it has one for each that is wanted.
static uint32_t flag_for(const plugtls_error *refusal) {
  switch (alert_of_certificate(refusal->code, false)) {
    case ALERT_CERTIFICATE_EXPIRED:
      return MBEDTLS_X509_BADCERT_EXPIRED;
    case ALERT_UNKNOWN_CA:
      return MBEDTLS_X509_BADCERT_NOT_TRUSTED;
    default:
      return MBEDTLS_X509_BADCERT_CN_MISMATCH;
  }
}

int verify_peer(void *user, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  plugtls_backend_connection *connection = user;
  connection->objections |= *flags;
  *flags = 0;
  if (depth > 0) return 0;
  connection->judged = true;
  if (!verifies(connection->context)) return 0;
  verify_chain(connection, certificate);
  if (connection->refusal.code != PLUGTLS_E_NONE) *flags = flag_for(&connection->refusal);
  return 0;
}
