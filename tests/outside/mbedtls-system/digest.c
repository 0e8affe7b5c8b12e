// SPDX-License-Identifier: Apache-2.0
#include "digest.h"

#include "connection.h"

#include <stdlib.h>
#include <string.h>

void hash_begin(struct hasher *hasher) {
  const mbedtls_md_info_t *sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
  mbedtls_md_init(&hasher->md);
  hasher->failed = sha256 == NULL || mbedtls_md_setup(&hasher->md, sha256, 0) != 0 ||
                   mbedtls_md_starts(&hasher->md) != 0;
}

static void add(struct hasher *hasher, const void *data, size_t size) {
  if (hasher->failed || size == 0) return;
  hasher->failed = mbedtls_md_update(&hasher->md, data, size) != 0;
}

void hash_number(struct hasher *hasher, uint64_t number) {
  uint8_t digits[8];
  for (size_t i = 0; i < sizeof digits; ++i)
    digits[i] = (uint8_t)(number >> 8 * i);
  add(hasher, digits, sizeof digits);
}

void hash_bytes(struct hasher *hasher, const void *data, size_t size) {
  hash_number(hasher, size);
  add(hasher, data, size);
}

bool hash_end(struct hasher *hasher, uint8_t out[DIGEST_SIZE]) {
  if (!hasher->failed) hasher->failed = mbedtls_md_finish(&hasher->md, out) != 0;
  mbedtls_md_free(&hasher->md);
  return !hasher->failed;
}

static bool digest(const mbedtls_x509_buf *raw, uint8_t out[DIGEST_SIZE]) {
  struct hasher hasher;
  hash_begin(&hasher);
  hash_bytes(&hasher, raw->p, raw->len);
  return hash_end(&hasher, out);
}

static int compare(const void *a, const void *b) {
  return memcmp(a, b, DIGEST_SIZE);
}

// Anchors and CRLs, in whatever order they came.
static void add_store(struct hasher *hasher, const struct store *store) {
  size_t count = 0;
  for (const mbedtls_x509_crl *crl = &store->crls; crl != NULL; crl = crl->next)
    if (crl->raw.p != NULL) ++count;
  uint8_t(*each)[DIGEST_SIZE] = calloc(store->anchor_count + count + 1, sizeof *each);
  hasher->failed = hasher->failed || each == NULL;
  count = 0;
  for (const mbedtls_x509_crt *one = &store->anchors; !hasher->failed && one != NULL;
       one = one->next)
    if (one->raw.p != NULL) hasher->failed = !digest(&one->raw, each[count++]);
  for (const mbedtls_x509_crl *crl = &store->crls; !hasher->failed && crl != NULL; crl = crl->next)
    if (crl->raw.p != NULL) hasher->failed = !digest(&crl->raw, each[count++]);
  if (!hasher->failed) qsort(each, count, sizeof *each, compare);
  if (!hasher->failed) hash_bytes(hasher, each, count * sizeof *each);
  free(each);
}

static void add_lists(struct hasher *hasher, const struct settings *settings) {
  uint16_t numbers[MOST_SUITES + MOST_GROUPS];
  for (uint32_t list = PLUGTLS_LIST_CIPHER_SUITES; list <= PLUGTLS_LIST_VERSIONS; ++list) {
    const size_t count = settings_list(settings, list, numbers, MOST_SUITES + MOST_GROUPS);
    hash_bytes(hasher, numbers, count * sizeof numbers[0]);
  }
}

bool settings_digest(const plugtls_backend_context *context, uint8_t out[DIGEST_SIZE]) {
  static const char whose[] = "plugtls mbedtls-system 1";
  uint8_t own[DIGEST_SIZE];
  struct hasher hasher;
  hash_begin(&hasher);
  hash_bytes(&hasher, whose, sizeof whose);
  hash_number(&hasher, context->role);
  hash_number(&hasher, context->flags);
  hash_number(&hasher, context->client_auth);
  hash_number(&hasher, context->verify_depth);
  hash_number(&hasher, context->store.crl_check);
  hash_number(&hasher, (uint64_t)context->verify_time);
  add_lists(&hasher, &context->settings);
  hash_number(&hasher, context->identity_count);
  for (size_t i = 0; i < context->identity_count; ++i)
    hash_bytes(&hasher, context->identities[i].chain.raw.p, context->identities[i].chain.raw.len);
  add_store(&hasher, &context->store);
  // What the program's own callback lets pass, only that callback can answer for: such sessions are this context's alone.
  if (context->callbacks.verify != NULL) {
    hasher.failed = hasher.failed || random_bytes(NULL, own, sizeof own) != 0;
    add(&hasher, own, sizeof own);
  }
  return hash_end(&hasher, out);
}

bool peer_digest(const plugtls_backend_connection *connection, uint8_t out[DIGEST_SIZE]) {
  struct hasher hasher;
  hash_begin(&hasher);
  hash_bytes(&hasher, connection->server_name, strlen(connection->server_name));
  hash_number(&hasher, connection->skips_name ? 0 : 1);
  for (size_t i = 0; i < connection->subject_count; ++i) {
    hash_number(&hasher, connection->subjects[i].kind);
    hash_bytes(&hasher, connection->subjects[i].value.data, connection->subjects[i].value.size);
  }
  return hash_end(&hasher, out);
}
