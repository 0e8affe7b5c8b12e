// SPDX-License-Identifier: Apache-2.0
// The backend mbedtls-system: what it is, what it can do, and its table.
#include "chain.h"
#include "connection.h"
#include "context.h"
#include "error.h"
#include "offline.h"
#include "secrets.h"
#include "session.h"
#include "sized.h"
#include "tickets.h"

#include <mbedtls/version.h>

#include <pthread.h>
#include <stdio.h>

// What is missing says why.
static const struct {
  uint32_t feature, level;
  const char *note;
} capabilities[] = {
    {PLUGTLS_FEATURE_CLIENT, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_SERVER, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_TLS1_0, PLUGTLS_NO, "TLS 1.2 is the lowest version offered (RFC 8996)"},
    {PLUGTLS_FEATURE_TLS1_1, PLUGTLS_NO, "TLS 1.2 is the lowest version offered (RFC 8996)"},
    {PLUGTLS_FEATURE_TLS1_2, PLUGTLS_YES, ""},
#if HAS_TLS13
    {PLUGTLS_FEATURE_TLS1_3, PLUGTLS_YES, ""},
#else
    {PLUGTLS_FEATURE_TLS1_3, PLUGTLS_NO, "the system's Mbed TLS has no TLS 1.3"},
#endif
    {PLUGTLS_FEATURE_CIPHER_SUITES, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_GROUPS, PLUGTLS_YES, ""},
#if SETS_SCHEMES
    {PLUGTLS_FEATURE_SIGNATURE_SCHEMES, PLUGTLS_YES, ""},
#else
    {PLUGTLS_FEATURE_SIGNATURE_SCHEMES, PLUGTLS_NO,
     "Mbed TLS 2.28 takes hashes, for RSA and ECDSA alike, and its servers do not keep to them"},
#endif
    {PLUGTLS_FEATURE_ALPN, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_SNI, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_SNI_CALLBACK, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_SNI_SWITCH_CONTEXT, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_SET_CONTEXT, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_VERIFY_OFF, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_VERIFY_CHAIN_ONLY, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_VERIFY_IP, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_VERIFY_SUBJECTS, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_VERIFY_CALLBACK, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_VERIFY_TIME, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_VERIFY_OFFLINE, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_CLIENT_CERTIFICATE, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_CLIENT_AUTH, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_MULTIPLE_IDENTITIES, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_TRUST_SYSTEM, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_TRUST_FILE, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_TRUST_DIRECTORY, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_TRUST_WITHOUT_SYSTEM, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_KEY_ENCRYPTED, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_KEY_PKCS11, PLUGTLS_NO, "Mbed TLS has no PKCS#11"},
    {PLUGTLS_FEATURE_KEY_SIGNER, PLUGTLS_NO, "Mbed TLS lets others sign with RSA in TLS 1.2 alone"},
    {PLUGTLS_FEATURE_KEY_SIGNER_ASYNC, PLUGTLS_NO,
     "Mbed TLS, as distributions build it, cannot wait for a signature"},
    {PLUGTLS_FEATURE_CERT_RSA, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_CERT_ECDSA, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_CERT_RSA_PSS, PLUGTLS_NO, "Mbed TLS reads no keys for RSASSA-PSS alone"},
    {PLUGTLS_FEATURE_CERT_ED25519, PLUGTLS_NO, "Mbed TLS has no Ed25519"},
    {PLUGTLS_FEATURE_PEER_CHAIN, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_VERIFIED_CHAIN, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_CRL, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_OCSP_CLIENT, PLUGTLS_NO, "Mbed TLS has no OCSP"},
    {PLUGTLS_FEATURE_OCSP_SERVER, PLUGTLS_NO, "Mbed TLS has no OCSP"},
#if HAS_EXPORTER
    {PLUGTLS_FEATURE_EXPORTER, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_BINDING_TLS_EXPORTER, PLUGTLS_YES, ""},
#else
    {PLUGTLS_FEATURE_EXPORTER, PLUGTLS_NO, "the system's Mbed TLS is built without exporters"},
    {PLUGTLS_FEATURE_BINDING_TLS_EXPORTER, PLUGTLS_NO,
     "the system's Mbed TLS is built without exporters"},
#endif
    {PLUGTLS_FEATURE_BINDING_TLS_SERVER_END_POINT, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_KEYLOG, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_RESUMPTION, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_SESSION_BYTES, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_TICKET_KEYS, PLUGTLS_YES, ""},
#if HAS_TLS13
    {PLUGTLS_FEATURE_PSK, PLUGTLS_NO,
     "Mbed TLS takes external keys with SHA-256 alone, not each with a hash of its own"},
    {PLUGTLS_FEATURE_EARLY_DATA, PLUGTLS_NO,
     "Mbed TLS, as distributions build it, has no early data"},
#else
    {PLUGTLS_FEATURE_PSK, PLUGTLS_NO, "external keys take TLS 1.3, which Mbed TLS 2.28 lacks"},
    {PLUGTLS_FEATURE_EARLY_DATA, PLUGTLS_NO, "early data take TLS 1.3, which Mbed TLS 2.28 lacks"},
#endif
    {PLUGTLS_FEATURE_ATTACH_FD, PLUGTLS_NO, "Mbed TLS gains nothing by owning the descriptor"},
    {PLUGTLS_FEATURE_KEY_UPDATE, PLUGTLS_NO, "Mbed TLS has no KeyUpdate"},
    {PLUGTLS_FEATURE_RECORD_SIZE_LIMIT, PLUGTLS_PARTIAL,
     "records of application data; Mbed TLS does not cut handshake messages"},
    {PLUGTLS_FEATURE_HALF_CLOSE, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH, PLUGTLS_NO, "Mbed TLS has none after the handshake"},
    {PLUGTLS_FEATURE_HYBRID_KEY_EXCHANGE, PLUGTLS_NO, "Mbed TLS has no ML-KEM"},
    {PLUGTLS_FEATURE_SUSPEND, PLUGTLS_YES, ""},
    {PLUGTLS_FEATURE_EFFECTIVE_CONFIG, PLUGTLS_YES, ""},
};

