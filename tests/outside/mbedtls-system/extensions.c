// SPDX-License-Identifier: Apache-2.0
#include "extensions.h"

#include "directory_name.h"

#include <mbedtls/asn1.h>

#include <string.h>

enum {
  MOST_EXTENSIONS = 64,
  SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE
};

struct extension {
  const unsigned char *oid;
  size_t oid_size;
  bool critical;
  unsigned char *value;
  size_t size;
};

// X.690, 11.1. An explicit FALSE is not DER, and too common to refuse.
static bool is_boolean(unsigned char octet) {
  return octet == 0 || octet == 0xff;
}

// False at what is no extension.
static bool next_extension(unsigned char **at, const unsigned char *end, struct extension *out) {
  size_t size = 0;
  int critical = 0;
  if (mbedtls_asn1_get_tag(at, end, &size, SEQUENCE) != 0) return false;
  const unsigned char *stop = *at + size;
  if (mbedtls_asn1_get_tag(at, stop, &size, MBEDTLS_ASN1_OID) != 0) return false;
  *out = (struct extension){*at, size, false, NULL, 0};
  *at += size;
  if (*at < stop && **at == MBEDTLS_ASN1_BOOLEAN &&
      (mbedtls_asn1_get_bool(at, stop, &critical) != 0 || !is_boolean((*at)[-1])))
    return false;
  out->critical = critical != 0;
  if (mbedtls_asn1_get_tag(at, stop, &out->size, MBEDTLS_ASN1_OCTET_STRING) != 0) return false;
  out->value = *at;
  *at += out->size;
  return *at == stop;
}

static bool is(const struct extension *extension, const char *oid, size_t size) {
  return extension->oid_size == size && memcmp(extension->oid, oid, size) == 0;
}

// Those of RFC 5280 that docs/verification.md has as understood, and OCSP no-check. Any policy is acceptable.
static bool may_be_critical(const struct extension *extension) {
  static const unsigned char of_id_ce[] = {15, 17, 19, 30, 31, 32, 33, 36, 37, 54};
  if (is(extension, "\x2b\x06\x01\x05\x05\x07\x30\x01\x05", 9)) return true;
  if (is(extension, "\x60\x86\x48\x01\x86\xf8\x42\x01\x01", 9)) return true;
  return extension->oid_size == 3 && memcmp(extension->oid, "\x55\x1d", 2) == 0 &&
         memchr(of_id_ce, extension->oid[2], sizeof of_id_ce) != NULL;
}

static bool is_among(const struct extension *one, const struct extension *seen, size_t count) {
  for (size_t i = 0; i < count; ++i)
    if (is(one, (const char *)seen[i].oid, seen[i].oid_size)) return true;
  return false;
}

static plugtls_bytes contents(unsigned char *at, const unsigned char *end, int tag) {
  size_t size = 0;
  if (mbedtls_asn1_get_tag(&at, end, &size, tag) != 0) return (plugtls_bytes){NULL, 0};
  return (plugtls_bytes){at, size};
}

static bool is_authority_key_id(const struct extension *one) {
  return is(one, "\x55\x1d\x23", 3);
}

// keyIdentifier comes first.
static plugtls_bytes key_id_in(const struct extension *one) {
  const plugtls_bytes members = contents(one->value, one->value + one->size, SEQUENCE);
  if (members.size == 0) return members;
  return contents((unsigned char *)members.data, members.data + members.size,
                  MBEDTLS_ASN1_CONTEXT_SPECIFIC);
}

// False if it is malformed.
static bool keep(const struct extension *one, struct extensions *out) {
  const unsigned char *end = one->value + one->size;
  const plugtls_bytes value = {one->value, one->size};
  out->unknown_critical = out->unknown_critical || (one->critical && !may_be_critical(one));
  if (is(one, "\x55\x1d\x0e", 3))
    out->subject_key_id = contents(one->value, end, MBEDTLS_ASN1_OCTET_STRING);
  if (is_authority_key_id(one)) out->authority_key_id = key_id_in(one);
  if (is(one, "\x55\x1d\x11", 3)) return read_alt_names(value, &out->alt_names);
  return !is(one, "\x55\x1d\x1e", 3) || read_constraints(value, &out->constraints);
}

static bool skip(unsigned char **at, const unsigned char *end) {
  size_t size = 0;
  if (*at >= end) return false;
  ++*at;
  if (mbedtls_asn1_get_len(at, end, &size) != 0) return false;
  *at += size;
  return true;
}

static bool is_time(unsigned char **at, const unsigned char *end) {
  if (*at >= end) return false;
  const bool utc = **at == MBEDTLS_ASN1_UTC_TIME;
  const unsigned char *begin = *at + 2;
  return skip(at, end) && *at - begin == (utc ? 13 : 15) && (*at)[-1] == 'Z';
}

