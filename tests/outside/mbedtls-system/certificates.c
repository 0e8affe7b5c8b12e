// SPDX-License-Identifier: Apache-2.0
#include "certificates.h"

#include "error.h"
#include "sized.h"

#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// A bundle of all the world's authorities is under one MiB; this bounds a mistaken path.
enum {
  LARGEST_SOURCE = 64 << 20,
  ROOM_AT_FIRST = 1 << 16
};

// An encoding, with a NUL behind it that does not count, and where it came from.
struct blob {
  unsigned char *data;
  size_t size;
  char origin[256];
};

static void blob_free(struct blob *blob, const plugtls_host *host) {
  if (blob->data != NULL) host->secure_wipe(blob->data, blob->size);
  free(blob->data);
  blob->data = NULL;
}

static plugtls_status file_error(plugtls_error *err, const char *path, const char *what,
                                 int number) {
  plugtls_error error;
  char why[128] = "";
  make_error(&error, PLUGTLS_E_FILE, "%s: %s: %s", path, what, strerror_r(number, why, sizeof why));
  error.os_error = number;
  if (err != NULL) write_sized(err, &error, sizeof error);
  return PLUGTLS_FAILED;
}

// Twice the room, and none of what may be a key left in the old.
static bool grow(struct blob *blob, size_t *room, const plugtls_host *host) {
  unsigned char *more = malloc(2 * *room);
  if (more == NULL) return false;
  memcpy(more, blob->data, blob->size);
  host->secure_wipe(blob->data, blob->size);
  free(blob->data);
  blob->data = more;
  *room *= 2;
  return true;
}

static plugtls_status read_all(struct blob *out, int fd, const plugtls_host *host,
                               plugtls_error *err) {
  size_t room = ROOM_AT_FIRST;
  out->data = malloc(room);
  if (out->data == NULL) return out_of_memory(err);
  for (;;) {
    const ssize_t got = read(fd, out->data + out->size, room - out->size - 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(err, out->origin, "cannot be read", errno);
    out->size += (size_t)got;
    out->data[out->size] = 0;
    if (got == 0) return PLUGTLS_OK;
    if (out->size > LARGEST_SOURCE) return file_error(err, out->origin, "is too large", EFBIG);
    if (room - out->size < 2 && !grow(out, &room, host)) return out_of_memory(err);
  }
}

// A FIFO that nobody writes to must not hang the program.
static plugtls_status read_file(struct blob *out, const char *path, const plugtls_host *host,
                                plugtls_error *err) {
  snprintf(out->origin, sizeof out->origin, "%s", path);
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return file_error(err, path, "cannot be opened", errno);
  const plugtls_status status = read_all(out, fd, host, err);
  close(fd);
  return status;
}

static plugtls_status read_named(struct blob *out, plugtls_bytes path, const plugtls_host *host,
                                 plugtls_error *err) {
  if (path.size == 0 || memchr(path.data, 0, path.size) != NULL)
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "a source's path is empty, or has a NUL in it");
  char *name = strndup((const char *)path.data, path.size);
  if (name == NULL) return out_of_memory(err);
  const plugtls_status status = read_file(out, name, host, err);
  free(name);
  return status;
}

static plugtls_status read_bytes(struct blob *out, plugtls_bytes bytes, plugtls_error *err) {
  snprintf(out->origin, sizeof out->origin, "the bytes given");
  out->data = malloc(bytes.size + 1);
  if (out->data == NULL) return out_of_memory(err);
  if (bytes.size > 0) memcpy(out->data, bytes.data, bytes.size);
  out->data[bytes.size] = 0;
  out->size = bytes.size;
  return PLUGTLS_OK;
}

static plugtls_status read_system(struct blob *out, const plugtls_host *host, plugtls_error *err) {
  const char *bundle = host->system_trust_bundle(host->user);
  if (bundle == NULL)
    return fail(err, PLUGTLS_E_TRUST_STORE_EMPTY,
                "this system has no bundle of trust anchors; "
                "install ca-certificates, or give a trust store");
  return read_file(out, bundle, host, err);
}