// By the addresses that this file reaches: libplugtls proves by them that no other Mbed TLS in the process has captured
// the calls (B18).
static const plugtls_anchor anchors[] = {
    {"mbedtls_ssl_setup", (const void *)(uintptr_t)mbedtls_ssl_setup},
    {"mbedtls_ssl_handshake_step", (const void *)(uintptr_t)mbedtls_ssl_handshake_step},
    {"mbedtls_x509_crt_parse_der_with_ext_cb",
     (const void *)(uintptr_t)mbedtls_x509_crt_parse_der_with_ext_cb},
    {"mbedtls_pk_verify_ext", (const void *)(uintptr_t)mbedtls_pk_verify_ext},
};

static char version_found[32];
static struct plugtls_backend_instance instance;

static plugtls_status info(const plugtls_backend_instance *unused, plugtls_backend_info *out) {
  (void)unused;
  const plugtls_backend_info about = {.size = sizeof about,
                                      .anchor_count = sizeof anchors / sizeof anchors[0],
                                      .name = "mbedtls-system",
                                      .version = PLUGTLS_BACKEND_VERSION,
                                      .library = "Mbed TLS",
                                      .library_version = version_found,
                                      .library_built = MBEDTLS_VERSION_STRING,
                                      .anchors = anchors};
  write_sized(out, &about, sizeof about);
  return PLUGTLS_OK;
}

