// SPDX-License-Identifier: Apache-2.0
#include "directory_name.h"

#include "text.h"

static bool same_bytes(plugtls_bytes a, plugtls_bytes b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

// The next of a RelativeDistinguishedName, a SET's contents.
static bool next_in_rdn(plugtls_bytes *rdn, struct attribute *out) {
  plugtls_bytes members;
  return next_contents(rdn, DER_SEQUENCE, &members) &&
         next_contents(&members, DER_OBJECT_IDENTIFIER, &out->type) && out->type.size > 0 &&
         next_element(&members, &out->value) && members.size == 0;
}

struct attributes attributes_of(plugtls_bytes name) {
  struct attributes out = {.malformed = false};
  out.malformed = !next_contents(&name, DER_SEQUENCE, &out.rdns) || name.size > 0;
  return out;
}

bool next_attribute(struct attributes *rest, struct attribute *out) {
  if (rest->malformed) return false;
  if (rest->rdn.size == 0) {
    if (rest->rdns.size == 0) return false;
    rest->malformed = !next_contents(&rest->rdns, DER_SET, &rest->rdn) || rest->rdn.size == 0;
  }
  rest->malformed = rest->malformed || !next_in_rdn(&rest->rdn, out);
  return !rest->malformed;
}

bool is_directory_name(plugtls_bytes name) {
  struct attributes rest = attributes_of(name);
  struct attribute one;
  while (next_attribute(&rest, &one))
    ;
  return !rest.malformed;
}

// TeletexString has been used for anything.
bool is_comparable(const struct element *text) {
  if (text->tag != DER_TELETEX_STRING)
    return text->tag == DER_UTF8_STRING || text->tag == DER_PRINTABLE_STRING ||
           text->tag == DER_IA5_STRING;
  for (size_t i = 0; i < text->contents.size; ++i)
    if (text->contents.data[i] >= 0x80) return false;
  return true;
}

static bool is_space(uint8_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static plugtls_bytes without_outer_space(plugtls_bytes text) {
  while (text.size > 0 && is_space(text.data[0]))
    text = from(text, 1);
  while (text.size > 0 && is_space(text.data[text.size - 1]))
    --text.size;
  return text;
}

// White space is one space, however much of it there is.
static uint8_t next_folded(plugtls_bytes *text) {
  const uint8_t first = text->data[0];
  *text = from(*text, 1);
  if (!is_space(first)) return lower(first);
  while (text->size > 0 && is_space(text->data[0]))
    *text = from(*text, 1);
  return ' ';
}

static bool same_folded(plugtls_bytes a, plugtls_bytes b) {
  a = without_outer_space(a);
  b = without_outer_space(b);
  while (a.size > 0 && b.size > 0)
    if (next_folded(&a) != next_folded(&b)) return false;
  return a.size == 0 && b.size == 0;
}

static enum name_order compare_attributes(const struct attribute *a, const struct attribute *b) {
  if (!same_bytes(a->type, b->type)) return NAMES_DIFFER;
  if (same_bytes(a->value.whole, b->value.whole)) return NAMES_SAME;
  if (!is_comparable(&a->value) || !is_comparable(&b->value)) return NAMES_UNKNOWN;
  return same_folded(a->value.contents, b->value.contents) ? NAMES_SAME : NAMES_DIFFER;
}

// DER sorts a SET by its encoding, which is not the order of what compares equal: of several attributes that do not, one by
// one, nothing is known.
static enum name_order compare_rdns(plugtls_bytes a, plugtls_bytes b) {
  for (bool first = true; a.size > 0 && b.size > 0; first = false) {
    struct attribute left, right;
    if (!next_in_rdn(&a, &left) || !next_in_rdn(&b, &right)) return NAMES_UNKNOWN;
    const enum name_order order = compare_attributes(&left, &right);
    if (order == NAMES_SAME) continue;
    return first && a.size == 0 && b.size == 0 ? order : NAMES_UNKNOWN;
  }
  return a.size == 0 && b.size == 0 ? NAMES_SAME : NAMES_DIFFER;
}

enum name_order compare_directory_names(plugtls_bytes name, plugtls_bytes base, bool below) {
  plugtls_bytes left, right, one, other;
  enum name_order out = NAMES_SAME;
  if (!next_contents(&name, DER_SEQUENCE, &left) || !next_contents(&base, DER_SEQUENCE, &right))
    return NAMES_UNKNOWN;
  while (left.size > 0 && right.size > 0) {
    if (!next_contents(&left, DER_SET, &one) || !next_contents(&right, DER_SET, &other))
      return NAMES_UNKNOWN;
    const enum name_order order = compare_rdns(one, other);
    if (order == NAMES_DIFFER) return order;
    if (order == NAMES_UNKNOWN) out = order;
  }
  return right.size == 0 && (below || left.size == 0) ? out : NAMES_DIFFER;
}
