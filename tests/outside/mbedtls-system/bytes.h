// SPDX-License-Identifier: Apache-2.0
// Reads messages forward; what is not there is zero, and leaves nothing behind it.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bytes {
  const uint8_t *data;
  size_t size;
};

static inline struct bytes cut(struct bytes *from, size_t size) {
  struct bytes out = {from->data, size};
  if (size > from->size) return *from = (struct bytes){NULL, 0};
  from->data += size;
  from->size -= size;
  return out;
}

// Of four bytes at most.
static inline uint32_t number(struct bytes *from, size_t size) {
  const struct bytes digits = cut(from, size);
  uint32_t out = 0;
  for (size_t i = 0; i < digits.size; ++i)
    out = out << 8 | digits.data[i];
  return out;
}

static inline uint16_t short_number(struct bytes *from) {
  return (uint16_t)number(from, 2);
}

// What is behind its length, which has `prefix` bytes.
static inline struct bytes vector(struct bytes *from, size_t prefix) {
  return cut(from, number(from, prefix));
}

// The value of an extension (RFC 8446, 4.2).
static inline struct bytes extension(struct bytes extensions, uint16_t wanted) {
  while (extensions.size >= 4) {
    const uint16_t type = short_number(&extensions);
    const struct bytes value = vector(&extensions, 2);
    if (type == wanted) return value;
  }
  return (struct bytes){NULL, 0};
}