// `out` is blob_free's from here on, whatever the answer.
static plugtls_status read_source(struct blob *out, const plugtls_source *from,
                                  const plugtls_host *host, plugtls_error *err) {
  plugtls_source source;
  read_sized(&source, sizeof source, from);
  memset(out, 0, sizeof *out);
  switch (source.kind) {
    case PLUGTLS_SOURCE_BYTES:
      return read_bytes(out, source.bytes, err);
    case PLUGTLS_SOURCE_FILE:
      return read_named(out, source.bytes, host, err);
    case PLUGTLS_SOURCE_SYSTEM:
      return read_system(out, host, err);
    case PLUGTLS_SOURCE_DIRECTORY:
      return unsupported(err, PLUGTLS_FEATURE_TRUST_DIRECTORY, "this backend reads no directories");
    case PLUGTLS_SOURCE_URI:
      return unsupported(err, PLUGTLS_FEATURE_KEY_PKCS11, "this backend has no PKCS#11");
    case PLUGTLS_SOURCE_SIGNER:
      return unsupported(err, PLUGTLS_FEATURE_KEY_SIGNER, "this backend has no signers");
    default:
      return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "a source of kind %u cannot be read",
                  source.kind);
  }
}

static bool is_pem(const struct blob *blob) {
  return memmem(blob->data, blob->size, "-----BEGIN ", 11) != NULL;
}

// What certificate it is, is the peer's to judge, or the policy's.
static int accept_extension(void *unused, const mbedtls_x509_crt *certificate,
                            const mbedtls_x509_buf *oid, int critical, const unsigned char *value,
                            const unsigned char *end) {
  (void)unused, (void)certificate, (void)oid, (void)critical, (void)value, (void)end;
  return 0;
}

// Mbed TLS passes over what is behind a certificate.
int read_der(mbedtls_x509_crt *chain, const unsigned char *der, size_t size) {
  unsigned char *at = (unsigned char *)der;
  size_t inside = 0;
  const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
  if (mbedtls_asn1_get_tag(&at, der + size, &inside, sequence) != 0 || at + inside != der + size)
    return MBEDTLS_ERR_X509_INVALID_FORMAT;
  return mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, size, 1, accept_extension, NULL);
}

// Sound certificates of whose keys or signatures Mbed TLS knows nothing.
static bool is_beyond(int native) {
  switch (high_of(native)) {
    case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
    case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
    case MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE:
    case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
    case MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE:
      return true;
    default:
      return false;
  }
}

struct reading {
  mbedtls_x509_crt *chain;
  bool lenient;  // passes over what is beyond the library
  size_t found;
  uint32_t feature;  // of what was beyond it
  int native;
};

