// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"

#include "library.hpp"

#include <plugtls/kit/alert.hpp>

#include <wolfssl/error-ssl.h>

#include <array>
#include <new>

namespace plugtls::wolfssl {

int32_t protocol_code(int native) {
  switch (native) {
    case VERSION_ERROR:
      return PLUGTLS_E_NO_COMMON_VERSION;
    case MATCH_SUITE_ERROR:
    case UNSUPPORTED_SUITE:
    case ECC_CURVE_ERROR:
    case BAD_KEY_SHARE_DATA:
    case INVALID_PARAMETER:
      return PLUGTLS_E_NO_COMMON_PARAMETERS;
    case UNKNOWN_ALPN_PROTOCOL_NAME_E:
      return PLUGTLS_E_NO_COMMON_PROTOCOL;
    case VERIFY_MAC_ERROR:
    case DECRYPT_ERROR:
    case AES_GCM_AUTH_E:
    case AES_CCM_AUTH_E:
    case MAC_CMP_FAILED_E:
    case LENGTH_ERROR:
      return PLUGTLS_E_BAD_RECORD;
    case NO_PEER_CERT:
      return PLUGTLS_E_CERT_MISSING;
    case MAX_CHAIN_ERROR:
      return PLUGTLS_E_CERT_CHAIN_TOO_LONG;
    case VERIFY_CERT_ERROR:
      return PLUGTLS_E_CERT_OTHER;
    case ASN_PARSE_E:
    case ASN_SIG_KEY_E:
    case ASN_CRIT_EXT_E:
    case PEER_KEY_ERROR:
      return PLUGTLS_E_CERT_MALFORMED;
    case VERIFY_SIGN_ERROR:
    case SIG_VERIFY_E:
    case RSA_SIGN_FAULT:
      return PLUGTLS_E_BAD_SIGNATURE;
    case MEMORY_E:
    case MEMORY_ERROR:
      return PLUGTLS_E_OUT_OF_MEMORY;
    default:
      return PLUGTLS_E_PROTOCOL;
  }
}

int32_t alert_for(int native) {
  if (native == BAD_BINDER) return kit::alert::decrypt_error;
  switch (protocol_code(native)) {
    case PLUGTLS_E_NO_COMMON_VERSION:
      return kit::alert::protocol_version;
    case PLUGTLS_E_NO_COMMON_PARAMETERS:
      return kit::alert::handshake_failure;
    case PLUGTLS_E_NO_COMMON_PROTOCOL:
      return kit::alert::no_application_protocol;
    case PLUGTLS_E_BAD_RECORD:
      return kit::alert::bad_record_mac;
    case PLUGTLS_E_CERT_CHAIN_TOO_LONG:
    case PLUGTLS_E_CERT_OTHER:
    case PLUGTLS_E_CERT_MALFORMED:
      return kit::alert::bad_certificate;
    case PLUGTLS_E_BAD_SIGNATURE:
      return kit::alert::decrypt_error;
    case PLUGTLS_E_OUT_OF_MEMORY:
      return kit::alert::internal_error;
    default:
      return kit::alert::unexpected_message;
  }
}

void set_native(plugtls_error &error, int native) {
  error.native_code = native;
  if (native == 0) return;
  std::array<char, WOLFSSL_MAX_ERROR_SZ> text{};
  wolfSSL_ERR_error_string(static_cast<unsigned long>(native), text.data());
  kit::set_text(error.native, text.data());
}

void raise_native(int32_t code, int native, const std::string &message) {
  plugtls_error error = kit::make_error(code, "%s", message.c_str());
  set_native(error, native);
  throw kit::Error(error);
}

void require(int native, const char *what) {
  if (native == WOLFSSL_SUCCESS) return;
  if (native == MEMORY_E) throw std::bad_alloc();
  raise_native(PLUGTLS_E_INTERNAL, native, std::string("wolfSSL could not ") + what);
}

void require_crypt(int native, const char *what) {
  if (native == 0) return;
  if (native == MEMORY_E) throw std::bad_alloc();
  raise_native(PLUGTLS_E_INTERNAL, native, std::string("wolfSSL could not ") + what);
}

}  // namespace plugtls::wolfssl
