// SPDX-License-Identifier: Apache-2.0
// What is decided of a peer's certificate, in the order of docs/verification.md. Mbed TLS verifies too; its objections
// count where there is none of these.
#include "judge.h"

#include "extensions.h"
#include "names.h"
#include "revocation.h"

static const struct verdict good = {PLUGTLS_E_NONE, -1};

static struct verdict refuse(int32_t code, size_t depth) {
  return (struct verdict){code, (int32_t)depth};
}

bool is_good(struct verdict verdict) {
  return verdict.code == PLUGTLS_E_NONE;
}

bool has_whole_path(struct verdict verdict) {
  return is_good(verdict) || verdict.code == PLUGTLS_E_CERT_NAME_MISMATCH ||
         verdict.code == PLUGTLS_E_CERT_IP_MISMATCH;
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

static struct verdict judge_crls(const struct path *path, const struct policy *policy) {
  size_t depth = 0;
  const int32_t code = judge_revocation(path, policy->store, policy->now, &depth);
  return code == PLUGTLS_E_NONE ? good : refuse(code, depth);
}

static struct verdict judge_signatures_and_times(const struct path *path, int64_t now) {
  for (size_t i = path->count; i-- > 0;) {
    if (i + 1 < path->count && !path->proven[i]) return refuse(PLUGTLS_E_CERT_BAD_SIGNATURE, i);
    if (now < seconds_of(&path->at[i]->valid_from)) return refuse(PLUGTLS_E_CERT_NOT_YET_VALID, i);
    if (!is_in_time(path->at[i], now)) return refuse(PLUGTLS_E_CERT_EXPIRED, i);
  }
  return good;
}

static struct verdict judge_constraints_on(const struct path *path, size_t at) {
  const mbedtls_x509_crt *one = path->at[at];
  const struct names names = {.subject = {one->subject_raw.p, one->subject_raw.len},
                              .alt_names = extensions_of(one).alt_names,
                              .leaf = at == 0};
  for (size_t i = path->count; --i > at;) {
    const struct extensions issuer = extensions_of(path->at[i]);
    const int32_t code = judge_names(&names, &issuer.constraints);
    if (code != PLUGTLS_E_NONE) return refuse(code, at);
  }
  return good;
}

// From the anchor, whose constraints count too, downwards. What is self-issued is exempt, the leaf is not (RFC 5280, 6.1.3).
static struct verdict judge_constraints(const struct path *path) {
  for (size_t i = path->count; i-- > 0;) {
    if (i > 0 && is_self_issued(path->at[i])) continue;
    const struct verdict verdict = judge_constraints_on(path, i);
    if (!is_good(verdict)) return verdict;
  }
  return good;
}

static struct verdict judge_name(const struct policy *policy, const mbedtls_x509_crt *leaf) {
  if (policy->subject_count == 0) return good;
  const int32_t code = match_names(leaf, policy->subjects, policy->subject_count);
  return code == PLUGTLS_E_NONE ? good : refuse(code, 0);
}

// Of the library, on what is good. It has another clock, knows one name only, and does not take a leaf for an anchor.
static struct verdict judge_objections(uint32_t flags, const struct path *path) {
  const uint32_t not_its_business =
      MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE | MBEDTLS_X509_BADCERT_CN_MISMATCH;
  const bool pinned = path->count == 1;
  return pinned || (flags & ~not_its_business) == 0 ? good : refuse(PLUGTLS_E_CERT_OTHER, 0);
}

struct verdict judge(const struct policy *policy, const struct path *path, size_t shown,
                     uint32_t objections) {
  struct verdict verdict = judge_building(path, shown, policy->depth);
  if (is_good(verdict)) verdict = judge_extensions(path, policy->server);
  if (is_good(verdict)) verdict = judge_strength(path);
  if (is_good(verdict)) verdict = judge_crls(path, policy);
  if (is_good(verdict)) verdict = judge_signatures_and_times(path, policy->now);
  if (is_good(verdict)) verdict = judge_constraints(path);
  if (is_good(verdict)) verdict = judge_objections(objections, path);
  return is_good(verdict) ? judge_name(policy, path->at[0]) : verdict;
}
