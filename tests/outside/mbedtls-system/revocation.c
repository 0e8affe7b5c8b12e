// SPDX-License-Identifier: Apache-2.0
#include "revocation.h"

#include "extensions.h"
#include "names.h"

#include <string.h>

// Only whole CRLs of an issuer's own: delta CRLs and indirect ones tell by critical extensions what they are.
static bool is_plain(const mbedtls_x509_crl *crl) {
  if (has_critical_extension(&crl->crl_ext)) return false;
  for (const mbedtls_x509_crl_entry *one = &crl->entry; one != NULL; one = one->next) {
    mbedtls_x509_buf list = one->entry_ext;
    if (list.p == NULL) continue;
    list.len = (size_t)(one->raw.p + one->raw.len - list.p);  // Mbed TLS's is without the header
    if (has_critical_extension(&list)) return false;
  }
  return true;
}

// By name, and by key identifiers where both have them, as an issuer of certificates is found.
static bool is_of_issuer(const mbedtls_x509_crl *crl, const mbedtls_x509_crt *issuer) {
  if (!same_name(&crl->issuer, &issuer->subject)) return false;
  const plugtls_bytes key = authority_key_id_of(&crl->crl_ext);
  const plugtls_bytes own = extensions_of(issuer).subject_key_id;
  if (key.size == 0 || own.size == 0) return true;
  return key.size == own.size && memcmp(key.data, own.data, own.size) == 0;
}

static bool is_current(const mbedtls_x509_crl *crl, int64_t now) {
  if (now < seconds_of(&crl->this_update)) return false;
  return crl->next_update.year == 0 || now < seconds_of(&crl->next_update);
}

static bool is_fit(const mbedtls_x509_crl *crl, const mbedtls_x509_crt *issuer, int64_t now) {
  const bool usage = (issuer->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) != 0;
  const struct signed_bytes body = {&crl->tbs, &crl->sig, crl->sig_md, crl->sig_pk, crl->sig_opts};
  if (usage && (issuer->key_usage & MBEDTLS_X509_KU_CRL_SIGN) == 0) return false;
  return is_current(crl, now) && is_plain(crl) && signature_holds(&body, issuer);
}

static int32_t judge_one(const mbedtls_x509_crt *one, const mbedtls_x509_crt *issuer,
                         const mbedtls_x509_crl *crls, int64_t now) {
  bool found = false, fit = false;
  for (const mbedtls_x509_crl *crl = crls; crl != NULL; crl = crl->next) {
    if (crl->raw.p == NULL || !is_of_issuer(crl, issuer)) continue;
    found = true;
    if (!is_fit(crl, issuer, now)) continue;
    fit = true;
    if (mbedtls_x509_crt_is_revoked(one, crl) != 0) return PLUGTLS_E_CERT_REVOKED;
  }
  if (fit) return PLUGTLS_E_NONE;
  return found ? PLUGTLS_E_CERT_CRL_INVALID : PLUGTLS_E_CERT_CRL_MISSING;
}

int32_t judge_revocation(const struct path *path, const struct store *store, int64_t now,
                         size_t *depth) {
  if (store->crl_check == PLUGTLS_CRL_CHECK_NONE) return PLUGTLS_E_NONE;
  const size_t most = store->crl_check == PLUGTLS_CRL_CHECK_LEAF ? 1 : path->count;
  for (size_t i = 0; i < most && i + 1 < path->count; ++i) {
    const int32_t code = judge_one(path->at[i], path->at[i + 1], &store->crls, now);
    *depth = i;
    if (code != PLUGTLS_E_NONE) return code;
  }
  return PLUGTLS_E_NONE;
}
