// SPDX-License-Identifier: Apache-2.0
#include "verify.hpp"

#include "certificates.hpp"
#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"

#include <plugtls/kit/alert.hpp>
#include <plugtls/kit/names.hpp>

#include <openssl/x509v3.h>

namespace plugtls::openssl {

namespace {

using Names = kit::Handle<GENERAL_NAMES, GENERAL_NAMES_free>;

int32_t match_leaf(X509 *leaf, const plugtls_backend_connection &connection) {
  const Names names(
      static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<kit::SanEntry> entries;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    const ASN1_STRING *text = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    entries.push_back(
        {name->type == GEN_DNS ? PLUGTLS_SUBJECT_DNS : PLUGTLS_SUBJECT_IP,
         {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))}});
  }
  return kit::match_names(connection.subjects, entries);
}

struct Judgement {
  int32_t code = PLUGTLS_E_NONE;
  int32_t depth = -1;
};

bool is_weak_signature(X509 *certificate) {
  int hash = NID_undef;
  return X509_get_signature_info(certificate, &hash, nullptr, nullptr, nullptr) == 1 &&
         (hash == NID_sha1 || hash == NID_md5 || hash == NID_md5_sha1);
}

Judgement judge(X509_STORE_CTX *store_ctx, const plugtls_backend_connection &connection) {
  Judgement out;
  if (X509_verify_cert(store_ctx) != 1) {
    out.depth = X509_STORE_CTX_get_error_depth(store_ctx);
    out.code = certificate_code(X509_STORE_CTX_get_error(store_ctx), out.depth);
    X509 *at = X509_STORE_CTX_get_current_cert(store_ctx);
    // Key usage and extended key usage share one error code.
    if (out.code == PLUGTLS_E_CERT_EXTENDED_KEY_USAGE && at != nullptr) {
      const uint32_t wanted =
          connection.context->role == PLUGTLS_ROLE_CLIENT ? XKU_SSL_SERVER : XKU_SSL_CLIENT;
      if ((X509_get_extension_flags(at) & EXFLAG_XKUSAGE) == 0 ||
          (X509_get_extended_key_usage(at) & wanted) != 0)
        out.code = PLUGTLS_E_CERT_KEY_USAGE;
    }
    // OpenSSL notes a malformed extension and then fails to find an issuer.
    if (at != nullptr && (X509_get_extension_flags(at) & EXFLAG_INVALID) != 0)
      out.code = PLUGTLS_E_CERT_MALFORMED;
    if (out.code == PLUGTLS_E_CERT_OTHER && at != nullptr && is_weak_signature(at))
      out.code = PLUGTLS_E_CERT_WEAK_SIGNATURE;
    return out;
  }
  if (connection.subjects.empty() || connection.skips_name()) return out;
  out.code = match_leaf(X509_STORE_CTX_get0_cert(store_ctx), connection);
  out.depth = out.code != PLUGTLS_E_NONE ? 0 : -1;
  return out;
}

struct DerChain {
  std::vector<std::vector<uint8_t>> der;
  std::vector<plugtls_bytes> views;

  void add(X509 *certificate) { der.push_back(to_der(certificate)); }
  void finish() {
    for (const auto &one : der)
      views.push_back({one.data(), one.size()});
  }
};

// An error of OpenSSL's whose alert is the one the code calls for.
int native_error(int32_t code) {
  switch (kit::alert_of_certificate(code, true)) {
    case kit::alert::certificate_expired:
      return X509_V_ERR_CERT_HAS_EXPIRED;
    case kit::alert::unknown_ca:
      return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    case kit::alert::certificate_revoked:
      return X509_V_ERR_CERT_REVOKED;
    default:
      return X509_V_ERR_CERT_REJECTED;
  }
}

