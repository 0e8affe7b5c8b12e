// SPDX-License-Identifier: Apache-2.0
// Text as certificates have it: so many bytes, with no NUL behind them, and ASCII case is of no matter.
#pragma once

#include <plugtls/types.h>

#include <stdbool.h>
#include <string.h>

static inline unsigned char lower(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}

static inline bool same_text(plugtls_bytes a, plugtls_bytes b) {
  if (a.size != b.size) return false;
  for (size_t i = 0; i < a.size; ++i)
    if (lower(a.data[i]) != lower(b.data[i])) return false;
  return true;
}

static inline const uint8_t *find(plugtls_bytes in, char c) {
  return in.size == 0 ? NULL : memchr(in.data, c, in.size);
}

static inline plugtls_bytes from(plugtls_bytes text, size_t at) {
  return (plugtls_bytes){text.data + at, text.size - at};
}

static inline plugtls_bytes without_dot(plugtls_bytes name) {
  if (name.size > 0 && name.data[name.size - 1] == '.') --name.size;
  return name;
}
