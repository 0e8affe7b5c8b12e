// SPDX-License-Identifier: Apache-2.0
/// Error codes. The same fault gives the same code whichever backend found it (promise B4).
#ifndef PLUGTLS_ERRC_HPP
#define PLUGTLS_ERRC_HPP

#include "plugtls/plugtls.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace plugtls {

/// The PLUGTLS_E_ codes of types.h.
enum class errc : std::int32_t {
  none =
      PLUGTLS_E_NONE,  ///< Configuration: what the program, or its user, asked for cannot be done.

  // Configuration: what was asked for cannot be done.
  invalid_argument = PLUGTLS_E_INVALID_ARGUMENT,
  unsupported = PLUGTLS_E_UNSUPPORTED,          ///< `feature` says what; the backend cannot do it
  no_cipher_suite = PLUGTLS_E_NO_CIPHER_SUITE,  ///< none of the suites asked for is available
  version_range = PLUGTLS_E_VERSION_RANGE,  ///< the range is empty or nothing in it is available
  file = PLUGTLS_E_FILE,                    ///< a file could not be read; os_error says why
  certificate_malformed = PLUGTLS_E_CERTIFICATE_MALFORMED,
  key_malformed = PLUGTLS_E_KEY_MALFORMED,
  key_mismatch =
      PLUGTLS_E_KEY_MISMATCH,  ///< the private key does not belong to the leaf certificate
  password_required =
      PLUGTLS_E_PASSWORD_REQUIRED,  ///< the key is encrypted and no password was given
  password_wrong = PLUGTLS_E_PASSWORD_WRONG,
  trust_store_empty =
      PLUGTLS_E_TRUST_STORE_EMPTY,  ///< nothing in the trust store can anchor a chain
  hostname_required =
      PLUGTLS_E_HOSTNAME_REQUIRED,  ///< a verifying client was given no name to verify
  hostname_invalid = PLUGTLS_E_HOSTNAME_INVALID,  ///< not a DNS name, not an IP address
  not_a_stream = PLUGTLS_E_NOT_A_STREAM,          ///< the descriptor is not a stream socket
  no_certificate =
      PLUGTLS_E_NO_CERTIFICATE,  ///< a server context without certificate or other credential
  crl_malformed = PLUGTLS_E_CRL_MALFORMED,
  configuration_file = PLUGTLS_E_CONFIGURATION_FILE,  ///< a plugtls configuration file is malformed

  // Backend: finding, checking and opening one.
  backend_not_found = PLUGTLS_E_BACKEND_NOT_FOUND,  ///< no manifest of that name
  backend_unusable = PLUGTLS_E_BACKEND_UNUSABLE,    ///< several were tried and none could be used
  manifest = PLUGTLS_E_MANIFEST,                    ///< the manifest is malformed
  insecure_permissions =
      PLUGTLS_E_INSECURE_PERMISSIONS,  ///< others could have written manifest, directory or library
  digest = PLUGTLS_E_DIGEST,           ///< the library is not the one the manifest's sha256 names
  not_a_backend =
      PLUGTLS_E_NOT_A_BACKEND,  ///< no ELF note, no entry symbol, or another library's entry symbol
  abi = PLUGTLS_E_ABI,          ///< ABI major differs
  load = PLUGTLS_E_LOAD,        ///< the dynamic linker refused it
  backend_broken =
      PLUGTLS_E_BACKEND_BROKEN,  ///< it breaks the contract: sizes, required slots, names
  backend_refused =
      PLUGTLS_E_BACKEND_REFUSED,  ///< its entry function answered with an error of its own
  symbol_interposed =
      PLUGTLS_E_SYMBOL_INTERPOSED,  ///< another image captured the backend's calls into its library
  need_unmet = PLUGTLS_E_NEED_UNMET,  ///< no backend has everything that was needed
  out_of_memory = PLUGTLS_E_OUT_OF_MEMORY,
  internal = PLUGTLS_E_INTERNAL,  ///< the backend's library failed for a reason of its own

  // Certificate: the peer's chain was refused.
  cert_expired = PLUGTLS_E_CERT_EXPIRED,
  cert_not_yet_valid = PLUGTLS_E_CERT_NOT_YET_VALID,
  cert_unknown_issuer = PLUGTLS_E_CERT_UNKNOWN_ISSUER,  ///< no path to a trust anchor
  cert_self_signed =
      PLUGTLS_E_CERT_SELF_SIGNED,  ///< the leaf is self-signed and is not a trust anchor
  cert_untrusted_root =
      PLUGTLS_E_CERT_UNTRUSTED_ROOT,  ///< the chain ends in a self-signed certificate that is no anchor
  cert_name_mismatch = PLUGTLS_E_CERT_NAME_MISMATCH,  ///< DNS name (RFC 9525)
  cert_ip_mismatch = PLUGTLS_E_CERT_IP_MISMATCH,      ///< IP address
  cert_key_usage = PLUGTLS_E_CERT_KEY_USAGE,
  cert_extended_key_usage = PLUGTLS_E_CERT_EXTENDED_KEY_USAGE,
  cert_not_a_ca = PLUGTLS_E_CERT_NOT_A_CA,  ///< an issuer without CA:TRUE or keyCertSign
  cert_path_length = PLUGTLS_E_CERT_PATH_LENGTH,
  cert_name_constraints = PLUGTLS_E_CERT_NAME_CONSTRAINTS,
  cert_weak_signature = PLUGTLS_E_CERT_WEAK_SIGNATURE,  ///< SHA-1, MD5
  cert_weak_key = PLUGTLS_E_CERT_WEAK_KEY,              ///< RSA below 2048 bits, EC below 224
  cert_unknown_critical_extension = PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION,
  cert_bad_signature = PLUGTLS_E_CERT_BAD_SIGNATURE,
  cert_malformed = PLUGTLS_E_CERT_MALFORMED,  ///< not DER, version, duplicate extensions, ...
  cert_revoked = PLUGTLS_E_CERT_REVOKED,
  cert_crl_missing = PLUGTLS_E_CERT_CRL_MISSING,
  cert_crl_invalid = PLUGTLS_E_CERT_CRL_INVALID,    ///< expired, not yet valid, or badly signed CRL
  cert_ocsp_missing = PLUGTLS_E_CERT_OCSP_MISSING,  ///< a staple was required and none came
  cert_ocsp_invalid = PLUGTLS_E_CERT_OCSP_INVALID,
  cert_missing = PLUGTLS_E_CERT_MISSING,    ///< a certificate was required and the peer sent none
  cert_rejected = PLUGTLS_E_CERT_REJECTED,  ///< the program's verification callback refused it
  cert_chain_too_long = PLUGTLS_E_CERT_CHAIN_TOO_LONG,
  cert_other =
      PLUGTLS_E_CERT_OTHER,  ///< Peer: it broke the protocol, or shares nothing with us. `alert` is the alert we sent.

