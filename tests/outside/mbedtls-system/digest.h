// SPDX-License-Identifier: Apache-2.0
// SHA-256 over several things, each told from the next.
#pragma once

#include "context.h"

#include <mbedtls/md.h>

struct hasher {
  mbedtls_md_context_t md;
  bool failed;
};

void hash_begin(struct hasher *hasher);
// Each goes in behind its length, so that no two lists of parts hash alike.
void hash_bytes(struct hasher *hasher, const void *data, size_t size);
void hash_number(struct hasher *hasher, uint64_t number);
// False if anything has failed. Frees the hasher in any case.
bool hash_end(struct hasher *hasher, uint8_t out[DIGEST_SIZE]);

// What a session has to have in common with whoever resumes it: settings of a context, and whom a client verified.
bool settings_digest(const plugtls_backend_context *context, uint8_t out[DIGEST_SIZE]);
bool peer_digest(const plugtls_backend_connection *connection, uint8_t out[DIGEST_SIZE]);
