// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include "error.h"

#include <mbedtls/ecp.h>
#include <mbedtls/ssl_ciphersuites.h>

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const uint16_t all_versions[] = {
    PLUGTLS_VERSION_TLS1_2,
#if HAS_TLS13
    PLUGTLS_VERSION_TLS1_3,
#endif
};

// With forward secrecy and authenticated encryption, all of them.
static const uint16_t all_suites[] = {
#if HAS_TLS13
    0x1301,  // TLS_AES_128_GCM_SHA256
    0x1302,  // TLS_AES_256_GCM_SHA384
    0x1303,  // TLS_CHACHA20_POLY1305_SHA256
#endif
    0xc02b,  // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    0xc02f,  // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    0xc02c,  // TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
    0xc030,  // TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    0xcca9,  // TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
    0xcca8,  // TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
};

static const uint16_t all_groups[] = {
    0x001d,  // x25519
    0x0017,  // secp256r1
    0x0018,  // secp384r1
    0x0019,  // secp521r1
};

// SHA-1, which 2.28 would take, is not among them.
static const uint16_t all_schemes[] = {
    0x0403,  // ecdsa_secp256r1_sha256
    0x0503,  // ecdsa_secp384r1_sha384
    0x0603,  // ecdsa_secp521r1_sha512
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    0x0804,  // rsa_pss_rsae_sha256
    0x0805,  // rsa_pss_rsae_sha384
    0x0806,  // rsa_pss_rsae_sha512
#endif
    0x0401,  // rsa_pkcs1_sha256
    0x0501,  // rsa_pkcs1_sha384
    0x0601,  // rsa_pkcs1_sha512
};

#if MBEDTLS_VERSION_NUMBER < 0x03000000
// Their hashes, which is all that 2.28 takes.
static const int hashes[] = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384, MBEDTLS_MD_SHA512,
                             MBEDTLS_MD_NONE};
#endif

bool is_tls13(uint16_t suite) {
  return suite >> 8 == 0x13;
}

static bool contains(const uint16_t *list, size_t count, uint16_t number) {
  for (size_t i = 0; i < count; ++i)
    if (list[i] == number) return true;
  return false;
}

// What a distribution has built the library without is not there.
static bool has_suite(uint16_t number) {
  return contains(all_suites, COUNT(all_suites), number) &&
         mbedtls_ssl_ciphersuite_from_id(number) != NULL;
}

static bool has_group(uint16_t number) {
  return contains(all_groups, COUNT(all_groups), number) &&
         mbedtls_ecp_curve_info_from_tls_id(number) != NULL;
}

static size_t put(uint16_t number, size_t count, uint16_t *out, size_t capacity) {
  if (out != NULL && count < capacity) out[count] = number;
  return count + 1;
}

size_t available(uint32_t list, uint16_t *out, size_t capacity) {
  size_t count = 0;
  if (list == PLUGTLS_LIST_VERSIONS)
    for (size_t i = 0; i < COUNT(all_versions); ++i)
      count = put(all_versions[i], count, out, capacity);
  if (list == PLUGTLS_LIST_SIGNATURE_SCHEMES && SETS_SCHEMES)
    for (size_t i = 0; i < COUNT(all_schemes); ++i)
      count = put(all_schemes[i], count, out, capacity);
  if (list == PLUGTLS_LIST_CIPHER_SUITES)
    for (size_t i = 0; i < COUNT(all_suites); ++i)
      if (has_suite(all_suites[i])) count = put(all_suites[i], count, out, capacity);
  if (list == PLUGTLS_LIST_GROUPS)
    for (size_t i = 0; i < COUNT(all_groups); ++i)
      if (has_group(all_groups[i])) count = put(all_groups[i], count, out, capacity);
  return count;
}

size_t settings_list(const struct settings *settings, uint32_t list, uint16_t *out,
                     size_t capacity) {
  size_t count = 0;
  if (list == PLUGTLS_LIST_VERSIONS)
    for (size_t i = 0; i < COUNT(all_versions); ++i)
      if (settings->version_min <= all_versions[i] && all_versions[i] <= settings->version_max)
        count = put(all_versions[i], count, out, capacity);
  if (list == PLUGTLS_LIST_SIGNATURE_SCHEMES)
    for (size_t i = 0; settings->schemes[i] != 0; ++i)
      count = put(settings->schemes[i], count, out, capacity);
  if (list == PLUGTLS_LIST_CIPHER_SUITES)
    for (size_t i = 0; settings->suites[i] != 0; ++i)
      count = put((uint16_t)settings->suites[i], count, out, capacity);
  if (list == PLUGTLS_LIST_GROUPS)
    for (size_t i = 0; settings->groups[i] != 0; ++i)
      count = put(settings->groups[i], count, out, capacity);
  return count;
}