int32_t ask_program(X509_STORE_CTX *store_ctx, plugtls_backend_connection &connection,
                    const Judgement &judgement, plugtls_error &error) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  if (callbacks.verify == nullptr) return PLUGTLS_VERIFY_KEEP;
  DerChain sent;
  DerChain built;
  const STACK_OF(X509) *untrusted = X509_STORE_CTX_get0_untrusted(store_ctx);
  for (int i = 0; i < sk_X509_num(untrusted); ++i)
    sent.add(sk_X509_value(untrusted, i));
  if (sent.der.empty()) sent.add(X509_STORE_CTX_get0_cert(store_ctx));
  const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(store_ctx);
  const bool complete = judgement.code == PLUGTLS_E_NONE ||
                        judgement.code == PLUGTLS_E_CERT_NAME_MISMATCH ||
                        judgement.code == PLUGTLS_E_CERT_IP_MISMATCH;
  for (int i = 0; complete && i < sk_X509_num(chain); ++i)
    built.add(sk_X509_value(chain, i));
  sent.finish();
  built.finish();
  plugtls_verdict verdict{};
  verdict.size = sizeof verdict;
  verdict.code = judgement.code;
  verdict.certificate_depth = judgement.depth;
  verdict.chain = sent.views.data();
  verdict.chain_count = static_cast<uint32_t>(sent.views.size());
  verdict.verified = built.views.empty() ? nullptr : built.views.data();
  verdict.verified_count = static_cast<uint32_t>(built.views.size());
  return callbacks.verify(callbacks.user, connection.host_connection, &verdict, &error);
}

plugtls_error describe(const Judgement &judgement, X509_STORE_CTX *store_ctx) {
  const bool name = judgement.code == PLUGTLS_E_CERT_NAME_MISMATCH ||
                    judgement.code == PLUGTLS_E_CERT_IP_MISMATCH;
  plugtls_error error =
      kit::make_error(judgement.code, "the peer's certificate was refused: %s",
                      name ? "it is not for the name or address that was asked for"
                           : X509_verify_cert_error_string(X509_STORE_CTX_get_error(store_ctx)));
  error.certificate_depth = judgement.depth;
  error.native_code = name ? 0 : X509_STORE_CTX_get_error(store_ctx);
  if (!name)
    kit::set_text(error.native, X509_verify_cert_error_string(X509_STORE_CTX_get_error(store_ctx)));
  return error;
}

int verify(X509_STORE_CTX *store_ctx) {
  const auto *ssl = static_cast<const SSL *>(
      X509_STORE_CTX_get_ex_data(store_ctx, SSL_get_ex_data_X509_STORE_CTX_idx()));
  plugtls_backend_connection &connection = *connection_of(ssl);
  if (!connection.context->verifies()) return 1;
  Judgement judgement = judge(store_ctx, connection);
  plugtls_error error =
      judgement.code != PLUGTLS_E_NONE ? describe(judgement, store_ctx) : kit::empty_error();
  plugtls_error said = kit::empty_error();
  const int32_t answer = ask_program(store_ctx, connection, judgement, said);
  // Pending is a refusal too, as long as this backend cannot suspend: never let a good verdict stand for it.
  if (answer != PLUGTLS_VERIFY_KEEP && answer != PLUGTLS_VERIFY_INSECURE_ACCEPT) {
    error = said.code != PLUGTLS_E_NONE
                ? said
                : kit::make_error(PLUGTLS_E_CERT_REJECTED,
                                  "the program refused the peer's certificate");
    judgement.code = error.code;
  }
  if (answer == PLUGTLS_VERIFY_INSECURE_ACCEPT || judgement.code == PLUGTLS_E_NONE) {
    X509_STORE_CTX_set_error(store_ctx, X509_V_OK);
    return 1;
  }
  connection.certificate_error = error;
  X509_STORE_CTX_set_error(store_ctx, native_error(judgement.code));
  return 0;
}

}  // namespace

int verify_peer(X509_STORE_CTX *store_ctx, void *) {
  return kit::guard_or(0, [&] { return verify(store_ctx); });
}

}  // namespace plugtls::openssl
