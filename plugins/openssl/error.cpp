// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <new>

namespace plugtls::openssl {

// SSL_get_error reads the oldest entry, so the host's own, if it has any, are put aside meanwhile.
QueueGuard::QueueGuard() {
  while (ERR_peek_error() != 0)
    [[unlikely]] {
      Entry entry{};
      const char *file = nullptr, *function = nullptr, *data = nullptr;
      int flags = 0;
      entry.code = ERR_get_error_all(&file, &entry.line, &function, &data, &flags);
      if (file != nullptr) entry.file = file;
      if (function != nullptr) entry.function = function;
      if (data != nullptr && (flags & ERR_TXT_STRING) != 0) entry.data = data;
      kept_.push_back(std::move(entry));
    }
}

QueueGuard::~QueueGuard() {
  if (ERR_peek_error() != 0) ERR_clear_error();
  for (const Entry &entry : kept_) {
    ERR_new();
    ERR_set_debug(entry.file.c_str(), entry.line, entry.function.c_str());
    ERR_set_error(ERR_GET_LIB(entry.code), ERR_GET_REASON(entry.code),
                  entry.data.empty() ? nullptr : "%s", entry.data.c_str());
  }
}

// A table, whatever its length. NOLINTNEXTLINE(readability-function-size)
int32_t certificate_code(int verify_error) {
  switch (verify_error) {
    case X509_V_OK:
      return PLUGTLS_E_NONE;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return PLUGTLS_E_CERT_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return PLUGTLS_E_CERT_NOT_YET_VALID;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return PLUGTLS_E_CERT_UNKNOWN_ISSUER;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return PLUGTLS_E_CERT_SELF_SIGNED;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return PLUGTLS_E_CERT_UNTRUSTED_ROOT;
    case X509_V_ERR_INVALID_PURPOSE:
      return PLUGTLS_E_CERT_EXTENDED_KEY_USAGE;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_INVALID_NON_CA:
      return PLUGTLS_E_CERT_NOT_A_CA;
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
      return PLUGTLS_E_CERT_PATH_LENGTH;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return PLUGTLS_E_CERT_CHAIN_TOO_LONG;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
      return PLUGTLS_E_CERT_NAME_CONSTRAINTS;
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return PLUGTLS_E_CERT_WEAK_SIGNATURE;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      return PLUGTLS_E_CERT_WEAK_KEY;
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
      return PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
      return PLUGTLS_E_CERT_BAD_SIGNATURE;
    case X509_V_ERR_CERT_REVOKED:
      return PLUGTLS_E_CERT_REVOKED;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
      return PLUGTLS_E_CERT_CRL_MISSING;
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
    case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
      return PLUGTLS_E_CERT_CRL_INVALID;
    case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
    case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
    case X509_V_ERR_INVALID_EXTENSION:
      return PLUGTLS_E_CERT_MALFORMED;
    default:
      return PLUGTLS_E_CERT_OTHER;
  }
}

int32_t protocol_code(unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return PLUGTLS_E_PROTOCOL;
  switch (ERR_GET_REASON(error)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return PLUGTLS_E_NOT_TLS;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
      return PLUGTLS_E_NO_COMMON_VERSION;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SHARED_GROUPS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
      return PLUGTLS_E_NO_COMMON_PARAMETERS;
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return PLUGTLS_E_NO_COMMON_PROTOCOL;
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
    case SSL_R_DATA_LENGTH_TOO_LONG:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
      return PLUGTLS_E_BAD_RECORD;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return PLUGTLS_E_CERT_MISSING;
    case SSL_R_BAD_SIGNATURE:
      return PLUGTLS_E_BAD_SIGNATURE;
    // The peer sent what is no certificate, or bytes after one. OpenSSL does not say in which place.
    case ERR_R_ASN1_LIB:
    case SSL_R_CERT_LENGTH_MISMATCH:
      return PLUGTLS_E_CERT_MALFORMED;
    case SSL_R_NO_RENEGOTIATION:
      return PLUGTLS_E_RENEGOTIATION;
    default:
      return PLUGTLS_E_PROTOCOL;
  }
}

unsigned long take_telling_error() {
  constexpr int record_layer_failure =
      313;  // SSL_R_RECORD_LAYER_FAILURE, which the headers of 3.0 do not have
  unsigned long before = 0;
  unsigned long newest = 0;
  for (unsigned long code = 0; (code = ERR_get_error()) != 0;) {
    before = newest;
    newest = code;
  }
  const bool tells_nothing =
      ERR_GET_LIB(newest) == ERR_LIB_SSL && ERR_GET_REASON(newest) == record_layer_failure;
  return tells_nothing && before != 0 ? before : newest;
}

void set_native(plugtls_error &error, unsigned long code) {
  error.native_code = static_cast<int64_t>(code);
  if (code != 0) ERR_error_string_n(code, error.native, sizeof error.native);
}

void take_native(plugtls_error &error) {
  set_native(error, ERR_peek_last_error());
}

void raise_native(int32_t code, const std::string &message) {
  plugtls_error error = kit::make_error(code, "%s", message.c_str());
  take_native(error);
  throw kit::Error(error);
}

}  // namespace plugtls::openssl
