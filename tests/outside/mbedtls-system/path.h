// SPDX-License-Identifier: Apache-2.0
// The path from the peer's certificate to a trust anchor, by the rules of docs/verification.md.
#pragma once

#include "context.h"

struct path {
  const mbedtls_x509_crt *at[LONGEST_PATH + 1];  // leaf first
  bool proven[LONGEST_PATH + 1];                 // has the next one's signature
  size_t count;
  bool anchored;
};

// `sent` is as the peer sent it. One certificate more than there may be, so that it can be said that there are too many.
struct path find_path(const mbedtls_x509_crt *sent, const struct store *store, uint32_t depth,
                      int64_t now);

// What an issuer has signed.
struct signed_bytes {
  const mbedtls_x509_buf *body, *signature;
  mbedtls_md_type_t hash;
  mbedtls_pk_type_t type;
  const void *options;
};
bool signature_holds(const struct signed_bytes *what, const mbedtls_x509_crt *issuer);

bool is_self_issued(const mbedtls_x509_crt *certificate);
// By its key identifiers too, if it has them.
bool is_self_signed(const mbedtls_x509_crt *certificate);
bool is_in_time(const mbedtls_x509_crt *certificate, int64_t now);
