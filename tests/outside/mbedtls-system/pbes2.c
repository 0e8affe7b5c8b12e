// SPDX-License-Identifier: Apache-2.0
// PBES2 (RFC 8018, 6.2) by PBKDF2 and AES-CBC, which everybody writes today: 2.28 opens it with DES alone.
#include "keys.h"

#include <mbedtls/aes.h>
#include <mbedtls/asn1.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/platform_util.h>

#include <stdlib.h>
#include <string.h>

enum {
  SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE,
  BLOCK = 16,
  LONGEST_KEY = 32,
  MOST_ITERATIONS = 10 * 1000 * 1000  // of seconds, not of days
};

struct parameters {
  mbedtls_asn1_buf salt, iv;
  int iterations;
  unsigned key_size;
  mbedtls_md_type_t hash;
};

struct reader {
  unsigned char *at;
  const unsigned char *end;
};

// What is inside the next element; the reader goes on behind it.
static bool enter(struct reader *from, int tag, struct reader *out) {
  size_t size = 0;
  if (mbedtls_asn1_get_tag(&from->at, from->end, &size, tag) != 0) return false;
  *out = (struct reader){from->at, from->at + size};
  from->at += size;
  return true;
}

static mbedtls_asn1_buf rest_of(const struct reader *reader, int tag) {
  return (mbedtls_asn1_buf){tag, (size_t)(reader->end - reader->at), reader->at};
}

static bool take_oid(struct reader *from, mbedtls_asn1_buf *out) {
  struct reader oid;
  if (!enter(from, MBEDTLS_ASN1_OID, &oid)) return false;
  *out = rest_of(&oid, MBEDTLS_ASN1_OID);
  return true;
}

static bool is(const mbedtls_asn1_buf *oid, const char *wanted, size_t size) {
  return oid->len == size && memcmp(oid->p, wanted, size) == 0;
}

// Without a name it is HMAC with SHA-1.
static bool read_prf(struct reader from, struct parameters *out) {
  mbedtls_asn1_buf oid;
  struct reader algorithm;
  out->hash = MBEDTLS_MD_SHA1;
  if (from.at == from.end) return true;
  return enter(&from, SEQUENCE, &algorithm) && take_oid(&algorithm, &oid) &&
         mbedtls_oid_get_md_hmac(&oid, &out->hash) == 0;
}

static bool read_derivation(struct reader *from, struct parameters *out) {
  struct reader algorithm, inside, salt;
  mbedtls_asn1_buf oid;
  int key_size = 0;
  if (!enter(from, SEQUENCE, &algorithm) || !take_oid(&algorithm, &oid) ||
      !is(&oid, MBEDTLS_OID_PKCS5_PBKDF2, MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS5_PBKDF2)) ||
      !enter(&algorithm, SEQUENCE, &inside) || !enter(&inside, MBEDTLS_ASN1_OCTET_STRING, &salt) ||
      mbedtls_asn1_get_int(&inside.at, inside.end, &out->iterations) != 0)
    return false;
  out->salt = rest_of(&salt, MBEDTLS_ASN1_OCTET_STRING);
  if (inside.at < inside.end && *inside.at == MBEDTLS_ASN1_INTEGER &&
      mbedtls_asn1_get_int(&inside.at, inside.end, &key_size) != 0)
    return false;
  return out->iterations > 0 && out->iterations <= MOST_ITERATIONS && read_prf(inside, out);
}

// 2.16.840.1.101.3.4.1 and 2, 22 or 42: AES of 128, 192 or 256 bits in CBC.
static bool read_cipher(struct reader *from, struct parameters *out) {
  static const char aes[] = "\x60\x86\x48\x01\x65\x03\x04\x01";
  struct reader algorithm, iv;
  mbedtls_asn1_buf oid;
  if (!enter(from, SEQUENCE, &algorithm) || !take_oid(&algorithm, &oid) || oid.len != 9 ||
      memcmp(oid.p, aes, 8) != 0 || !enter(&algorithm, MBEDTLS_ASN1_OCTET_STRING, &iv))
    return false;
  out->iv = rest_of(&iv, MBEDTLS_ASN1_OCTET_STRING);
  const unsigned char which = oid.p[8];
  out->key_size = which == 2 ? 16 : which == 22 ? 24 : which == 42 ? 32 : 0;
  return out->key_size != 0 && out->iv.len == BLOCK;
}

static bool read_parameters(struct reader *from, struct parameters *out, struct reader *data) {
  struct reader info, algorithm, inside;
  mbedtls_asn1_buf oid;
  return enter(from, SEQUENCE, &info) && enter(&info, SEQUENCE, &algorithm) &&
         take_oid(&algorithm, &oid) &&
         is(&oid, MBEDTLS_OID_PKCS5_PBES2, MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS5_PBES2)) &&
         enter(&algorithm, SEQUENCE, &inside) && read_derivation(&inside, out) &&
         read_cipher(&inside, out) && enter(&info, MBEDTLS_ASN1_OCTET_STRING, data) &&
         data->at < data->end && (data->end - data->at) % BLOCK == 0;
}

static int derive(const struct parameters *how, plugtls_bytes password, unsigned char *key) {
  mbedtls_md_context_t md;
  mbedtls_md_init(&md);
  int native = mbedtls_md_setup(&md, mbedtls_md_info_from_type(how->hash), 1);
  if (native == 0)
    native =
        mbedtls_pkcs5_pbkdf2_hmac(&md, password.data, password.size, how->salt.p, how->salt.len,
                                  (unsigned)how->iterations, how->key_size, key);
  mbedtls_md_free(&md);
  return native;
}

static int decrypt(const struct parameters *how, plugtls_bytes password, struct reader data,
                   unsigned char *out) {
  unsigned char key[LONGEST_KEY], iv[BLOCK];
  mbedtls_aes_context aes;
  memcpy(iv, how->iv.p, BLOCK);
  mbedtls_aes_init(&aes);
  int native = derive(how, password, key);
  if (native == 0) native = mbedtls_aes_setkey_dec(&aes, key, how->key_size * 8);
  if (native == 0)
    native = mbedtls_aes_crypt_cbc(&aes, MBEDTLS_AES_DECRYPT, (size_t)(data.end - data.at), iv,
                                   data.at, out);
  mbedtls_aes_free(&aes);
  mbedtls_platform_zeroize(key, sizeof key);
  return native;
}

// PKCS #7; 0 if it is none.
static size_t size_without_padding(const unsigned char *data, size_t size) {
  const size_t count = data[size - 1];
  if (count == 0 || count > BLOCK || count > size) return 0;
  for (size_t i = size - count; i < size; ++i)
    if (data[i] != count) return 0;
  return size - count;
}

unsigned char *pbes2_open(const unsigned char *der, size_t size, plugtls_bytes password,
                          size_t *out_size) {
  struct reader from = {(unsigned char *)der, der + size}, data;
  struct parameters how;
  memset(&how, 0, sizeof how);
  if (!read_parameters(&from, &how, &data)) return NULL;
  const size_t whole = (size_t)(data.end - data.at);
  unsigned char *out = malloc(whole);
  if (out == NULL) return NULL;
  *out_size = decrypt(&how, password, data, out) == 0 ? size_without_padding(out, whole) : 0;
  if (*out_size > 0) return out;
  mbedtls_platform_zeroize(out, whole);
  free(out);
  return NULL;
}
