// SPDX-License-Identifier: Apache-2.0
#include "path.h"

#include "extensions.h"
#include "names.h"

#include <mbedtls/md.h>

#include <string.h>

// How much work whoever sends a chain can make us do.
enum {
  MOST_SENT = 32,
  MOST_TRIALS = 64
};

struct search {
  const mbedtls_x509_crt *sent[MOST_SENT];
  bool used[MOST_SENT];
  size_t sent_count;
  const mbedtls_x509_crt *anchors;
  int64_t now;
  unsigned trials;
};

// The next issuer: the first of those that have the name, unless another has the key too.
struct issuer {
  const mbedtls_x509_crt *certificate;
  size_t index;  // of what was sent
  bool anchor;
  bool proven;
};

bool is_self_issued(const mbedtls_x509_crt *certificate) {
  return same_name(&certificate->subject, &certificate->issuer);
}

// RFC 5280, 4.2.1.1: where one has no identifier, it is of no matter.
static bool may_have_key(const mbedtls_x509_crt *upper, const mbedtls_x509_crt *lower) {
  const plugtls_bytes wanted = extensions_of(lower).authority_key_id;
  const plugtls_bytes own = extensions_of(upper).subject_key_id;
  if (wanted.size == 0 || own.size == 0) return true;
  return wanted.size == own.size && memcmp(wanted.data, own.data, own.size) == 0;
}

bool is_self_signed(const mbedtls_x509_crt *certificate) {
  return is_self_issued(certificate) && may_have_key(certificate, certificate);
}

// Its last second is not one of its.
bool is_in_time(const mbedtls_x509_crt *certificate, int64_t now) {
  return seconds_of(&certificate->valid_from) <= now && now < seconds_of(&certificate->valid_to);
}

static bool same_certificate(const mbedtls_x509_crt *a, const mbedtls_x509_crt *b) {
  return a->raw.len == b->raw.len && memcmp(a->raw.p, b->raw.p, a->raw.len) == 0;
}

bool signature_holds(const struct signed_bytes *what, const mbedtls_x509_crt *issuer) {
  const mbedtls_md_info_t *hash = mbedtls_md_info_from_type(what->hash);
  unsigned char digest[MBEDTLS_MD_MAX_SIZE];
  // Verifying does not change a key, and Mbed TLS does not say so.
  mbedtls_pk_context *key = (mbedtls_pk_context *)&issuer->pk;
  if (hash == NULL || !mbedtls_pk_can_do(key, what->type) ||
      mbedtls_md(hash, what->body->p, what->body->len, digest) != 0)
    return false;
  return mbedtls_pk_verify_ext(what->type, what->options, key, what->hash, digest,
                               mbedtls_md_get_size(hash), what->signature->p,
                               what->signature->len) == 0;
}

static bool has_signed(const mbedtls_x509_crt *upper, const mbedtls_x509_crt *lower) {
  const struct signed_bytes body = {&lower->tbs, &lower->sig, lower->sig_md, lower->sig_pk,
                                    lower->sig_opts};
  return signature_holds(&body, upper);
}

// True if the search is over: its signature holds.
static bool consider(struct search *search, const mbedtls_x509_crt *lower, struct issuer one,
                     struct issuer *best) {
  if (!same_name(&lower->issuer, &one.certificate->subject) ||
      !may_have_key(one.certificate, lower))
    return false;
  if (search->trials > 0) {
    --search->trials;
    one.proven = has_signed(one.certificate, lower);
  }
  if (best->certificate == NULL || one.proven) *best = one;
  return one.proven;
}

// Anchors come first, and of each kind those that are valid now.
static struct issuer find_issuer(struct search *search, const mbedtls_x509_crt *lower) {
  struct issuer best = {NULL, 0, false, false};
  for (int timely = 1; timely >= 0; --timely)
    for (const mbedtls_x509_crt *one = search->anchors; one != NULL; one = one->next)
      if (is_in_time(one, search->now) == (timely == 1) &&
          consider(search, lower, (struct issuer){one, 0, true, false}, &best))
        return best;
  if (is_self_signed(lower)) return best;
  for (int timely = 1; timely >= 0; --timely)
    for (size_t i = 0; i < search->sent_count; ++i)
      if (!search->used[i] && is_in_time(search->sent[i], search->now) == (timely == 1) &&
          consider(search, lower, (struct issuer){search->sent[i], i, false, false}, &best))
        return best;
  return best;
}

struct path find_path(const mbedtls_x509_crt *sent, const struct store *store, uint32_t depth,
                      int64_t now) {
  struct path path = {.count = 1};
  struct search search = {.anchors = &store->anchors, .now = now, .trials = MOST_TRIALS};
  path.at[0] = sent;
  for (const mbedtls_x509_crt *one = &store->anchors; one != NULL; one = one->next)
    if (same_certificate(one, sent)) path.anchored = true;
  for (; sent != NULL && search.sent_count < MOST_SENT; sent = sent->next)
    if (sent->raw.p != NULL) search.sent[search.sent_count++] = sent;
  search.used[0] = true;
  while (!path.anchored && path.count < depth + 3 && path.count <= LONGEST_PATH) {
    const struct issuer issuer = find_issuer(&search, path.at[path.count - 1]);
    if (issuer.certificate == NULL) break;
    path.proven[path.count - 1] = issuer.proven;
    path.anchored = issuer.anchor;
    if (!issuer.anchor) search.used[issuer.index] = true;
    path.at[path.count++] = issuer.certificate;
  }
  return path;
}
