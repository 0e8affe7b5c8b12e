// SPDX-License-Identifier: Apache-2.0
// DER (X.690, 10), one element after the other. Mbed TLS's reader takes what is not DER, a length in more bytes than it
// needs, and what is read differently is judged differently.
#pragma once

#include <plugtls/types.h>

#include <stdbool.h>

enum {
  DER_SEQUENCE = 0x30,
  DER_SET = 0x31,
  DER_OBJECT_IDENTIFIER = 0x06,
  DER_UTF8_STRING = 0x0c,
  DER_PRINTABLE_STRING = 0x13,
  DER_TELETEX_STRING = 0x14,
  DER_IA5_STRING = 0x16,
  DER_CONTEXT = 0x80,
  DER_CONTEXT_CONSTRUCTED = 0xa0
};

struct element {
  uint8_t tag;
  plugtls_bytes contents, whole;  // the latter with tag and length
};

// Tag and length octets; 0 if they are none: the indefinite form, say, or a tag number above 30, which no certificate has.
static inline size_t header_of(plugtls_bytes der) {
  if (der.size < 2 || der.data[0] == 0 || (der.data[0] & 0x1f) == 0x1f) return 0;
  if (der.data[1] < 0x80) return 2;
  const size_t count = der.data[1] & 0x7f;
  if (count == 0 || count > 4 || der.size < 2 + count || der.data[2] == 0) return 0;
  return count == 1 && der.data[2] < 0x80 ? 0 : 2 + count;
}

// False at the end, where nothing is left, and at what is not DER, which is left.
static inline bool next_element(plugtls_bytes *rest, struct element *out) {
  const size_t header = header_of(*rest);
  if (header == 0) return false;
  size_t size = header == 2 ? rest->data[1] : 0;
  for (size_t i = 2; i < header; ++i)
    size = size << 8 | rest->data[i];
  if (size > rest->size - header) return false;
  out->tag = rest->data[0];
  out->contents = (plugtls_bytes){rest->data + header, size};
  out->whole = (plugtls_bytes){rest->data, header + size};
  *rest = (plugtls_bytes){rest->data + header + size, rest->size - header - size};
  return true;
}

// The contents of the next element, if it has that tag; else it is left.
static inline bool next_contents(plugtls_bytes *rest, uint8_t tag, plugtls_bytes *out) {
  struct element one;
  if (rest->size == 0 || rest->data[0] != tag || !next_element(rest, &one)) return false;
  *out = one.contents;
  return true;
}