static void capability(const plugtls_backend_instance *unused, uint32_t feature,
                       plugtls_capability *out) {
  (void)unused;
  plugtls_capability answer = {
      .size = sizeof answer, .level = PLUGTLS_NO, .note = "this backend does not know the feature"};
  for (size_t i = 0; i < sizeof capabilities / sizeof capabilities[0]; ++i) {
    if (capabilities[i].feature != feature) continue;
    answer.level = capabilities[i].level;
    snprintf(answer.note, sizeof answer.note, "%s", capabilities[i].note);
  }
  if (feature == PLUGTLS_FEATURE_CIPHER_SUITES)
    answer.value = available(PLUGTLS_LIST_CIPHER_SUITES, NULL, 0);
  if (feature == PLUGTLS_FEATURE_RECORD_SIZE_LIMIT) answer.value = SMALLEST_RECORD;
  if (feature == PLUGTLS_FEATURE_SIGNATURE_SCHEMES)
    answer.value = available(PLUGTLS_LIST_SIGNATURE_SCHEMES, NULL, 0);
  if (feature == PLUGTLS_FEATURE_GROUPS) answer.value = available(PLUGTLS_LIST_GROUPS, NULL, 0);
  write_sized(out, &answer, sizeof answer);
}

static size_t list(const plugtls_backend_instance *unused, uint32_t which, uint16_t *out,
                   size_t capacity) {
  (void)unused;
  return available(which, out, capacity);
}

static const plugtls_backend_table table = {
    .size = sizeof table,
    .abi_major = PLUGTLS_ABI_MAJOR,
    .abi_minor = PLUGTLS_ABI_MINOR,
    .info = info,
    .capability = capability,
    .list = list,
    .context_create = context_create,
    .context_free = context_free,
    .context_list = context_list,
    .context_value = context_value,
    .connection_create = connection_create,
    .connection_free = connection_free,
    .handshake = handshake,
    .read = read_data,
    .write = write_data,
    .shutdown = shutdown_connection,
    .pending = pending,
    .connection_info = connection_info,
    .connection_set_context = connection_set_context,
    .connection_chain = connection_chain,
    .chain_size = chain_size,
    .chain_at = chain_at,
    .chain_free = chain_free,
    .context_set_ticket_keys = context_set_ticket_keys,
    .export_keying_material = export_keying_material,
    .channel_binding = channel_binding,
    .session_get = session_get,
    .session_export = session_export,
    .session_import = session_import,
    .session_info = session_info,
    .session_free = session_free,
    .verify_chain = verify_chain,
};

// The first host's services live as long as the process (P-ENTRY-1).
static void keep(const plugtls_host *host) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  if (instance.host.size == 0) {
    instance.host = *host;
    mbedtls_version_get_string(version_found);
  }
  pthread_mutex_unlock(&mutex);
}

// Within a branch, 2.28 or 3.6, Mbed TLS keeps its structs, and adds to what there is.
static bool is_compatible(unsigned found) {
  return found >> 16 == MBEDTLS_VERSION_NUMBER >> 16;
}

plugtls_status plugtls_backend_entry(const plugtls_host *host, plugtls_backend_export *out,
                                     plugtls_error *err) {
  plugtls_host services;
  read_sized(&services, sizeof services, host);
  if (services.abi_major != PLUGTLS_ABI_MAJOR)
    return fail(err, PLUGTLS_E_ABI, "the host has ABI %u, this backend %u",
                (unsigned)services.abi_major, (unsigned)PLUGTLS_ABI_MAJOR);
  if (services.inner != NULL)
    return fail(err, PLUGTLS_E_BACKEND_REFUSED, "this backend wraps no other");
  const unsigned found = mbedtls_version_get_number();
  if (!is_compatible(found))
    return fail(err, PLUGTLS_E_BACKEND_REFUSED,
                "built against Mbed TLS %s, and there is %u.%u.%u; they are of different branches",
                MBEDTLS_VERSION_STRING, found >> 24, found >> 16 & 0xff, found >> 8 & 0xff);
  keep(&services);
  const plugtls_backend_export export = {sizeof export, 0, &table, &instance};
  write_sized(out, &export, sizeof export);
  return PLUGTLS_OK;
}
