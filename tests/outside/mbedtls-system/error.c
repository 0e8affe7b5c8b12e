// SPDX-License-Identifier: Apache-2.0
#include "error.h"

#include "sized.h"

#include <mbedtls/error.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509.h>

#include <stdarg.h>
#include <stdio.h>

static void vmake_error(plugtls_error *out, int32_t code, const char *format, va_list arguments) {
  *out = (plugtls_error)PLUGTLS_ERROR_INIT;
  out->code = code;
  vsnprintf(out->message, sizeof out->message, format, arguments);
}

static plugtls_status tell(plugtls_error *err, const plugtls_error *error) {
  if (err != NULL) write_sized(err, error, sizeof *error);
  return PLUGTLS_FAILED;
}

void make_error(plugtls_error *out, int32_t code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vmake_error(out, code, format, arguments);
  va_end(arguments);
}

plugtls_status fail(plugtls_error *err, int32_t code, const char *format, ...) {
  plugtls_error error;
  va_list arguments;
  va_start(arguments, format);
  vmake_error(&error, code, format, arguments);
  va_end(arguments);
  return tell(err, &error);
}

plugtls_status fail_native(plugtls_error *err, int32_t code, int native, const char *format, ...) {
  plugtls_error error;
  va_list arguments;
  va_start(arguments, format);
  vmake_error(&error, code, format, arguments);
  va_end(arguments);
  set_native(&error, native);
  return tell(err, &error);
}

plugtls_status unsupported(plugtls_error *err, uint32_t feature, const char *format, ...) {
  plugtls_error error;
  va_list arguments;
  va_start(arguments, format);
  vmake_error(&error, PLUGTLS_E_UNSUPPORTED, format, arguments);
  va_end(arguments);
  error.feature = feature;
  return tell(err, &error);
}

plugtls_status out_of_memory(plugtls_error *err) {
  return fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
}

void set_native(plugtls_error *error, int native) {
  error->native_code = native;
  if (native != 0) mbedtls_strerror(native, error->native, sizeof error->native);
}

static const char *fault_of(int32_t code) {
  switch (code) {
    case PLUGTLS_E_CERT_EXPIRED:
      return "has expired";
    case PLUGTLS_E_CERT_NOT_YET_VALID:
      return "is not yet valid";
    case PLUGTLS_E_CERT_UNKNOWN_ISSUER:
      return "has an issuer that nobody here knows";
    case PLUGTLS_E_CERT_SELF_SIGNED:
    case PLUGTLS_E_CERT_UNTRUSTED_ROOT:
      return "is self-signed and no trust anchor";
    case PLUGTLS_E_CERT_NAME_MISMATCH:
    case PLUGTLS_E_CERT_IP_MISMATCH:
      return "is not for the name or address that was asked for";
    case PLUGTLS_E_CERT_KEY_USAGE:
      return "has a key usage that does not allow TLS";
    case PLUGTLS_E_CERT_EXTENDED_KEY_USAGE:
      return "has an extended key usage for something else";
    case PLUGTLS_E_CERT_NOT_A_CA:
      return "is no certification authority";
    case PLUGTLS_E_CERT_PATH_LENGTH:
      return "allows fewer authorities below it";
    case PLUGTLS_E_CERT_NAME_CONSTRAINTS:
      return "has a name that a CA above it may not speak for";
    case PLUGTLS_E_CERT_WEAK_SIGNATURE:
      return "is signed with a weak hash";
    case PLUGTLS_E_CERT_WEAK_KEY:
      return "has a key that is too weak";
    case PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION:
      return "has a critical extension that is not known here";
    case PLUGTLS_E_CERT_BAD_SIGNATURE:
      return "has a wrong signature";
    case PLUGTLS_E_CERT_MALFORMED:
      return "is malformed";
    case PLUGTLS_E_CERT_REVOKED:
      return "is revoked";
    case PLUGTLS_E_CERT_CRL_MISSING:
      return "has an issuer of whom there is no CRL";
    case PLUGTLS_E_CERT_CRL_INVALID:
      return "has an issuer whose CRL is out of date, or not to be relied on";
    case PLUGTLS_E_CERT_MISSING:
      return "is missing";
    case PLUGTLS_E_CERT_REJECTED:
      return "was rejected by the program";
    case PLUGTLS_E_CERT_CHAIN_TOO_LONG:
      return "is further from an anchor than it may be";
    default:
      return "is not acceptable to Mbed TLS";
  }
}

