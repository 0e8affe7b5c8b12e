// SPDX-License-Identifier: Apache-2.0
// What codes, features and alerts are called, and what codes mean in a sentence.
#include "plugtls/plugtls.h"

#include <array>
#include <cstring>

namespace {

struct ErrorName {
  int32_t code;
  const char *name;
  const char *text;
};

constexpr ErrorName error_names[] = {
    {PLUGTLS_E_NONE, "none", "no error"},
    {PLUGTLS_E_INVALID_ARGUMENT, "invalid_argument", "an argument is invalid"},
    {PLUGTLS_E_UNSUPPORTED, "unsupported", "the backend cannot do what was asked for"},
    {PLUGTLS_E_NO_CIPHER_SUITE, "no_cipher_suite",
     "none of the cipher suites asked for is available"},
    {PLUGTLS_E_VERSION_RANGE, "version_range", "the range of TLS versions is empty or unavailable"},
    {PLUGTLS_E_FILE, "file", "a file could not be read"},
    {PLUGTLS_E_CERTIFICATE_MALFORMED, "certificate_malformed", "a certificate could not be parsed"},
    {PLUGTLS_E_KEY_MALFORMED, "key_malformed", "a private key could not be parsed"},
    {PLUGTLS_E_KEY_MISMATCH, "key_mismatch", "the private key does not belong to the certificate"},
    {PLUGTLS_E_PASSWORD_REQUIRED, "password_required",
     "the private key is encrypted and no password was given"},
    {PLUGTLS_E_PASSWORD_WRONG, "password_wrong", "the password does not open the private key"},
    {PLUGTLS_E_TRUST_STORE_EMPTY, "trust_store_empty", "the trust store holds no trust anchor"},
    {PLUGTLS_E_HOSTNAME_REQUIRED, "hostname_required",
     "a verifying client was given no name to verify"},
    {PLUGTLS_E_HOSTNAME_INVALID, "hostname_invalid", "neither a DNS name nor an IP address"},
    {PLUGTLS_E_NOT_A_STREAM, "not_a_stream", "the descriptor is not a stream socket"},
    {PLUGTLS_E_NO_CERTIFICATE, "no_certificate", "a server context has no certificate"},
    {PLUGTLS_E_CRL_MALFORMED, "crl_malformed", "a CRL could not be parsed"},
    {PLUGTLS_E_CONFIGURATION_FILE, "configuration_file", "a configuration file is malformed"},
    {PLUGTLS_E_BACKEND_NOT_FOUND, "backend_not_found", "no backend of that name is installed"},
    {PLUGTLS_E_BACKEND_UNUSABLE, "backend_unusable", "none of the backends can be used"},
    {PLUGTLS_E_MANIFEST, "manifest", "a backend's manifest is malformed"},
    {PLUGTLS_E_INSECURE_PERMISSIONS, "insecure_permissions",
     "others could have written a backend's files"},
    {PLUGTLS_E_DIGEST, "digest", "a backend's library is not the one its manifest names"},
    {PLUGTLS_E_NOT_A_BACKEND, "not_a_backend", "a library is not a plugtls backend"},
    {PLUGTLS_E_ABI, "abi", "a backend was built for another major version of the ABI"},
    {PLUGTLS_E_LOAD, "load", "the dynamic linker refused a backend"},
    {PLUGTLS_E_BACKEND_BROKEN, "backend_broken", "a backend breaks the contract of the ABI"},
    {PLUGTLS_E_BACKEND_REFUSED, "backend_refused", "a backend refused to work here"},
    {PLUGTLS_E_SYMBOL_INTERPOSED, "symbol_interposed",
     "another image captured a backend's symbols"},
    {PLUGTLS_E_NEED_UNMET, "need_unmet", "no backend has everything that is needed"},
    {PLUGTLS_E_OUT_OF_MEMORY, "out_of_memory", "memory ran out"},
    {PLUGTLS_E_INTERNAL, "internal", "the TLS library failed for a reason of its own"},
    {PLUGTLS_E_CERT_EXPIRED, "cert_expired", "a certificate has expired"},
    {PLUGTLS_E_CERT_NOT_YET_VALID, "cert_not_yet_valid", "a certificate is not valid yet"},
    {PLUGTLS_E_CERT_UNKNOWN_ISSUER, "cert_unknown_issuer", "no path leads to a trust anchor"},
    {PLUGTLS_E_CERT_SELF_SIGNED, "cert_self_signed",
     "the certificate is self-signed and not trusted"},
    {PLUGTLS_E_CERT_UNTRUSTED_ROOT, "cert_untrusted_root",
     "the chain ends in a root that is not trusted"},
    {PLUGTLS_E_CERT_NAME_MISMATCH, "cert_name_mismatch", "the certificate is for another name"},
    {PLUGTLS_E_CERT_IP_MISMATCH, "cert_ip_mismatch", "the certificate is for another IP address"},
    {PLUGTLS_E_CERT_KEY_USAGE, "cert_key_usage", "the certificate's key usage forbids this use"},
    {PLUGTLS_E_CERT_EXTENDED_KEY_USAGE, "cert_extended_key_usage",
     "the certificate is for another purpose"},
    {PLUGTLS_E_CERT_NOT_A_CA, "cert_not_a_ca", "an issuer is not a certification authority"},
    {PLUGTLS_E_CERT_PATH_LENGTH, "cert_path_length", "the path is longer than an issuer allows"},
    {PLUGTLS_E_CERT_NAME_CONSTRAINTS, "cert_name_constraints",
     "a name is outside an issuer's name constraints"},
    {PLUGTLS_E_CERT_WEAK_SIGNATURE, "cert_weak_signature",
     "a certificate's signature algorithm is too weak"},
    {PLUGTLS_E_CERT_WEAK_KEY, "cert_weak_key", "a certificate's key is too short"},
    {PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION, "cert_unknown_critical_extension",
     "a critical extension is not understood"},
    {PLUGTLS_E_CERT_BAD_SIGNATURE, "cert_bad_signature", "a certificate's signature is wrong"},
    {PLUGTLS_E_CERT_MALFORMED, "cert_malformed", "a certificate is malformed"},
    {PLUGTLS_E_CERT_REVOKED, "cert_revoked", "a certificate has been revoked"},
    {PLUGTLS_E_CERT_CRL_MISSING, "cert_crl_missing", "there is no CRL for an issuer"},
    {PLUGTLS_E_CERT_CRL_INVALID, "cert_crl_invalid", "a CRL is out of date or badly signed"},
    {PLUGTLS_E_CERT_OCSP_MISSING, "cert_ocsp_missing", "the required OCSP response did not come"},
    {PLUGTLS_E_CERT_OCSP_INVALID, "cert_ocsp_invalid", "the OCSP response is not acceptable"},
    {PLUGTLS_E_CERT_MISSING, "cert_missing", "the peer sent no certificate"},
    {PLUGTLS_E_CERT_REJECTED, "cert_rejected", "the program refused the certificate"},
    {PLUGTLS_E_CERT_CHAIN_TOO_LONG, "cert_chain_too_long", "the certificate chain is too long"},
    {PLUGTLS_E_CERT_OTHER, "cert_other", "the certificate was refused"},
    {PLUGTLS_E_PROTOCOL, "protocol", "the peer broke the protocol"},
    {PLUGTLS_E_NOT_TLS, "not_tls", "the peer does not speak TLS"},
    {PLUGTLS_E_BAD_RECORD, "bad_record", "a record failed authentication"},
    {PLUGTLS_E_NO_COMMON_VERSION, "no_common_version", "no TLS version in common"},
    {PLUGTLS_E_NO_COMMON_PARAMETERS, "no_common_parameters",
     "no cipher suite, group or signature scheme in common"},
    {PLUGTLS_E_NO_COMMON_PROTOCOL, "no_common_protocol", "no application protocol in common"},
    {PLUGTLS_E_UNRECOGNIZED_NAME, "unrecognized_name", "the server does not know the name"},
    {PLUGTLS_E_RENEGOTIATION, "renegotiation", "the peer asked for renegotiation"},
    {PLUGTLS_E_BAD_SIGNATURE, "bad_signature", "the peer does not hold its certificate's key"},
    {PLUGTLS_E_ALERT_RECEIVED, "alert_received", "the peer ended the connection with an alert"},
    {PLUGTLS_E_TRANSPORT, "transport", "the transport failed"},
    {PLUGTLS_E_TRUNCATED, "truncated", "the stream ended without close_notify"},
    {PLUGTLS_E_TIMED_OUT, "timed_out", "the time limit passed"},
    {PLUGTLS_E_WRONG_STATE, "wrong_state", "the call cannot be made now"},
    {PLUGTLS_E_CLOSED_FOR_WRITING, "closed_for_writing",
     "the connection was shut down for writing"},
    {PLUGTLS_E_WRITE_RETRY, "write_retry", "a repeated write was shorter than the one to go on"},
    {PLUGTLS_E_DATA_PENDING, "data_pending", "application data have to be read first"},
    {PLUGTLS_E_NO_SESSION, "no_session", "there is no session to resume"},
    {PLUGTLS_E_SESSION_INVALID, "session_invalid", "the session is foreign or corrupt"},
    {PLUGTLS_E_CALLBACK, "callback", "a callback of the program failed"},
    {PLUGTLS_E_BUFFER_TOO_SMALL, "buffer_too_small", "the buffer is too small"},
};

// In the order of their numbers.
constexpr std::array<const char *, PLUGTLS_FEATURE_COUNT> feature_names{
    "none",
    "client",
    "server",
    "tls1_0",
    "tls1_1",
    "tls1_2",
    "tls1_3",
    "cipher_suites",
    "groups",
    "signature_schemes",
    "alpn",
    "sni",
    "sni_callback",
    "sni_switch_context",
    "set_context",
    "verify_off",
    "verify_chain_only",
    "verify_ip",
    "verify_subjects",
    "verify_callback",
    "verify_time",
    "verify_offline",
    "client_certificate",
    "client_auth",
    "multiple_identities",
    "trust_system",
    "trust_file",
    "trust_directory",
    "trust_without_system",
    "key_encrypted",
    "key_pkcs11",
    "key_signer",
    "key_signer_async",
    "cert_rsa",
    "cert_rsa_pss",
    "cert_ecdsa",
    "cert_ed25519",
    "peer_chain",
    "verified_chain",
    "crl",
    "ocsp_client",
    "ocsp_server",
    "exporter",
    "binding_tls_exporter",
    "binding_tls_server_end_point",
    "keylog",
    "resumption",
    "session_bytes",
    "ticket_keys",
    "psk",
    "key_update",
    "record_size_limit",
    "early_data",
    "half_close",
    "post_handshake_auth",
    "hybrid_key_exchange",
    "suspend",
    "effective_config",
    "attach_fd"};

struct AlertName {
  int32_t alert;
  const char *name;
};

// IANA TLS Alerts.
constexpr AlertName alert_names[] = {{0, "close_notify"},
                                     {10, "unexpected_message"},
                                     {20, "bad_record_mac"},
                                     {21, "decryption_failed"},
                                     {22, "record_overflow"},
                                     {30, "decompression_failure"},
                                     {40, "handshake_failure"},
                                     {41, "no_certificate"},
                                     {42, "bad_certificate"},
                                     {43, "unsupported_certificate"},
                                     {44, "certificate_revoked"},
                                     {45, "certificate_expired"},
                                     {46, "certificate_unknown"},
                                     {47, "illegal_parameter"},
                                     {48, "unknown_ca"},
                                     {49, "access_denied"},
                                     {50, "decode_error"},
                                     {51, "decrypt_error"},
                                     {52, "too_many_cids_requested"},
                                     {60, "export_restriction"},
                                     {70, "protocol_version"},
                                     {71, "insufficient_security"},
                                     {80, "internal_error"},
                                     {86, "inappropriate_fallback"},
                                     {90, "user_canceled"},
                                     {100, "no_renegotiation"},
                                     {109, "missing_extension"},
                                     {110, "unsupported_extension"},
                                     {111, "certificate_unobtainable"},
                                     {112, "unrecognized_name"},
                                     {113, "bad_certificate_status_response"},
                                     {114, "bad_certificate_hash_value"},
                                     {115, "unknown_psk_identity"},
                                     {116, "certificate_required"},
                                     {120, "no_application_protocol"},
                                     {121, "ech_required"}};

constexpr const ErrorName *find_error(int32_t code) {
  for (const ErrorName &entry : error_names)
    if (entry.code == code) return &entry;
  return nullptr;
}

}  // namespace
extern "C" {

const char *plugtls_error_name(int32_t code) {
  const ErrorName *entry = find_error(code);
  return entry != nullptr ? entry->name : "unknown";
}

const char *plugtls_error_text(int32_t code) {
  const ErrorName *entry = find_error(code);
  return entry != nullptr ? entry->text : "unknown error";
}

int32_t plugtls_error_category(int32_t code) {
  return find_error(code) != nullptr ? code / 100 : PLUGTLS_CATEGORY_NONE;
}

const char *plugtls_category_name(int32_t category) {
  constexpr std::array names{"none", "configuration", "backend",   "certificate",
                             "peer", "alert",         "transport", "program"};
  return category >= 0 && static_cast<std::size_t>(category) < names.size()
             ? names[static_cast<std::size_t>(category)]
             : "unknown";
}

const char *plugtls_feature_name(uint32_t feature) {
  return feature < feature_names.size() ? feature_names[feature] : "unknown";
}

uint32_t plugtls_feature_from_name(const char *name) {
  for (std::size_t i = 1; i < feature_names.size(); ++i)
    if (std::strcmp(feature_names[i], name) == 0) return static_cast<uint32_t>(i);
  return PLUGTLS_FEATURE_NONE;
}

const char *plugtls_alert_name(int32_t alert) {
  for (const AlertName &entry : alert_names)
    if (entry.alert == alert) return entry.name;
  return "unknown";
}

}  // extern "C"
