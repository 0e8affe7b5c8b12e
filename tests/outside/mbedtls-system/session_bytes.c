// SPDX-License-Identifier: Apache-2.0
//
// A session as bytes: whose they are, digest of the settings (32) and of the peer (32), when it was made and when it expires
// (8 each), the peer's chain, each certificate behind its length (3) and all behind theirs (3), the library's bytes, and SHA-256
// of all that, which tells damaged bytes before the library sees them. It is no protection against whoever may write the bytes:
// they are as secret as a password.
#include "bytes.h"
#include "chain.h"
#include "digest.h"
#include "error.h"
#include "session.h"

#include <errno.h>
#include <string.h>

enum {
  MOST_CERTIFICATES = 32
};

static const char magic[] = "plugtls session 1: mbedtls-system";

static uint8_t *put(uint8_t *at, const void *data, size_t size) {
  if (size > 0) memcpy(at, data, size);
  return at + size;
}

static uint8_t *put_number(uint8_t *at, uint64_t number, size_t size) {
  for (size_t i = 0; i < size; ++i)
    *at++ = (uint8_t)(number >> 8 * (size - 1 - i));
  return at;
}

static size_t size_of_chain(const plugtls_backend_chain *chain) {
  size_t out = 0;
  for (size_t i = 0; chain != NULL && i < chain->count; ++i)
    out += 3 + chain->at[i].size;
  return out;
}

static uint8_t *put_chain(uint8_t *at, const plugtls_backend_chain *chain) {
  at = put_number(at, size_of_chain(chain), 3);
  for (size_t i = 0; chain != NULL && i < chain->count; ++i) {
    at = put_number(at, chain->at[i].size, 3);
    at = put(at, chain->at[i].data, chain->at[i].size);
  }
  return at;
}

static bool checksum(const uint8_t *data, size_t size, uint8_t out[DIGEST_SIZE]) {
  struct hasher hasher;
  hash_begin(&hasher);
  hash_bytes(&hasher, data, size);
  return hash_end(&hasher, out);
}

plugtls_status session_export(const plugtls_backend_session *session, uint8_t *out, size_t capacity,
                              size_t *out_size, plugtls_error *err) {
  const int kept = errno;
  const size_t size =
      sizeof magic + 2 * DIGEST_SIZE + 8 + 8 + 3 + size_of_chain(session->chain) + session->size;
  *out_size = size + DIGEST_SIZE;
  if (capacity < *out_size)
    return fail(err, PLUGTLS_E_BUFFER_TOO_SMALL, "the session takes %zu bytes, %zu are given",
                *out_size, capacity);
  uint8_t *at = put(out, magic, sizeof magic);
  at = put(at, session->settings, DIGEST_SIZE);
  at = put(at, session->peer, DIGEST_SIZE);
  at = put_number(at, (uint64_t)session->created, 8);
  at = put_number(at, (uint64_t)session->expires, 8);
  at = put_chain(at, session->chain);
  at = put(at, session->bytes, session->size);
  const bool good = checksum(out, size, at);
  errno = kept;
  return good ? PLUGTLS_OK : out_of_memory(err);
}

static int64_t take_time(struct bytes *from) {
  const uint64_t high = number(from, 4);
  return (int64_t)(high << 32 | number(from, 4));
}

static bool take_chain(struct bytes from, plugtls_backend_chain **out) {
  plugtls_bytes each[MOST_CERTIFICATES] = {{NULL, 0}};
  size_t count = 0;
  for (; from.size > 0 && count < MOST_CERTIFICATES; ++count) {
    const struct bytes one = vector(&from, 3);
    if (one.size == 0) return false;
    each[count] = (plugtls_bytes){one.data, one.size};
  }
  if (from.size > 0) return false;
  *out = chain_of_bytes(each, count);
  return count == 0 || *out != NULL;
}

// What is behind the magic, without the checksum; empty if it is none of ours.
static struct bytes open_bytes(plugtls_bytes bytes) {
  const struct bytes none = {NULL, 0};
  uint8_t sum[DIGEST_SIZE];
  struct bytes out = {bytes.data, bytes.size};
  if (bytes.size < sizeof magic + DIGEST_SIZE) return none;
  out.size -= DIGEST_SIZE;
  if (!checksum(out.data, out.size, sum) || memcmp(sum, out.data + out.size, DIGEST_SIZE) != 0)
    return none;
  return memcmp(cut(&out, sizeof magic).data, magic, sizeof magic) == 0 ? out : none;
}

// NULL if Mbed TLS cannot read it.
static plugtls_backend_session *decode(struct bytes from) {
  const struct bytes settings = cut(&from, DIGEST_SIZE), peer = cut(&from, DIGEST_SIZE);
  const int64_t created = take_time(&from), expires = take_time(&from);
  const struct bytes chain = vector(&from, 3);
  if (settings.size == 0 || peer.size == 0 || from.size == 0) return NULL;
  plugtls_backend_session *out = session_make(from.size);
  if (out == NULL) return NULL;
  memcpy(out->settings, settings.data, DIGEST_SIZE);
  memcpy(out->peer, peer.data, DIGEST_SIZE);
  memcpy(out->bytes, from.data, from.size);
  out->created = created;
  out->expires = expires;
  if (take_chain(chain, &out->chain) && session_describe(out)) return out;
  session_free(out);
  return NULL;
}

static plugtls_status import(const plugtls_backend_context *context, plugtls_bytes bytes,
                             plugtls_backend_session **out, plugtls_error *err) {
  const struct bytes opened = open_bytes(bytes);
  if (opened.size < DIGEST_SIZE)
    return fail(err, PLUGTLS_E_SESSION_INVALID,
                "the bytes are not a session of this backend's, or are damaged");
  if (memcmp(opened.data, context->digest, DIGEST_SIZE) != 0)
    return fail(err, PLUGTLS_E_SESSION_INVALID,
                "the session was made under other settings (versions, cipher suites, identities, "
                "trust, verification) than this context's");
  *out = decode(opened);
  if (*out != NULL) return PLUGTLS_OK;
  return fail(err, PLUGTLS_E_SESSION_INVALID, "Mbed TLS cannot read the session");
}

plugtls_status session_import(plugtls_backend_context *context, plugtls_bytes bytes,
                              plugtls_backend_session **out, plugtls_error *err) {
  const int kept = errno;
  *out = NULL;
  const plugtls_status status = import(context, bytes, out, err);
  errno = kept;
  return status;
}
