// SPDX-License-Identifier: Apache-2.0
// Distinguished names (RFC 5280, 4.1.2.4) as they are encoded, and how they compare (7.1).
#pragma once

#include "der.h"

struct attribute {
  plugtls_bytes type;
  struct element value;  // one of several kinds of string
};

// What is left of a name; of which kind the end was is told at the end.
struct attributes {
  plugtls_bytes rdns, rdn;
  bool malformed;
};

struct attributes attributes_of(plugtls_bytes name);
bool next_attribute(struct attributes *rest, struct attribute *out);
bool is_directory_name(plugtls_bytes name);

// Its bytes are characters that can be compared.
bool is_comparable(const struct element *text);

// Whoever cannot see through an encoding, or a name that is none, must decide for refusal.
enum name_order {
  NAMES_DIFFER,
  NAMES_SAME,
  NAMES_UNKNOWN
};

// Is it the name `base` or, if `below` says so, in the subtree under it?
enum name_order compare_directory_names(plugtls_bytes name, plugtls_bytes base, bool below);