static uint32_t feature_beyond(const unsigned char *der, size_t size) {
  const bool edwards = memmem(der, size, "\x06\x03\x2b\x65\x70", 5) != NULL ||
                       memmem(der, size, "\x06\x03\x2b\x65\x71", 5) != NULL;
  if (edwards) return PLUGTLS_FEATURE_CERT_ED25519;
  const bool pss = memmem(der, size, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", 9) != NULL;
  return pss ? PLUGTLS_FEATURE_CERT_RSA_PSS : PLUGTLS_FEATURE_NONE;
}

static bool take(struct reading *reading, const unsigned char *der, size_t size) {
  reading->native = read_der(reading->chain, der, size);
  if (reading->native == 0) ++reading->found;
  if (reading->native == 0 || !is_beyond(reading->native)) return reading->native == 0;
  reading->feature = feature_beyond(der, size);
  return reading->lenient;
}

// False at a block that cannot be read, one cut short included.
static bool take_blocks(struct reading *reading, const struct blob *blob) {
  static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";
  const unsigned char *at = blob->data;
  bool good = true;
  while (good && strstr((const char *)at, begin) != NULL) {
    mbedtls_pem_context pem;
    size_t used = 0;
    mbedtls_pem_init(&pem);
    reading->native = mbedtls_pem_read_buffer(&pem, begin, end, at, NULL, 0, &used);
    good = reading->native == 0 && take(reading, pem.buf, pem.buflen);
    at += used;
    mbedtls_pem_free(&pem);
  }
  return good;
}

static plugtls_status read_certificates(struct reading *reading, const plugtls_source *source,
                                        const plugtls_host *host, plugtls_error *err) {
  struct blob blob;
  const size_t before = reading->found;
  plugtls_status status = read_source(&blob, source, host, err);
  if (status == PLUGTLS_OK) {
    const bool whole =
        is_pem(&blob) ? take_blocks(reading, &blob) : take(reading, blob.data, blob.size);
    const bool beyond = reading->feature != PLUGTLS_FEATURE_NONE;
    if (!whole && beyond)
      status =
          unsupported(err, reading->feature,
                      "%s: Mbed TLS has certificates with RSA and ECDSA keys only", blob.origin);
    else if (!whole || (reading->found == before && !beyond))
      status = fail_native(err, PLUGTLS_E_CERTIFICATE_MALFORMED, reading->native,
                           "%s: no certificate could be read from it", blob.origin);
  }
  blob_free(&blob, host);
  return status;
}

// EncryptedPrivateKeyInfo (RFC 5958) begins with an AlgorithmIdentifier, every other key with a version.
static bool is_encrypted(const struct blob *blob) {
  if (is_pem(blob)) return memmem(blob->data, blob->size, "ENCRYPTED", 9) != NULL;
  unsigned char *at = blob->data;
  size_t size = 0;
  const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
  return mbedtls_asn1_get_tag(&at, blob->data + blob->size, &size, sequence) == 0 && size > 0 &&
         *at == sequence;
}

static plugtls_status parse_key(mbedtls_pk_context *key, const struct blob *blob,
                                plugtls_error *err) {
  if (is_encrypted(blob))
    return unsupported(err, PLUGTLS_FEATURE_KEY_ENCRYPTED,
                       "%s: the private key is encrypted, and this backend opens none",
                       blob->origin);
  const size_t size = is_pem(blob) ? blob->size + 1 : blob->size;
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  const int native = mbedtls_pk_parse_key(key, blob->data, size, NULL, 0);
#else
  const int native = mbedtls_pk_parse_key(key, blob->data, size, NULL, 0, random_bytes, NULL);
#endif
  if (native == 0) return PLUGTLS_OK;
  if (native == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG)
    return unsupported(err, PLUGTLS_FEATURE_CERT_ED25519,
                       "%s: Mbed TLS has RSA and ECDSA keys "
                       "only",
                       blob->origin);
  return fail_native(err, PLUGTLS_E_KEY_MALFORMED, native,
                     "%s: no private key could be read from it", blob->origin);
}

static int check_pair(const mbedtls_pk_context *certificate, const mbedtls_pk_context *key) {
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  return mbedtls_pk_check_pair(certificate, key);
#else
  return mbedtls_pk_check_pair(certificate, key, random_bytes, NULL);
#endif
}

// 2.28 keeps the multiples of a curve's base point with the first key that needs them, and takes no lock for it: the keys
// of a context, which threads share, have theirs from the beginning.
static bool prepare(mbedtls_pk_context *key) {
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

static plugtls_status read_identity(struct identity *out, const plugtls_identity *from,
                                    const plugtls_host *host, plugtls_error *err) {
  plugtls_identity identity;
  read_sized(&identity, sizeof identity, from);
  if (identity.ocsp_response != NULL)
    return unsupported(err, PLUGTLS_FEATURE_OCSP_SERVER, "this backend staples no OCSP responses");
  struct reading reading = {&out->chain, false, 0, PLUGTLS_FEATURE_NONE, 0};
  for (uint32_t i = 0; i < identity.certificate_count; ++i) {
    const plugtls_status status = read_certificates(&reading, identity.certificates[i], host, err);
    if (status != PLUGTLS_OK) return status;
  }
  struct blob blob;
  plugtls_status status = read_source(&blob, identity.key, host, err);
  if (status == PLUGTLS_OK) status = parse_key(&out->key, &blob, err);
  blob_free(&blob, host);
  if (status != PLUGTLS_OK) return status;
  const int native = check_pair(&out->chain.pk, &out->key);
  if (native != 0)
    return fail_native(err, PLUGTLS_E_KEY_MISMATCH, native,
                       "the private key does not belong to the leaf certificate");
  if (mbedtls_ssl_conf_own_cert(&out->alone, &out->chain, &out->key) != 0)
    return out_of_memory(err);
  return prepare(&out->key) ? PLUGTLS_OK : out_of_memory(err);
}

plugtls_status read_identities(plugtls_backend_context *context, const plugtls_config *config,
                               plugtls_error *err) {
  if (config->identity_count == 0) return PLUGTLS_OK;
  context->identities = calloc(config->identity_count, sizeof *context->identities);
  if (context->identities == NULL) return out_of_memory(err);
  for (uint32_t i = 0; i < config->identity_count; ++i) {
    struct identity *one = &context->identities[context->identity_count++];
    mbedtls_x509_crt_init(&one->chain);
    mbedtls_pk_init(&one->key);
    mbedtls_ssl_config_init(&one->alone);
    const plugtls_status status =
        read_identity(one, config->identities[i], &context->instance->host, err);
    if (status != PLUGTLS_OK) return status;
  }
  // The only certificate there is, is shown whatever it says of its use: the peer judges it, and tells why.
  if (context->identity_count == 1)
    context->identities[0].chain.ext_types &=
        ~(MBEDTLS_X509_EXT_KEY_USAGE | MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE);
  return PLUGTLS_OK;
}

void free_identities(plugtls_backend_context *context) {
  for (size_t i = 0; i < context->identity_count; ++i) {
    mbedtls_ssl_config_free(&context->identities[i].alone);
    mbedtls_pk_free(&context->identities[i].key);
    mbedtls_x509_crt_free(&context->identities[i].chain);
  }
  free(context->identities);
}

void store_init(struct store *store) {
  mbedtls_x509_crt_init(&store->anchors);
  mbedtls_x509_crl_init(&store->crls);
}

void store_free(struct store *store) {
  mbedtls_x509_crt_free(&store->anchors);
  mbedtls_x509_crl_free(&store->crls);
}

plugtls_status read_anchors(plugtls_backend_context *context, const plugtls_config *config,
                            plugtls_error *err) {
  const plugtls_host *host = &context->instance->host;
  struct reading reading = {&context->store.anchors, true, 0, PLUGTLS_FEATURE_NONE, 0};
  const plugtls_source system = {.size = sizeof system, .kind = PLUGTLS_SOURCE_SYSTEM};
  const plugtls_source *only_system = &system;
  const plugtls_source *const *sources = config->trust_count > 0 ? config->trust : &only_system;
  const uint32_t count = config->trust_count > 0 ? config->trust_count : 1;
  for (uint32_t i = 0; i < count; ++i) {
    const plugtls_status status = read_certificates(&reading, sources[i], host, err);
    if (status != PLUGTLS_OK) return status;
  }
  context->store.anchor_count = reading.found;
  if (reading.found == 0)
    return fail(err, PLUGTLS_E_TRUST_STORE_EMPTY,
                "the trust store holds no trust anchor that Mbed "
                "TLS can use");
  for (mbedtls_x509_crt *one = &context->store.anchors; one != NULL; one = one->next)
    if (!prepare(&one->pk)) return out_of_memory(err);
  return PLUGTLS_OK;
}