static uint32_t feature_of(uint16_t version) {
  switch (version) {
    case PLUGTLS_VERSION_TLS1_0:
      return PLUGTLS_FEATURE_TLS1_0;
    case PLUGTLS_VERSION_TLS1_1:
      return PLUGTLS_FEATURE_TLS1_1;
    case PLUGTLS_VERSION_TLS1_3:
      return PLUGTLS_FEATURE_TLS1_3;
    default:
      return PLUGTLS_FEATURE_NONE;
  }
}

// P-CTX-3
static plugtls_status choose_version(uint16_t bound, uint16_t unset, uint16_t *out,
                                     plugtls_error *err) {
  const uint16_t highest = all_versions[COUNT(all_versions) - 1];
  *out = bound == PLUGTLS_VERSION_UNSET               ? unset
         : bound == PLUGTLS_VERSION_MINIMUM_SUPPORTED ? all_versions[0]
         : bound == PLUGTLS_VERSION_MAXIMUM_SUPPORTED ? highest
                                                      : bound;
  if (contains(all_versions, COUNT(all_versions), *out)) return PLUGTLS_OK;
  return unsupported(err, feature_of(bound),
                     "protocol version 0x%04x is not available; there are "
                     "0x%04x to 0x%04x",
                     (unsigned)bound, (unsigned)all_versions[0], (unsigned)highest);
}

static plugtls_status choose_versions(struct settings *settings, const plugtls_config *config,
                                      plugtls_error *err) {
  const uint16_t highest = all_versions[COUNT(all_versions) - 1];
  plugtls_status status =
      choose_version(config->version_min, all_versions[0], &settings->version_min, err);
  if (status == PLUGTLS_OK)
    status = choose_version(config->version_max, highest, &settings->version_max, err);
  if (status != PLUGTLS_OK || settings->version_min <= settings->version_max) return status;
  return fail(err, PLUGTLS_E_VERSION_RANGE, "the version range 0x%04x to 0x%04x is empty",
              (unsigned)settings->version_min, (unsigned)settings->version_max);
}

static void add_suite(struct settings *settings, uint16_t number, size_t *count) {
  if (!has_suite(number) || *count == MOST_SUITES) return;
  for (size_t i = 0; i < *count; ++i)
    if (settings->suites[i] == number) return;
  settings->suites[(*count)++] = number;
}

// P-CTX-2: a version that no suite of the list can serve is not offered.
static plugtls_status choose_suites(struct settings *settings, const plugtls_config *config,
                                    plugtls_error *err) {
  const bool given = config->cipher_suite_count > 0;
  const uint16_t *wanted = given ? config->cipher_suites : all_suites;
  const size_t many = given ? config->cipher_suite_count : COUNT(all_suites);
  size_t count = 0, newer = 0;
  for (size_t i = 0; i < many; ++i)
    add_suite(settings, wanted[i], &count);
  for (size_t i = 0; i < count; ++i)
    newer += is_tls13((uint16_t)settings->suites[i]) ? 1 : 0;
  if (newer == 0 && settings->version_max > PLUGTLS_VERSION_TLS1_2)
    settings->version_max = PLUGTLS_VERSION_TLS1_2;
  if (newer == count && settings->version_min < PLUGTLS_VERSION_TLS1_3)
    settings->version_min = PLUGTLS_VERSION_TLS1_3;
  if (count == 0 || settings->version_min > settings->version_max)
    return fail(err, PLUGTLS_E_NO_CIPHER_SUITE,
                "none of the %u cipher suites asked for is "
                "available for the versions asked for",
                config->cipher_suite_count);
  return PLUGTLS_OK;
}

static plugtls_status choose_groups(struct settings *settings, const plugtls_config *config,
                                    plugtls_error *err) {
  const bool given = config->group_count > 0;
  const uint16_t *wanted = given ? config->groups : all_groups;
  const size_t many = given ? config->group_count : COUNT(all_groups);
  size_t count = 0;
  for (size_t i = 0; i < many && count < MOST_GROUPS; ++i) {
    if (!has_group(wanted[i]) || contains(settings->groups, count, wanted[i])) continue;
#if MBEDTLS_VERSION_NUMBER < 0x03000000
    settings->curves[count] = mbedtls_ecp_curve_info_from_tls_id(wanted[i])->grp_id;
#endif
    settings->groups[count++] = wanted[i];
  }
  if (count > 0) return PLUGTLS_OK;
  return unsupported(err, PLUGTLS_FEATURE_GROUPS,
                     "none of the %u groups asked for is available; "
                     "see the backend's list",
                     config->group_count);
}

bool settings_has_scheme(const struct settings *settings, uint16_t scheme) {
  for (size_t i = 0; settings->schemes[i] != 0; ++i)
    if (settings->schemes[i] == scheme) return true;
  return false;
}

