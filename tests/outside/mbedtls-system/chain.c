// SPDX-License-Identifier: Apache-2.0
#include "chain.h"

#include "connection.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>

static plugtls_backend_chain *make(size_t count, size_t bytes) {
  plugtls_backend_chain *out = NULL;
  if (count > 0) out = calloc(1, sizeof *out + count * sizeof out->at[0] + bytes);
  if (out != NULL) out->count = count;
  return out;
}

// Behind what was added before it; the first goes behind the array.
static void put(plugtls_backend_chain *chain, size_t index, plugtls_bytes der) {
  const uint8_t *to = index == 0 ? (const uint8_t *)&chain->at[chain->count]
                                 : chain->at[index - 1].data + chain->at[index - 1].size;
  memcpy((uint8_t *)to, der.data, der.size);
  chain->at[index] = (plugtls_bytes){to, der.size};
}

plugtls_backend_chain *chain_of_list(const mbedtls_x509_crt *list) {
  size_t count = 0, bytes = 0;
  for (const mbedtls_x509_crt *one = list; one != NULL; one = one->next)
    if (one->raw.p != NULL) ++count, bytes += one->raw.len;
  plugtls_backend_chain *out = make(count, bytes);
  size_t index = 0;
  for (const mbedtls_x509_crt *one = list; out != NULL && one != NULL; one = one->next)
    if (one->raw.p != NULL) put(out, index++, (plugtls_bytes){one->raw.p, one->raw.len});
  return out;
}

plugtls_backend_chain *chain_of_path(const mbedtls_x509_crt *const *path, size_t count) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i)
    bytes += path[i]->raw.len;
  plugtls_backend_chain *out = make(count, bytes);
  for (size_t i = 0; out != NULL && i < count; ++i)
    put(out, i, (plugtls_bytes){path[i]->raw.p, path[i]->raw.len});
  return out;
}

plugtls_backend_chain *chain_of_bytes(const plugtls_bytes *each, size_t count) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i)
    bytes += each[i].size;
  plugtls_backend_chain *out = make(count, bytes);
  for (size_t i = 0; out != NULL && i < count; ++i)
    put(out, i, each[i]);
  return out;
}

static plugtls_status copy(const plugtls_backend_chain *from, plugtls_backend_chain **out,
                           plugtls_error *err) {
  if (from == NULL) return PLUGTLS_OK;
  *out = chain_of_bytes(from->at, from->count);
  return *out != NULL ? PLUGTLS_OK : out_of_memory(err);
}

plugtls_status connection_chain(const plugtls_backend_connection *connection, uint32_t which,
                                plugtls_backend_chain **out, plugtls_error *err) {
  const mbedtls_x509_crt *peer = mbedtls_ssl_get_peer_cert(&connection->ssl);
  *out = NULL;
  if (which == PLUGTLS_CHAIN_VERIFIED) return copy(connection->verified, out, err);
  if (peer == NULL || peer->raw.p == NULL) return copy(connection->remembered, out, err);
  *out = chain_of_list(peer);
  return *out != NULL ? PLUGTLS_OK : out_of_memory(err);
}

size_t chain_size(const plugtls_backend_chain *chain) {
  return chain->count;
}

plugtls_status chain_at(const plugtls_backend_chain *chain, size_t index, plugtls_bytes *out) {
  if (index >= chain->count) return PLUGTLS_FAILED;
  *out = chain->at[index];
  return PLUGTLS_OK;
}

void chain_free(plugtls_backend_chain *chain) {
  free(chain);
}