  // Peer: it broke the protocol, or shares nothing with us.
  protocol = PLUGTLS_E_PROTOCOL,      ///< unexpected or malformed message
  not_tls = PLUGTLS_E_NOT_TLS,        ///< the first bytes are not TLS at all
  bad_record = PLUGTLS_E_BAD_RECORD,  ///< a record failed authentication or is too long
  no_common_version = PLUGTLS_E_NO_COMMON_VERSION,
  no_common_parameters =
      PLUGTLS_E_NO_COMMON_PARAMETERS,                 ///< cipher suite, group or signature scheme
  no_common_protocol = PLUGTLS_E_NO_COMMON_PROTOCOL,  ///< ALPN
  unrecognized_name = PLUGTLS_E_UNRECOGNIZED_NAME,    ///< the SNI callback refused the name
  renegotiation = PLUGTLS_E_RENEGOTIATION,
  bad_signature = PLUGTLS_E_BAD_SIGNATURE,  ///< the peer does not hold the key of its certificate

  // Alert: the peer ended the connection.
  alert_received = PLUGTLS_E_ALERT_RECEIVED,  ///< Transport.

  // Transport.
  transport = PLUGTLS_E_TRANSPORT,  ///< the transport failed; os_error says why where known
  truncated = PLUGTLS_E_TRUNCATED,  ///< it ended without close_notify, or amid the handshake
  timed_out = PLUGTLS_E_TIMED_OUT,  ///< Program: a call that cannot be made now.

  // Program: a call that cannot be made now.
  wrong_state = PLUGTLS_E_WRONG_STATE,  ///< before the handshake, after a failure, ...
  closed_for_writing = PLUGTLS_E_CLOSED_FOR_WRITING,  ///< write after shutdown
  write_retry =
      PLUGTLS_E_WRITE_RETRY,  ///< a repeated write was shorter than the one that has to go on
  data_pending = PLUGTLS_E_DATA_PENDING,  ///< unwrap met application data that has to be read first
  no_session = PLUGTLS_E_NO_SESSION,      ///< there is no session to resume (yet)
  session_invalid = PLUGTLS_E_SESSION_INVALID,  ///< session bytes that are foreign or corrupt
  callback = PLUGTLS_E_CALLBACK,                ///< a callback of the program's failed
  buffer_too_small = PLUGTLS_E_BUFFER_TOO_SMALL,
};

/// Whose fault it is.
enum class Fault : std::int32_t {
  none = PLUGTLS_CATEGORY_NONE,
  configuration = PLUGTLS_CATEGORY_CONFIGURATION,
  backend = PLUGTLS_CATEGORY_BACKEND,
  certificate = PLUGTLS_CATEGORY_CERTIFICATE,
  peer = PLUGTLS_CATEGORY_PEER,
  alert = PLUGTLS_CATEGORY_ALERT,
  transport = PLUGTLS_CATEGORY_TRANSPORT,
  program = PLUGTLS_CATEGORY_PROGRAM,
};

/// "cert_expired"; "unknown" for a number without a name.
inline std::string_view name(errc code) noexcept {
  return plugtls_error_name(static_cast<std::int32_t>(code));
}
inline std::string_view name(Fault fault) noexcept {
  return plugtls_category_name(static_cast<std::int32_t>(fault));
}
inline Fault fault(errc code) noexcept {
  return static_cast<Fault>(plugtls_error_category(static_cast<std::int32_t>(code)));
}

/// The category of every error code of plugtls. Codes compare equal across backends; between shared objects with hidden
/// visibility compare `errc` values, as std::error_code compares categories by address.
class [[gnu::visibility("default")]] ErrorCategory final
    : public std::
      error_category{public : const char * name() const noexcept override{return "plugtls";
}  // namespace plugtls
std::string message(int code) const override {
  return plugtls_error_text(code);
}
std::error_condition default_error_condition(int code) const noexcept override {
  switch (static_cast<errc>(code)) {
    case errc::invalid_argument:
      return std::errc::invalid_argument;
    case errc::unsupported:
      return std::errc::not_supported;
    case errc::out_of_memory:
      return std::errc::not_enough_memory;
    case errc::timed_out:
      return std::errc::timed_out;
    case errc::protocol:
      return std::errc::protocol_error;
    default:
      return {code, *this};
  }
}
}
;

inline const std::error_category &error_category() noexcept {
  static const ErrorCategory category;
  return category;
}

/// errc::none makes the code that means no error.
inline std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

}  // namespace plugtls

template <>
struct std::is_error_code_enum<plugtls::errc> : std::true_type {};

#endif
