// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"

#include <plugtls/kit/alert.hpp>

#include <mbedtls/error.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509.h>

#include <new>

namespace plugtls::mbedtls {

namespace {

// Library errors have a high part, of the module, and a low one, of what it called.
bool is_of_x509(int native) {
  const int high = -(-native & 0xff80);
  return high <= MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE && high >= MBEDTLS_ERR_X509_FATAL_ERROR;
}

bool is_of_pk(int native) {
  const int high = -(-native & 0xff80);
  return high == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG || high == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE ||
         high == MBEDTLS_ERR_PK_INVALID_PUBKEY || high == MBEDTLS_ERR_PK_INVALID_ALG;
}

// The peer's leaf could not be read.
int32_t certificate_code(int native) {
  if (is_of_pk(native))
    return PLUGTLS_E_CERT_WEAK_KEY;  // of a kind or on a curve nobody here knows
  const int high = -(-native & 0xff80);
  if (high == MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG) return PLUGTLS_E_CERT_WEAK_SIGNATURE;
  return PLUGTLS_E_CERT_MALFORMED;
}

}  // namespace

int32_t protocol_code(int native) {
  switch (native) {
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
      return PLUGTLS_E_NO_COMMON_VERSION;
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
      return PLUGTLS_E_NO_COMMON_PARAMETERS;
    case MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL:
      return PLUGTLS_E_NO_COMMON_PROTOCOL;
    case MBEDTLS_ERR_SSL_INVALID_MAC:
      return PLUGTLS_E_BAD_RECORD;
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
      return PLUGTLS_E_CERT_MISSING;
    case MBEDTLS_ERR_SSL_BAD_CERTIFICATE:
      return PLUGTLS_E_CERT_OTHER;
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
      return PLUGTLS_E_ALERT_RECEIVED;
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    case MBEDTLS_ERR_X509_ALLOC_FAILED:
      return PLUGTLS_E_OUT_OF_MEMORY;
    default:
      return is_of_x509(native) || is_of_pk(native) ? certificate_code(native) : PLUGTLS_E_PROTOCOL;
  }
}

int32_t alert_for(int native) {
  switch (native) {
    case MBEDTLS_ERR_SSL_INVALID_MAC:
      return kit::alert::bad_record_mac;
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
      return kit::alert::protocol_version;
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
      return kit::alert::handshake_failure;
    case MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER:
      return kit::alert::illegal_parameter;
    case MBEDTLS_ERR_SSL_DECODE_ERROR:
      return kit::alert::decode_error;
    case MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL:
      return kit::alert::no_application_protocol;
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    case MBEDTLS_ERR_SSL_INTERNAL_ERROR:
      return kit::alert::internal_error;
    default:
      return kit::alert::unexpected_message;
  }
}

void set_native(plugtls_error &error, int native) {
  error.native_code = native;
  if (native != 0) mbedtls_strerror(native, error.native, sizeof error.native);
}

void raise_native(int32_t code, int native, const std::string &message) {
  plugtls_error error = kit::make_error(code, "%s", message.c_str());
  set_native(error, native);
  throw kit::Error(error);
}

void require(int native, const char *what) {
  if (native == 0) return;
  if (native == MBEDTLS_ERR_SSL_ALLOC_FAILED || native == MBEDTLS_ERR_X509_ALLOC_FAILED)
    throw std::bad_alloc();
  raise_native(PLUGTLS_E_INTERNAL, native, std::string("Mbed TLS could not ") + what);
}

}  // namespace plugtls::mbedtls
