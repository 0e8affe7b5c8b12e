// SPDX-License-Identifier: Apache-2.0
// Where encodings come from: bytes, files, directories, the system's store.
#pragma once

#include <plugtls/backend.h>

#include <stdbool.h>

// An encoding, with a NUL behind it that does not count, and where it came from.
struct blob {
  unsigned char *data;
  size_t size;
  char origin[256];
};

void blob_free(struct blob *blob, const plugtls_host *host);
bool is_pem(const struct blob *blob);

// Of one source that is no directory. `out` is blob_free's from here on, whatever the answer.
plugtls_status read_source(struct blob *out, const plugtls_source *from, const plugtls_host *host,
                           plugtls_error *err);

// Takes what a source has; `listed` tells that it was found in a directory.
typedef plugtls_status take_blob(void *user, const struct blob *blob, bool listed,
                                 plugtls_error *err);
plugtls_status read_blob(const plugtls_source *from, const plugtls_host *host, take_blob *take,
                         void *user, plugtls_error *err);
// The same, of directories too.
plugtls_status read_blobs(const plugtls_source *from, const plugtls_host *host, take_blob *take,
                          void *user, plugtls_error *err);

// Takes the DER of each PEM block of that label, or what is there if it is no PEM. False at a block that cannot be decoded,
// one cut short included, or that was not taken.
typedef bool take_der(void *user, const unsigned char *der, size_t size);
bool decode_each(const struct blob *blob, const char *label, take_der *take, void *user);