void certificate_refused(plugtls_error *out, int32_t code, int32_t depth) {
  char which[40] = "it";
  if (depth > 0) snprintf(which, sizeof which, "its issuer (certificate %d)", depth);
  make_error(out, code, "the peer's certificate was refused: %s %s", which, fault_of(code));
  out->certificate_depth = depth;
}

int high_of(int native) {
  return -(-native & 0xff80);
}

// The peer's certificate could not be read.
int32_t certificate_code(int native) {
  const int high = high_of(native);
  switch (high) {
    case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
    case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
    case MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE:
      return PLUGTLS_E_CERT_WEAK_KEY;  // nobody here knows how strong it is
    case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
      return PLUGTLS_E_CERT_WEAK_SIGNATURE;
    case MBEDTLS_ERR_X509_FATAL_ERROR:
      return PLUGTLS_E_CERT_CHAIN_TOO_LONG;  // of its verification, which knows no other
    default:
      return PLUGTLS_E_CERT_MALFORMED;
  }
}

static bool is_of_certificate(int native) {
  const int high = high_of(native);
  const bool x509 =
      high <= MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE && high >= MBEDTLS_ERR_X509_FATAL_ERROR;
  return x509 || high == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG || high == MBEDTLS_ERR_PK_INVALID_PUBKEY ||
         high == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE || high == MBEDTLS_ERR_PK_INVALID_ALG;
}

// 2.28 has one number for a hello that says nothing acceptable, whatever it is; its alert says which.
int32_t protocol_code(int native, int32_t alert) {
  switch (native) {
    case MBEDTLS_ERR_SSL_INVALID_MAC:
      return PLUGTLS_E_BAD_RECORD;
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
      return PLUGTLS_E_CERT_MISSING;
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    case MBEDTLS_ERR_X509_ALLOC_FAILED:
      return PLUGTLS_E_OUT_OF_MEMORY;
    default:
      break;
  }
  if (is_of_certificate(native)) return certificate_code(native);
  switch (alert != PLUGTLS_ALERT_NONE ? alert : alert_for(native)) {
    case ALERT_PROTOCOL_VERSION:
      return PLUGTLS_E_NO_COMMON_VERSION;
    case ALERT_HANDSHAKE_FAILURE:
      return PLUGTLS_E_NO_COMMON_PARAMETERS;
    case ALERT_NO_APPLICATION_PROTOCOL:
      return PLUGTLS_E_NO_COMMON_PROTOCOL;
    default:
      return PLUGTLS_E_PROTOCOL;
  }
}

int32_t alert_for(int native) {
  switch (native) {
    case MBEDTLS_ERR_SSL_INVALID_MAC:
      return ALERT_BAD_RECORD_MAC;
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
      return ALERT_HANDSHAKE_FAILURE;
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    case MBEDTLS_ERR_SSL_INTERNAL_ERROR:
      return ALERT_INTERNAL_ERROR;
#if MBEDTLS_VERSION_NUMBER < 0x03000000
    case MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION:
      return ALERT_PROTOCOL_VERSION;
    case MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN:
      return ALERT_HANDSHAKE_FAILURE;
#else
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
      return ALERT_PROTOCOL_VERSION;
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
      return ALERT_HANDSHAKE_FAILURE;
    case MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL:
      return ALERT_NO_APPLICATION_PROTOCOL;
    case MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER:
      return ALERT_ILLEGAL_PARAMETER;
    case MBEDTLS_ERR_SSL_DECODE_ERROR:
      return ALERT_DECODE_ERROR;
#endif
    default:
      return is_of_certificate(native) ? ALERT_BAD_CERTIFICATE : ALERT_UNEXPECTED_MESSAGE;
  }
}

int32_t alert_of_certificate(int32_t code, bool tls13) {
  switch (code) {
    case PLUGTLS_E_CERT_EXPIRED:
      return ALERT_CERTIFICATE_EXPIRED;
    case PLUGTLS_E_CERT_REVOKED:
      return ALERT_CERTIFICATE_REVOKED;
    case PLUGTLS_E_CERT_UNKNOWN_ISSUER:
    case PLUGTLS_E_CERT_SELF_SIGNED:
    case PLUGTLS_E_CERT_UNTRUSTED_ROOT:
      return ALERT_UNKNOWN_CA;
    case PLUGTLS_E_CERT_MISSING:
      return tls13 ? ALERT_CERTIFICATE_REQUIRED : ALERT_HANDSHAKE_FAILURE;
    default:
      return ALERT_BAD_CERTIFICATE;
  }
}
