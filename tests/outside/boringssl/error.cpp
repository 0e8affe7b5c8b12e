// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace plugtls_boringssl {

using namespace plugtls;

// SSL_get_error looks into the queue, so what the program has left there is put aside meanwhile.
QueueGuard::QueueGuard() {
  while (ERR_peek_error() != 0)
    [[unlikely]] {
      Entry entry{};
      const char *file = nullptr, *data = nullptr;
      int flags = 0;
      entry.code = ERR_get_error_line_data(&file, &entry.line, &data, &flags);
      if (file != nullptr) entry.file = file;
      if (data != nullptr && (flags & ERR_FLAG_STRING) != 0) entry.data = data;
      kept_.push_back(std::move(entry));
    }
}

QueueGuard::~QueueGuard() {
  if (ERR_peek_error() != 0) ERR_clear_error();
  for (const Entry &entry : kept_) {
    // BoringSSL keeps no copy of the file's name; the program's own call does not give it back either.
    ERR_put_error(ERR_GET_LIB(entry.code), 0, ERR_GET_REASON(entry.code), "",
                  static_cast<unsigned>(entry.line));
    if (!entry.data.empty()) ERR_add_error_data(1, entry.data.c_str());
  }
}

int32_t protocol_code(uint32_t error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return PLUGTLS_E_PROTOCOL;
  switch (ERR_GET_REASON(error)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return PLUGTLS_E_NOT_TLS;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_UNKNOWN_PROTOCOL:
      return PLUGTLS_E_NO_COMMON_VERSION;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SHARED_GROUP:
    case SSL_R_NO_COMMON_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_CERTIFICATE_SET:
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
    case SSL_R_CANNOT_PARSE_LEAF_CERT:
    case SSL_R_CERT_LENGTH_MISMATCH:
      return PLUGTLS_E_CERT_MALFORMED;
    case SSL_R_ECC_CERT_NOT_FOR_SIGNING:
    case SSL_R_KEY_USAGE_BIT_INCORRECT:
      return PLUGTLS_E_CERT_KEY_USAGE;
    case SSL_R_NO_RENEGOTIATION:
      return PLUGTLS_E_RENEGOTIATION;
    default:
      return PLUGTLS_E_PROTOCOL;
  }
}

void set_native(plugtls_error &error, uint32_t code) {
  error.native_code = static_cast<int64_t>(code);
  if (code != 0) ERR_error_string_n(code, error.native, sizeof error.native);
}

void raise_native(int32_t code, const std::string &message) {
  plugtls_error error = kit::make_error(code, "%s", message.c_str());
  set_native(error, ERR_peek_last_error());
  throw kit::Error(error);
}

void require(bool done, const char *what) {
  if (!done) raise_native(PLUGTLS_E_INTERNAL, std::string("BoringSSL could not ") + what);
}

}  // namespace plugtls_boringssl
