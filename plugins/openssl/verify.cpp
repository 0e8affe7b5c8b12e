// SPDX-License-Identifier: Apache-2.0
#include "verify.hpp"

#include "connection.hpp"

#include <plugtls/kit/alert.hpp>
#include <plugtls/kit/names.hpp>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <vector>

namespace plugtls::openssl {

namespace {

// The reverse of libssl's table from X509_V_ERR_ to alerts, which it will consult: the alert is chosen by
// the error left behind.
int error_for_alert(std::int32_t alert) noexcept {
  switch (alert) {
    case kit::alert::certificate_expired:
      return X509_V_ERR_CERT_HAS_EXPIRED;
    case kit::alert::unknown_ca:
      return X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
    case kit::alert::certificate_revoked:
      return X509_V_ERR_CERT_REVOKED;
    case kit::alert::unsupported_certificate:
      return X509_V_ERR_INVALID_PURPOSE;
    case kit::alert::handshake_failure:
      return X509_V_ERR_APPLICATION_VERIFICATION;
    case kit::alert::internal_error:
      return X509_V_ERR_UNSPECIFIED;
    default:
      return X509_V_ERR_CERT_REJECTED;
  }
}

std::int32_t code_of_purpose(X509_STORE_CTX *store) noexcept {
  X509 *at = X509_STORE_CTX_get_current_cert(store);
  if (at == nullptr || (X509_get_extension_flags(at) & EXFLAG_XKUSAGE) == 0) {
    return PLUGTLS_E_CERT_KEY_USAGE;
  }
  const std::uint32_t usage = X509_get_extended_key_usage(at);
  const bool any = (usage & (XKU_SSL_SERVER | XKU_SSL_CLIENT | XKU_ANYEKU)) == 0;
  const bool bits_good = (X509_get_key_usage(at) & X509v3_KU_DIGITAL_SIGNATURE) != 0;
  return any || bits_good ? PLUGTLS_E_CERT_EXTENDED_KEY_USAGE : PLUGTLS_E_CERT_KEY_USAGE;
}

std::int32_t code_of_error(X509_STORE_CTX *store, int error) noexcept {
  switch (error) {
    case X509_V_OK:
      return PLUGTLS_E_NONE;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return PLUGTLS_E_CERT_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return PLUGTLS_E_CERT_NOT_YET_VALID;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return PLUGTLS_E_CERT_UNKNOWN_ISSUER;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return PLUGTLS_E_CERT_SELF_SIGNED;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return PLUGTLS_E_CERT_UNTRUSTED_ROOT;
    case X509_V_ERR_INVALID_PURPOSE:
      return code_of_purpose(store);
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
      return PLUGTLS_E_CERT_NOT_A_CA;
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
      return PLUGTLS_E_CERT_PATH_LENGTH;
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
    case X509_V_ERR_INVALID_EXTENSION:
    case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
    case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
    case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
      return PLUGTLS_E_CERT_MALFORMED;
    case X509_V_ERR_CERT_REVOKED:
      return PLUGTLS_E_CERT_REVOKED;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
      return PLUGTLS_E_CERT_CRL_MISSING;
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
      return PLUGTLS_E_CERT_CRL_INVALID;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return PLUGTLS_E_CERT_CHAIN_TOO_LONG;
    default:
      return PLUGTLS_E_CERT_OTHER;
  }
}

// OpenSSL lets a certificate without basicConstraints issue others if its key usage says so; we do not.
Verdict check_issuers(X509_STORE_CTX *store) noexcept {
  STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(store);
  for (int i = 1; i + 1 < sk_X509_num(chain); ++i) {
    if (X509_check_ca(sk_X509_value(chain, i)) != 1) return {PLUGTLS_E_CERT_NOT_A_CA, i};
  }
  return {};
}

std::int32_t match_leaf(X509 *leaf, std::span<const plugtls_subject> subjects) {
  const kit::Handle<GENERAL_NAMES, GENERAL_NAMES_free> names(static_cast<GENERAL_NAMES *>(
      X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<kit::SanEntry> entries;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type != GEN_DNS && type != GEN_IPADD) continue;
    const auto *text = static_cast<const ASN1_STRING *>(value);
    entries.push_back({type == GEN_DNS ? std::uint32_t{PLUGTLS_SUBJECT_DNS}
                                       : std::uint32_t{PLUGTLS_SUBJECT_IP},
                       {ASN1_STRING_get0_data(text),
                        static_cast<std::size_t>(ASN1_STRING_length(text))}});
  }
  return kit::match_names(subjects, entries);
}

class Encoded {
 public:
  void add(X509 *x) {
    unsigned char *der = nullptr;
    const int size = i2d_X509(x, &der);
    if (size < 0) throw std::bad_alloc();
    store_.emplace_back(der, der + size);
    OPENSSL_free(der);
  }
  void add_all(STACK_OF(X509) * chain) {
    for (int i = 0; i < sk_X509_num(chain); ++i) add(sk_X509_value(chain, i));
  }
  std::vector<plugtls_bytes> views() const {
    std::vector<plugtls_bytes> out;
    for (const auto &der : store_) out.push_back({der.data(), der.size()});
    return out;
  }

