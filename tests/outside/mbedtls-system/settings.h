// SPDX-License-Identifier: Apache-2.0
// Versions, cipher suites, groups and protocols: what there is, and what of it a configuration chooses.
#pragma once

#include <plugtls/backend.h>

#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

#include <stdbool.h>

#if MBEDTLS_VERSION_NUMBER >= 0x03000000 && defined(MBEDTLS_SSL_PROTO_TLS1_3)
#  define HAS_TLS13 1
#else
#  define HAS_TLS13 0
#endif

#if defined(MBEDTLS_SSL_KEYING_MATERIAL_EXPORT)
#  define EXPORTS_ITSELF 1
#else
#  define EXPORTS_ITSELF 0
#endif
#define HAS_PSS (MBEDTLS_VERSION_NUMBER >= 0x03000000)
// 2.28 takes hashes, and its servers do not keep to them.
#define SETS_SCHEMES (MBEDTLS_VERSION_NUMBER >= 0x03000000)
// 2.28 has the parts that TLS 1.2's exporter takes.
#define HAS_EXPORTER (EXPORTS_ITSELF || MBEDTLS_VERSION_NUMBER < 0x03000000)

enum {
  MOST_SUITES = 16,
  MOST_GROUPS = 8,
  MOST_SCHEMES = 12
};

struct settings {
  uint16_t version_min, version_max;
  int suites[MOST_SUITES + 1];  // ends in 0, as do the groups
  uint16_t groups[MOST_GROUPS + 1];
  uint16_t schemes[MOST_SCHEMES + 1];  // by which peers may prove who they are, and we
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  mbedtls_ecp_group_id curves[MOST_GROUPS + 1];
#endif
  const char **protocols;  // ends in NULL; one piece of memory with the names behind
};

bool settings_has_scheme(const struct settings *settings, uint16_t scheme);
bool is_tls13(uint16_t suite);
// Numbers of PLUGTLS_LIST_..., in the order in which they are preferred.
size_t available(uint32_t list, uint16_t *out, size_t capacity);
size_t settings_list(const struct settings *settings, uint32_t list, uint16_t *out,
                     size_t capacity);

plugtls_status settings_choose(struct settings *settings, const plugtls_config *config,
                               plugtls_error *err);
plugtls_status settings_apply(const struct settings *settings, mbedtls_ssl_config *conf,
                              plugtls_error *err);
