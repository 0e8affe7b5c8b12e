// SPDX-License-Identifier: Apache-2.0
#include "names.h"

#include "text.h"

#include <mbedtls/oid.h>

enum {
  TAG_DNS = 0x82,
  TAG_ADDRESS = 0x87,
  LONGEST_NAME = 253
};

// A name with a NUL in it could be read as two.
static bool is_plain(plugtls_bytes name) {
  if (name.size == 0 || name.size > LONGEST_NAME) return false;
  for (size_t i = 0; i < name.size; ++i)
    if (name.data[i] <= ' ' || name.data[i] >= 0x7f) return false;
  return true;
}

// A wildcard is a whole leftmost label, stands for one label, and has two labels after it at least.
static bool wildcard_matches(plugtls_bytes presented, plugtls_bytes reference) {
  if (presented.size < 3 || memcmp(presented.data, "*.", 2) != 0) return false;
  const plugtls_bytes rest = from(presented, 1);
  if (find(rest, '*') != NULL || find(from(rest, 1), '.') == NULL) return false;
  if (memmem(rest.data, rest.size, "..", 2) != NULL) return false;
  const uint8_t *dot = find(reference, '.');
  if (dot == NULL || dot == reference.data) return false;
  return same_text(rest, from(reference, (size_t)(dot - reference.data)));
}

static bool dns_matches(plugtls_bytes presented, plugtls_bytes reference) {
  presented = without_dot(presented);
  reference = without_dot(reference);
  if (!is_plain(presented) || !is_plain(reference) || find(reference, '*') != NULL) return false;
  return find(presented, '*') != NULL ? wildcard_matches(presented, reference)
                                      : same_text(presented, reference);
}

static bool matches(const plugtls_subject *subject, const mbedtls_x509_buf *name) {
  const plugtls_bytes presented = {name->p, name->len};
  if (subject->kind == PLUGTLS_SUBJECT_DNS && name->tag == TAG_DNS)
    return dns_matches(presented, subject->value);
  if (subject->kind != PLUGTLS_SUBJECT_IP || name->tag != TAG_ADDRESS) return false;
  const size_t size = subject->value.size;
  return (size == 4 || size == 16) && presented.size == size &&
         memcmp(presented.data, subject->value.data, size) == 0;
}

int32_t match_names(const mbedtls_x509_crt *leaf, const plugtls_subject *subjects, size_t count) {
  const bool has_names = (leaf->ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME) != 0;
  bool only_addresses = true;
  for (size_t i = 0; i < count; ++i) {
    only_addresses = only_addresses && subjects[i].kind == PLUGTLS_SUBJECT_IP;
    for (const mbedtls_x509_sequence *one = &leaf->subject_alt_names; has_names && one != NULL;
         one = one->next)
      if (one->buf.p != NULL && matches(&subjects[i], &one->buf)) return PLUGTLS_E_NONE;
  }
  return only_addresses ? PLUGTLS_E_CERT_IP_MISMATCH : PLUGTLS_E_CERT_NAME_MISMATCH;
}

static bool is_text(int tag) {
  return tag == MBEDTLS_ASN1_UTF8_STRING || tag == MBEDTLS_ASN1_PRINTABLE_STRING ||
         tag == MBEDTLS_ASN1_IA5_STRING;
}

static bool same_attribute(const mbedtls_x509_name *a, const mbedtls_x509_name *b) {
  const plugtls_bytes left = {a->val.p, a->val.len}, right = {b->val.p, b->val.len};
  if (a->oid.len != b->oid.len || memcmp(a->oid.p, b->oid.p, a->oid.len) != 0) return false;
  if (a->next_merged != b->next_merged) return false;
  if (is_text(a->val.tag) && is_text(b->val.tag)) return same_text(left, right);
  return a->val.tag == b->val.tag && left.size == right.size &&
         (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

bool same_name(const mbedtls_x509_name *a, const mbedtls_x509_name *b) {
  while (a != NULL && b != NULL) {
    // A name without attributes is one node that holds nothing.
    if (a->oid.p == NULL || b->oid.p == NULL) return a->oid.p == b->oid.p;
    if (!same_attribute(a, b)) return false;
    a = a->next;
    b = b->next;
  }
  return a == NULL && b == NULL;
}
