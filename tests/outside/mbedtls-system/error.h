// SPDX-License-Identifier: Apache-2.0
// The errors of the ABI, and what Mbed TLS's numbers come to.
#pragma once

#include <plugtls/backend.h>

#include <stdbool.h>

enum {
  ALERT_UNEXPECTED_MESSAGE = 10,
  ALERT_BAD_RECORD_MAC = 20,
  ALERT_HANDSHAKE_FAILURE = 40,
  ALERT_BAD_CERTIFICATE = 42,
  ALERT_CERTIFICATE_REVOKED = 44,
  ALERT_CERTIFICATE_EXPIRED = 45,
  ALERT_ILLEGAL_PARAMETER = 47,
  ALERT_UNKNOWN_CA = 48,
  ALERT_DECODE_ERROR = 50,
  ALERT_PROTOCOL_VERSION = 70,
  ALERT_INTERNAL_ERROR = 80,
  ALERT_UNRECOGNIZED_NAME = 112,
  ALERT_CERTIFICATE_REQUIRED = 116,
  ALERT_NO_APPLICATION_PROTOCOL = 120
};

// Each answers PLUGTLS_FAILED. `err` may be NULL.
__attribute__((format(printf, 3, 4))) plugtls_status fail(plugtls_error *err, int32_t code,
                                                          const char *format, ...);
__attribute__((format(printf, 4, 5))) plugtls_status fail_native(plugtls_error *err, int32_t code,
                                                                 int native, const char *format,
                                                                 ...);
__attribute__((format(printf, 3, 4))) plugtls_status unsupported(plugtls_error *err,
                                                                 uint32_t feature,
                                                                 const char *format, ...);
plugtls_status out_of_memory(plugtls_error *err);

// An error of this backend's own, to be kept.
__attribute__((format(printf, 3, 4))) void make_error(plugtls_error *out, int32_t code,
                                                      const char *format, ...);
void set_native(plugtls_error *error, int native);
void certificate_refused(plugtls_error *out, int32_t code, int32_t depth);

// Without the part that says what the module called.
int high_of(int native);
// Of a failed handshake or connection. `alert` is what the library told the peer, or PLUGTLS_ALERT_NONE.
int32_t protocol_code(int native, int32_t alert);
// Of a certificate that could not be read.
int32_t certificate_code(int native);
int32_t alert_for(int native);
int32_t alert_of_certificate(int32_t code, bool tls13);
