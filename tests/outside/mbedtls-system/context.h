// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "settings.h"
#include "ticket_keys.h"

#include <plugtls/backend.h>

#include <mbedtls/ssl.h>

#include <stdbool.h>

// Mbed TLS goes no further than this, whatever is asked for.
enum {
  DIGEST_SIZE = 32,
  MOST_INTERMEDIATES = 8,
  LONGEST_PATH = MOST_INTERMEDIATES + 2,
  SMALLEST_RECORD = 64,
  LARGEST_RECORD = 16384
};

struct plugtls_backend_instance {
  plugtls_host host;
};

// What peers' certificates are held against.
struct store {
  mbedtls_x509_crt anchors;
  size_t anchor_count;
  mbedtls_x509_crl crls;
  uint32_t crl_check;
};

struct identity {
  mbedtls_x509_crt chain;  // leaf first
  mbedtls_pk_context key;
  mbedtls_ssl_config alone;  // has nothing else: for its list of this one
};

struct plugtls_backend_context {
  plugtls_backend_instance *instance;
  plugtls_backend_callbacks callbacks;
  mbedtls_ssl_config conf;
  mbedtls_x509_crt_profile profile;
  struct settings settings;  // the library keeps pointers into it
  uint32_t role;
  uint32_t client_auth;
  uint32_t verify_depth;
  uint32_t record_size;
  uint64_t flags;
  int64_t verify_time;  // with PLUGTLS_CONFIG_VERIFY_TIME in the flags
  struct identity *identities;
  size_t identity_count;
  struct store store;
  uint8_t digest[DIGEST_SIZE];  // of all that a session depends on
  struct ticket_keys ticket_keys;
  uint32_t ticket_lifetime, ticket_count;  // servers
};

// Before anything else of the library's is used, by any thread.
void start_library(void);
uint32_t depth_of(const plugtls_config *config);
plugtls_status check_depth(uint32_t depth, plugtls_error *err);
void make_profile(mbedtls_x509_crt_profile *out);
bool verifies(const plugtls_backend_context *context);
int64_t time_of_verification(const plugtls_backend_context *context);

// For Mbed TLS. The kernel's: nothing to lock, and nothing that two processes share after a fork.
int random_bytes(void *unused, unsigned char *out, size_t size);

plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err);
void context_free(plugtls_backend_context *context);
size_t context_list(const plugtls_backend_context *context, uint32_t list, uint16_t *out,
                    size_t capacity);
plugtls_status context_value(const plugtls_backend_context *context, uint32_t value, uint64_t *out);
