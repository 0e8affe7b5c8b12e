// SPDX-License-Identifier: Apache-2.0
// Structs that begin with their size (P-ABI-2): nobody reads or writes further than the other side's.
#pragma once

#include <stdint.h>
#include <string.h>

static inline uint32_t least(uint32_t a, size_t b) {
  return a < b ? a : (uint32_t)b;
}

// Into a struct of ours, which has `size` bytes; what the other side does not have is zero. `from` may be NULL.
static inline void read_sized(void *to, size_t size, const void *from) {
  uint32_t theirs = 0;
  memset(to, 0, size);
  if (from == NULL) return;
  memcpy(&theirs, from, sizeof theirs);
  memcpy(to, from, least(theirs, size));
  theirs = (uint32_t)size;
  memcpy(to, &theirs, sizeof theirs);
}

// Out of a struct of ours.
static inline void write_sized(void *to, const void *from, size_t size) {
  uint32_t theirs = 0;
  memcpy(&theirs, to, sizeof theirs);
  memcpy(to, from, least(theirs, size));
  if (theirs >= sizeof theirs) memcpy(to, &theirs, sizeof theirs);
}
