// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"

#include <plugtls/kit/alert.hpp>

#include <gnutls/gnutls.h>

#include <new>

namespace plugtls_gnutls {

using namespace plugtls;

int32_t protocol_code(int native) {
  switch (native) {
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
      return PLUGTLS_E_NO_COMMON_VERSION;
    case GNUTLS_E_NO_CIPHER_SUITES:
    case GNUTLS_E_NO_COMMON_KEY_SHARE:
    case GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM:
    case GNUTLS_E_INSUFFICIENT_CREDENTIALS:
    case GNUTLS_E_ECC_NO_SUPPORTED_CURVES:
    case GNUTLS_E_ECC_UNSUPPORTED_CURVE:
      return PLUGTLS_E_NO_COMMON_PARAMETERS;
    case GNUTLS_E_NO_APPLICATION_PROTOCOL:
      return PLUGTLS_E_NO_COMMON_PROTOCOL;
    case GNUTLS_E_DECRYPTION_FAILED:
    case GNUTLS_E_RECORD_OVERFLOW:
    case GNUTLS_E_UNEXPECTED_PACKET_LENGTH:
      return PLUGTLS_E_BAD_RECORD;
    case GNUTLS_E_CERTIFICATE_REQUIRED:
    case GNUTLS_E_NO_CERTIFICATE_FOUND:
      return PLUGTLS_E_CERT_MISSING;
    case GNUTLS_E_CERTIFICATE_ERROR:  // the peer's leaf could not be read
    case GNUTLS_E_ASN1_DER_ERROR:
    case GNUTLS_E_ASN1_TAG_ERROR:
    case GNUTLS_E_ASN1_GENERIC_ERROR:
    case GNUTLS_E_ASN1_VALUE_NOT_VALID:
    case GNUTLS_E_ASN1_DER_OVERFLOW:
    case GNUTLS_E_X509_DUPLICATE_EXTENSION:
      return PLUGTLS_E_CERT_MALFORMED;
    case GNUTLS_E_KEY_USAGE_VIOLATION:
      return PLUGTLS_E_CERT_KEY_USAGE;
    case GNUTLS_E_UNKNOWN_PK_ALGORITHM:
      return PLUGTLS_E_CERT_WEAK_KEY;
    case GNUTLS_E_PK_SIG_VERIFY_FAILED:
      return PLUGTLS_E_BAD_SIGNATURE;
    case GNUTLS_E_REHANDSHAKE:
      return PLUGTLS_E_RENEGOTIATION;
    case GNUTLS_E_MEMORY_ERROR:
      return PLUGTLS_E_OUT_OF_MEMORY;
    default:
      return PLUGTLS_E_PROTOCOL;
  }
}

// GnuTLS has an opinion on most; it has none on what happens after the handshake.
int32_t alert_for(int native) {
  switch (native) {
    case GNUTLS_E_REHANDSHAKE:
      return kit::alert::no_renegotiation;
    case GNUTLS_E_PREMATURE_TERMINATION:
      return kit::alert::unexpected_message;
    default:
      break;
  }
  int level = 0;
  return gnutls_error_to_alert(native, &level);
}

void set_native(plugtls_error &error, int native) {
  error.native_code = native;
  if (native != 0) kit::set_text(error.native, gnutls_strerror(native));
}

void raise_native(int32_t code, int native, const std::string &message) {
  plugtls_error error = kit::make_error(code, "%s", message.c_str());
  set_native(error, native);
  throw kit::Error(error);
}

void require(int native, const char *what) {
  if (native >= 0) return;
  if (native == GNUTLS_E_MEMORY_ERROR) throw std::bad_alloc();
  raise_native(PLUGTLS_E_INTERNAL, native, std::string("GnuTLS could not ") + what);
}

}  // namespace plugtls_gnutls