// RFC 5280, 4.1.2.5: 2.28 takes a time of no zone for one.
static bool has_proper_times(const mbedtls_x509_crt *certificate) {
  unsigned char *at = certificate->tbs.p;
  const unsigned char *end = at + certificate->tbs.len;
  size_t size = 0;
  if (mbedtls_asn1_get_tag(&at, end, &size, SEQUENCE) != 0) return false;
  if (at < end && *at == (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED) &&
      !skip(&at, end))
    return false;
  // Serial number, algorithm and issuer come before.
  if (!skip(&at, end) || !skip(&at, end) || !skip(&at, end)) return false;
  return mbedtls_asn1_get_tag(&at, end, &size, SEQUENCE) == 0 && is_time(&at, end) &&
         is_time(&at, end);
}

static bool is_proper_name(const mbedtls_x509_buf *name) {
  return is_directory_name((plugtls_bytes){name->p, name->len});
}

static bool has_proper_names(const mbedtls_x509_crt *certificate) {
  return is_proper_name(&certificate->subject_raw) && is_proper_name(&certificate->issuer_raw);
}

struct extensions extensions_of(const mbedtls_x509_crt *certificate) {
  struct extensions out = {.malformed = false};
  struct extension seen[MOST_EXTENSIONS];
  size_t count = 0, size = 0;
  unsigned char *at = certificate->v3_ext.p;
  out.malformed = !has_proper_times(certificate) || !has_proper_names(certificate);
  if (out.malformed || at == NULL || certificate->v3_ext.len == 0) return out;
  const unsigned char *end = at + certificate->v3_ext.len;
  out.malformed = mbedtls_asn1_get_tag(&at, end, &size, SEQUENCE) != 0 || at + size != end;
  while (!out.malformed && at < end) {
    struct extension one;
    out.malformed = count == MOST_EXTENSIONS || !next_extension(&at, end, &one) ||
                    is_among(&one, seen, count) || !keep(&one, &out);
    if (!out.malformed) seen[count++] = one;
  }
  return out;
}

// The first for which the question is answered with yes; what cannot be read is, where `otherwise`.
static bool find_in_list(const mbedtls_x509_buf *list, bool (*wanted)(const struct extension *),
                         bool otherwise, struct extension *out) {
  unsigned char *at = list->p;
  size_t size = 0;
  if (at == NULL || list->len == 0) return false;
  const unsigned char *end = at + list->len;
  if (mbedtls_asn1_get_tag(&at, end, &size, SEQUENCE) != 0 || at + size != end) return otherwise;
  while (at < end) {
    if (!next_extension(&at, end, out)) return otherwise;
    if (wanted(out)) return true;
  }
  return false;
}

static bool is_critical(const struct extension *one) {
  return one->critical;
}

bool has_critical_extension(const mbedtls_x509_buf *list) {
  struct extension unused;
  return find_in_list(list, is_critical, true, &unused);
}

plugtls_bytes authority_key_id_of(const mbedtls_x509_buf *list) {
  struct extension one;
  if (!find_in_list(list, is_authority_key_id, false, &one)) return (plugtls_bytes){NULL, 0};
  return key_id_in(&one);
}

// The parameters of id-ecPublicKey are a SEQUENCE where they are no name (RFC 5480, 2.1.1).
bool has_explicit_curve(const mbedtls_x509_crt *certificate) {
  unsigned char *at = certificate->pk_raw.p;
  const unsigned char *end = at + certificate->pk_raw.len;
  size_t size = 0;
  if (mbedtls_pk_get_type(&certificate->pk) != MBEDTLS_PK_ECKEY) return false;
  if (mbedtls_asn1_get_tag(&at, end, &size, SEQUENCE) != 0 ||
      mbedtls_asn1_get_tag(&at, end, &size, SEQUENCE) != 0 ||
      mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_OID) != 0)
    return true;  // it was read before, and is not understood: nothing to rely on
  return at + size < end && at[size] == SEQUENCE;
}

bool has_purpose(const mbedtls_x509_crt *certificate, bool server) {
  const char *wanted = server ? MBEDTLS_OID_SERVER_AUTH : MBEDTLS_OID_CLIENT_AUTH;
  if ((certificate->ext_types & MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE) == 0) return true;
  const mbedtls_x509_sequence *one = &certificate->ext_key_usage;
  for (; one != NULL; one = one->next)
    if (one->buf.len == strlen(wanted) && memcmp(one->buf.p, wanted, one->buf.len) == 0)
      return true;  // anyExtendedKeyUsage is not it
  return false;
}

int64_t seconds_of(const mbedtls_x509_time *time) {
  // The year begins in March, so that the leap day is its last.
  const int64_t year = time->year - (time->mon <= 2 ? 1 : 0);
  const int64_t month = (time->mon + 9) % 12;
  const int64_t days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 +
                       time->day - 1 - 719468;
  return ((days * 24 + time->hour) * 60 + time->min) * 60 + time->sec;
}