 private:
  std::vector<std::vector<std::uint8_t>> store_;
};

int refuse(plugtls_backend_connection &connection, X509_STORE_CTX *store, plugtls_error error) {
  const bool tls13 = SSL_version(connection.ssl.get()) == TLS1_3_VERSION;
  if (error.alert == PLUGTLS_ALERT_NONE) error.alert = kit::alert_of_certificate(error.code, tls13);
  if (error.message[0] == '\0') kit::set_text(error.message, words_of_certificate(error.code));
  connection.refusal = error;
  X509_STORE_CTX_set_error(store, error_for_alert(error.alert));
  return 0;
}

// Asks the program (P-VERIFY-1). Answers what to go on with.
int ask_program(plugtls_backend_connection &connection, X509_STORE_CTX *store, Verdict verdict) {
  Encoded peer;
  Encoded verified;
  peer.add_all(X509_STORE_CTX_get0_untrusted(store));
  if (verdict.code == PLUGTLS_E_NONE) verified.add_all(X509_STORE_CTX_get0_chain(store));
  const auto chain = peer.views();
  const auto path = verified.views();
  plugtls_verdict view{};
  view.size = static_cast<std::uint32_t>(sizeof view);
  view.code = verdict.code;
  view.certificate_depth = verdict.depth;
  view.chain = chain.data();
  view.chain_count = static_cast<std::uint32_t>(chain.size());
  view.verified = path.empty() ? nullptr : path.data();
  view.verified_count = static_cast<std::uint32_t>(path.size());
  plugtls_error said = kit::empty_error();
  const auto &callbacks = connection.context->callbacks;
  const std::int32_t answer = callbacks.verify(callbacks.user, connection.host, &view, &said);
  if (answer == PLUGTLS_VERIFY_INSECURE_ACCEPT) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  if (answer == PLUGTLS_VERIFY_PENDING && !connection.context->is_server()) {
    connection.wants_callback = true;
    return SSL_set_retry_verify(connection.ssl.get()) == 1 ? 1 : 0;
  }
  if (answer == PLUGTLS_VERIFY_KEEP && verdict.code == PLUGTLS_E_NONE) return 1;
  if (answer == PLUGTLS_VERIFY_KEEP) {
    said = kit::make_error(verdict.code, "%s", words_of_certificate(verdict.code));
  } else if (said.code == PLUGTLS_E_NONE) {
    said.code = PLUGTLS_E_CERT_REJECTED;
  }
  said.certificate_depth = verdict.depth;
  return refuse(connection, store, said);
}

int verify_or_throw(plugtls_backend_connection &connection, X509_STORE_CTX *store) {
  const plugtls_backend_context &context = *connection.context;
  if (!context.verifies()) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  X509_STORE_CTX_set_time(store, 0, static_cast<time_t>(context.time()));
  const Verdict verdict = judge(store, connection.checked_subjects());
  connection.verified = verdict.code == PLUGTLS_E_NONE;
  if (context.callbacks.verify != nullptr) return ask_program(connection, store, verdict);
  if (verdict.code == PLUGTLS_E_NONE) return 1;
  plugtls_error error =
      kit::make_error(verdict.code, "%s", words_of_certificate(verdict.code));
  error.certificate_depth = verdict.depth;
  const int native = X509_STORE_CTX_get_error(store);
  if (native != X509_V_OK) {
    error.native_code = native;
    kit::set_text(error.native, X509_verify_cert_error_string(native));
  }
  return refuse(connection, store, error);
}

}  // namespace

const char *words_of_certificate(std::int32_t code) noexcept {
  switch (code) {
    case PLUGTLS_E_NONE:
      return "the certificate is good";
    case PLUGTLS_E_CERT_EXPIRED:
      return "the peer's certificate chain has expired";
    case PLUGTLS_E_CERT_NOT_YET_VALID:
      return "the peer's certificate chain is not yet valid";
    case PLUGTLS_E_CERT_UNKNOWN_ISSUER:
      return "no path leads from the peer's certificate to a trust anchor";
    case PLUGTLS_E_CERT_SELF_SIGNED:
      return "the peer's certificate is self-signed and is not a trust anchor";
    case PLUGTLS_E_CERT_UNTRUSTED_ROOT:
      return "the peer's chain ends in a root that is not a trust anchor";
    case PLUGTLS_E_CERT_NAME_MISMATCH:
      return "the peer's certificate is for another name";
    case PLUGTLS_E_CERT_IP_MISMATCH:
      return "the peer's certificate is for another IP address";
    case PLUGTLS_E_CERT_REVOKED:
      return "the peer's certificate has been revoked";
    case PLUGTLS_E_CERT_CRL_MISSING:
      return "no revocation list for the peer's certificate is at hand";
    case PLUGTLS_E_CERT_WEAK_SIGNATURE:
      return "the peer's chain has a signature made with a weak digest";
    case PLUGTLS_E_CERT_WEAK_KEY:
      return "the peer's chain has a key that is too small";
    case PLUGTLS_E_CERT_EXTENDED_KEY_USAGE:
      return "the peer's certificate is not meant for this purpose (extended key usage)";
    case PLUGTLS_E_CERT_KEY_USAGE:
      return "the peer's certificate is not meant for this purpose (key usage)";
    case PLUGTLS_E_CERT_NOT_A_CA:
      return "an issuer in the peer's chain is not a certificate authority";
    case PLUGTLS_E_CERT_REJECTED:
      return "the program's verification callback refused the certificate";
    default:
      return "the peer's certificate chain was refused";
  }
}

Verdict judge(X509_STORE_CTX *store, std::span<const plugtls_subject> subjects) {
  const int good = X509_verify_cert(store);
  const int error = X509_STORE_CTX_get_error(store);
  const std::int32_t depth = X509_STORE_CTX_get_error_depth(store);
  ERR_clear_error();
  if (good != 1 || error != X509_V_OK) {
    const std::int32_t code = code_of_error(store, error);
    return {code == PLUGTLS_E_NONE ? std::int32_t{PLUGTLS_E_CERT_OTHER} : code, depth};
  }
  if (const Verdict verdict = check_issuers(store); verdict.code != PLUGTLS_E_NONE) return verdict;
  X509 *leaf = X509_STORE_CTX_get0_cert(store);
  // RFC 8446, 4.4.2.2; RFC 5246, 7.4.2: every suite in use has the leaf's key sign.
  if ((X509_get_extension_flags(leaf) & EXFLAG_KUSAGE) != 0 &&
      (X509_get_key_usage(leaf) & X509v3_KU_DIGITAL_SIGNATURE) == 0) {
    return {PLUGTLS_E_CERT_KEY_USAGE, 0};
  }
  if (subjects.empty()) return {};
  const std::int32_t code = match_leaf(leaf, subjects);
  return {code, code == PLUGTLS_E_NONE ? -1 : 0};
}

int verify_peer(X509_STORE_CTX *store, void *) noexcept {
  const auto *ssl = static_cast<const SSL *>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto *connection = static_cast<plugtls_backend_connection *>(SSL_get_ex_data(ssl, 0));
  try {
    return verify_or_throw(*connection, store);
  } catch (...) {
    return refuse(*connection, store, kit::make_error(PLUGTLS_E_OUT_OF_MEMORY, "out of memory"));
  }
}

}  // namespace plugtls::openssl