static plugtls_status choose_schemes(struct settings *settings, const plugtls_config *config,
                                     plugtls_error *err) {
  const bool given = config->signature_scheme_count > 0;
  const uint16_t *wanted = given ? config->signature_schemes : all_schemes;
  const size_t many = given ? config->signature_scheme_count : COUNT(all_schemes);
  size_t count = 0;
  for (size_t i = 0; i < many && count < MOST_SCHEMES; ++i)
    if (contains(all_schemes, COUNT(all_schemes), wanted[i]) &&
        !settings_has_scheme(settings, wanted[i]))
      settings->schemes[count++] = wanted[i];
  if (count > 0) return PLUGTLS_OK;
  return unsupported(err, PLUGTLS_FEATURE_SIGNATURE_SCHEMES,
                     "none of the %u signature schemes asked for is available; see the backend's "
                     "list",
                     config->signature_scheme_count);
}

static plugtls_status choose_protocols(struct settings *settings, const plugtls_config *config,
                                       plugtls_error *err) {
  size_t size = (config->alpn_count + 1) * sizeof(char *);
  if (config->alpn_count == 0) return PLUGTLS_OK;
  for (uint32_t i = 0; i < config->alpn_count; ++i) {
    if (memchr(config->alpn[i].data, 0, config->alpn[i].size) != NULL)
      return unsupported(err, PLUGTLS_FEATURE_ALPN,
                         "Mbed TLS takes no protocol name with a NUL byte in it");
    size += config->alpn[i].size + 1;
  }
  settings->protocols = calloc(1, size);
  if (settings->protocols == NULL) return out_of_memory(err);
  char *name = (char *)(settings->protocols + config->alpn_count + 1);
  for (uint32_t i = 0; i < config->alpn_count; ++i) {
    settings->protocols[i] = memcpy(name, config->alpn[i].data, config->alpn[i].size);
    name += config->alpn[i].size + 1;
  }
  return PLUGTLS_OK;
}

// What has a feature of its own was refused by libplugtls, and is again (P-GEN-5); what has none is refused here.
static plugtls_status check_rest(const plugtls_config *config, plugtls_error *err) {
  const struct {
    bool asked;
    uint32_t feature;
    const char *what;
  } rest[] = {
      {(config->flags & PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH) != 0,
       PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH, "post-handshake authentication"},
      {config->ocsp != 0, PLUGTLS_FEATURE_OCSP_CLIENT, "OCSP"},
      {config->early_data_max != 0, PLUGTLS_FEATURE_EARLY_DATA, "early data"},
      {config->signature_scheme_count > 0 && !SETS_SCHEMES, PLUGTLS_FEATURE_SIGNATURE_SCHEMES,
       "a list of signature schemes"},
      {config->psk_count > 0, PLUGTLS_FEATURE_PSK, "pre-shared keys"},
  };
  for (size_t i = 0; i < COUNT(rest); ++i)
    if (rest[i].asked)
      return unsupported(err, rest[i].feature, "this backend does not have %s", rest[i].what);
  return PLUGTLS_OK;
}

plugtls_status settings_choose(struct settings *settings, const plugtls_config *config,
                               plugtls_error *err) {
  plugtls_status status = check_rest(config, err);
  if (status == PLUGTLS_OK) status = choose_versions(settings, config, err);
  if (status == PLUGTLS_OK) status = choose_suites(settings, config, err);
  if (status == PLUGTLS_OK) status = choose_groups(settings, config, err);
  if (status == PLUGTLS_OK) status = choose_schemes(settings, config, err);
  return status == PLUGTLS_OK ? choose_protocols(settings, config, err) : status;
}

static void apply_lists(const struct settings *settings, mbedtls_ssl_config *conf) {
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  mbedtls_ssl_conf_min_version(conf, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
  mbedtls_ssl_conf_max_version(conf, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
  mbedtls_ssl_conf_curves(conf, settings->curves);
  mbedtls_ssl_conf_sig_hashes(conf, hashes);
#else
  mbedtls_ssl_conf_min_tls_version(conf, (mbedtls_ssl_protocol_version)settings->version_min);
  mbedtls_ssl_conf_max_tls_version(conf, (mbedtls_ssl_protocol_version)settings->version_max);
  mbedtls_ssl_conf_groups(conf, settings->groups);
  mbedtls_ssl_conf_sig_algs(conf, settings->schemes);
#endif
  mbedtls_ssl_conf_ciphersuites(conf, settings->suites);
}

plugtls_status settings_apply(const struct settings *settings, mbedtls_ssl_config *conf,
                              plugtls_error *err) {
  apply_lists(settings, conf);
  if (settings->protocols == NULL) return PLUGTLS_OK;
  const int native = mbedtls_ssl_conf_alpn_protocols(conf, settings->protocols);
  return native == 0 ? PLUGTLS_OK
                     : fail_native(err, PLUGTLS_E_INTERNAL, native,
                                   "Mbed TLS could not take the protocols");
}
