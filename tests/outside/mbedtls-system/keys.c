// SPDX-License-Identifier: Apache-2.0
#include "keys.h"

#include "context.h"
#include "error.h"
#include "sized.h"
#include "sources.h"

#include <mbedtls/asn1.h>
#include <mbedtls/pem.h>
#include <mbedtls/platform_util.h>

#include <stdlib.h>

enum {
  LONGEST_PASSWORD = 1024
};

// In the source, or in the room where the program has written it. No data: there is none to be had.
struct password {
  plugtls_bytes bytes;
  uint8_t room[LONGEST_PASSWORD];
};

static void get_password(struct password *out, const plugtls_source *source) {
  size_t size = 0;
  out->bytes = source->password;
  if (source->password.data != NULL || source->ask_password == NULL) return;
  const plugtls_status status =
      source->ask_password(source->ask_password_user, out->room, sizeof out->room, &size);
  if (status == PLUGTLS_OK && size <= sizeof out->room)
    out->bytes = (plugtls_bytes){out->room, size};
}

// EncryptedPrivateKeyInfo (RFC 5958) begins with an AlgorithmIdentifier, every other key with a version; in PEM the label, or
// the header of OpenSSL's traditional form, says it.
static bool is_encrypted(const struct blob *blob) {
  if (is_pem(blob)) return memmem(blob->data, blob->size, "ENCRYPTED", 9) != NULL;
  unsigned char *at = blob->data;
  size_t size = 0;
  const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
  return mbedtls_asn1_get_tag(&at, blob->data + blob->size, &size, sequence) == 0 && size > 0 &&
         *at == sequence;
}

static int parse(mbedtls_pk_context *key, const unsigned char *data, size_t size,
                 plugtls_bytes password) {
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  return mbedtls_pk_parse_key(key, data, size, password.data, password.size);
#else
  return mbedtls_pk_parse_key(key, data, size, password.data, password.size, random_bytes, NULL);
#endif
}

// What the library does not open, though it has the parts, is opened here first.
static int parse_encrypted(mbedtls_pk_context *key, const struct blob *blob,
                           plugtls_bytes password) {
  static const char begin[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----",
                    end[] = "-----END ENCRYPTED PRIVATE KEY-----";
  mbedtls_pem_context pem;
  size_t used = 0, size = 0;
  unsigned char *opened = NULL;
  mbedtls_pem_init(&pem);
  if (!is_pem(blob))
    opened = pbes2_open(blob->data, blob->size, password, &size);
  else if (mbedtls_pem_read_buffer(&pem, begin, end, blob->data, NULL, 0, &used) == 0)
    opened = pbes2_open(pem.buf, pem.buflen, password, &size);
  mbedtls_pem_free(&pem);
  if (opened == NULL)
    return parse(key, blob->data, is_pem(blob) ? blob->size + 1 : blob->size, password);
  const int native = parse(key, opened, size, (plugtls_bytes){NULL, 0});
  mbedtls_platform_zeroize(opened, size);
  free(opened);
  return native;
}

static plugtls_status refuse(int native, const struct blob *blob, bool encrypted,
                             plugtls_error *err) {
  if (native == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG)
    return unsupported(err, PLUGTLS_FEATURE_CERT_ED25519,
                       "%s: Mbed TLS has RSA and ECDSA keys only", blob->origin);
  if (encrypted)
    return fail_native(err, PLUGTLS_E_PASSWORD_WRONG, native,
                       "%s: the password does not open the private key", blob->origin);
  return fail_native(err, PLUGTLS_E_KEY_MALFORMED, native,
                     "%s: no private key could be read from it", blob->origin);
}

static plugtls_status parse_key(mbedtls_pk_context *key, const struct blob *blob,
                                const plugtls_source *source, plugtls_error *err) {
  const plugtls_bytes none = {NULL, 0};
  if (!is_encrypted(blob)) {
    const int plain = parse(key, blob->data, is_pem(blob) ? blob->size + 1 : blob->size, none);
    return plain == 0 ? PLUGTLS_OK : refuse(plain, blob, false, err);
  }
  struct password password;
  get_password(&password, source);
  if (password.bytes.data == NULL)
    return fail(err, PLUGTLS_E_PASSWORD_REQUIRED,
                "%s: the private key is encrypted and no password was given", blob->origin);
  const int native = parse_encrypted(key, blob, password.bytes);
  mbedtls_platform_zeroize(&password, sizeof password);
  return native == 0 ? PLUGTLS_OK : refuse(native, blob, true, err);
}

plugtls_status read_key(mbedtls_pk_context *key, const plugtls_source *from,
                        const plugtls_host *host, plugtls_error *err) {
  struct blob blob;
  plugtls_source source;
  read_sized(&source, sizeof source, from);
  plugtls_status status = read_source(&blob, from, host, err);
  if (status == PLUGTLS_OK) status = parse_key(key, &blob, &source, err);
  blob_free(&blob, host);
  return status;
}

int check_pair(const mbedtls_pk_context *certificate, const mbedtls_pk_context *key) {
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  return mbedtls_pk_check_pair(certificate, key);
#else
  return mbedtls_pk_check_pair(certificate, key, random_bytes, NULL);
#endif
}

// 2.28 keeps the multiples of a curve's base point with the first key that needs them, and takes no lock for it: the keys
// of a context, which threads share, have theirs from the beginning.
bool prepare_key(mbedtls_pk_context *key) {
  int native = 0;
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  if (mbedtls_pk_get_type(key) != MBEDTLS_PK_ECKEY) return true;
  mbedtls_ecp_group *group = &mbedtls_pk_ec(*key)->grp;
  mbedtls_ecp_point point;
  mbedtls_mpi one;
  mbedtls_ecp_point_init(&point);
  mbedtls_mpi_init(&one);
  native = mbedtls_mpi_lset(&one, 1);
  if (native == 0) native = mbedtls_ecp_mul(group, &point, &one, &group->G, random_bytes, NULL);
  mbedtls_mpi_free(&one);
  mbedtls_ecp_point_free(&point);
#else
  (void)key;
#endif
  return native == 0;
}
