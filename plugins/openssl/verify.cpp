// SPDX-License-Identifier: Apache-2.0
#include "verify.hpp"

#include "certificates.hpp"
#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"
#include "signature.hpp"
#include "stapling.hpp"

#include <plugtls/kit/alert.hpp>
#include <plugtls/kit/certificate_reason.hpp>
#include <plugtls/kit/policy.hpp>
#include <plugtls/kit/program_verdict.hpp>

#include <openssl/x509_vfy.h>

#include <array>

namespace plugtls::openssl {

namespace {

// Certificates as DER, and what they say.
struct Path {
  std::vector<std::vector<uint8_t>> der;
  std::vector<kit::CertificateFacts> facts;

  explicit Path(const STACK_OF(X509) * stack) {
    for (int i = 0; i < sk_X509_num(stack); ++i)
      der.push_back(to_der(sk_X509_value(stack, i)));
    for (const auto &one : der)
      facts.push_back(kit::facts_of(one));
  }
};

kit::Policy policy_of(const plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  kit::Policy policy;
  policy.purpose =
      context.role == PLUGTLS_ROLE_CLIENT ? PLUGTLS_PURPOSE_SERVER : PLUGTLS_PURPOSE_CLIENT;
  policy.time = context.time_of_verification();
  policy.max_intermediates = context.verify_depth;
  policy.subjects = connection.subjects;
  policy.skip_name = connection.skips_name();
  return policy;
}

// Of a path that reaches an anchor: else there is nobody whose response could be believed.
kit::Verdict judge_staple(const Path &path, const kit::Staple &staple, int64_t time) {
  if (path.der.empty()) return {};
  const std::size_t issuer = path.der.size() > 1 ? 1 : 0;
  const int32_t code =
      kit::judge_staple(staple, path.facts.front(), {path.der[issuer], path.facts[issuer]}, time,
                        &signature_holds, &digest_of);
  return code == PLUGTLS_E_NONE ? kit::Verdict{} : kit::Verdict{code, 0};
}

// What only the library can find out takes its place in the policy's order.
kit::Verdict judge_refused(const Path &path, kit::Policy policy, kit::Verdict native) {
  policy.skip_name = true;
  switch (native.code) {
    case PLUGTLS_E_CERT_UNKNOWN_ISSUER:
    case PLUGTLS_E_CERT_SELF_SIGNED:
    case PLUGTLS_E_CERT_UNTRUSTED_ROOT:
      return kit::judge_unanchored(path.facts, policy);
    case PLUGTLS_E_CERT_CHAIN_TOO_LONG:
      native.depth = static_cast<int32_t>(policy.max_intermediates) + 1;
      return native;
    case PLUGTLS_E_CERT_REVOKED:
    case PLUGTLS_E_CERT_CRL_MISSING:
    case PLUGTLS_E_CERT_CRL_INVALID:
      if (policy.revocation.good()) policy.revocation = native;  // the staple comes first
      break;
    case PLUGTLS_E_CERT_BAD_SIGNATURE:
      policy.signature = native;
      break;
    default:
      break;
  }
  return kit::judge(path.facts, policy);
}

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

// One question to the program, repeated as long as it has no answer.
struct AnswerWanted {
  const plugtls_backend_connection &connection;
  const plugtls_verdict &verdict;
  plugtls_error said = kit::empty_error();
  int32_t answer = PLUGTLS_VERIFY_PENDING;

  bool operator()() noexcept {
    const QueueGuard queue;
    const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
    answer = callbacks.verify(callbacks.user, connection.host_connection, &verdict, &said);
    return answer != PLUGTLS_VERIFY_PENDING;
  }
};

// Outside the handshake call there is nothing to go back to, and pending it stays.
int32_t ask_program(X509_STORE_CTX *store_ctx, plugtls_backend_connection &connection,
                    const kit::Verdict &judged, plugtls_error &error) {
  if (connection.context->callbacks.verify == nullptr) return PLUGTLS_VERIFY_KEEP;
  const Path sent(X509_STORE_CTX_get0_untrusted(store_ctx));
  const Path built(kit::has_path(judged) ? X509_STORE_CTX_get0_chain(store_ctx) : nullptr);
  std::vector<plugtls_bytes> chain = kit::views_of(sent.der);
  const std::vector<plugtls_bytes> verified = kit::views_of(built.der);
  const std::vector<uint8_t> leaf = to_der(X509_STORE_CTX_get0_cert(store_ctx));
  if (chain.empty()) chain.push_back(kit::as_bytes(leaf));
  plugtls_verdict verdict = kit::shown_verdict(judged, chain, verified);
  verdict.ocsp_response = kit::as_bytes(staple_of(connection).response);
  AnswerWanted wanted{connection, verdict};
  if (connection.suspension)
    (void)connection.suspension->ask(wanted);
  else
    (void)wanted();
  error = wanted.said;
  return wanted.answer;
}

// OpenSSL has this alert only for what its callback for staples refuses, which comes after this one.
bool is_refused_later(const plugtls_backend_connection &connection) {
  return connection.context->ocsp != PLUGTLS_OCSP_NONE &&
         kit::alert_of_certificate(connection.certificate_error.code, true) ==
             kit::alert::bad_certificate_status_response;
}

int verify(X509_STORE_CTX *store_ctx) {
  const auto *ssl = static_cast<const SSL *>(
      X509_STORE_CTX_get_ex_data(store_ctx, SSL_get_ex_data_X509_STORE_CTX_idx()));
  plugtls_backend_connection &connection = *connection_of(ssl);
  if (!connection.context->verifies()) return 1;
  connection.awaits_staple = comes_later(connection);
  if (connection.awaits_staple || verify_now(store_ctx, connection) ||
      is_refused_later(connection)) {
    X509_STORE_CTX_set_error(store_ctx, X509_V_OK);
    return 1;
  }
  X509_STORE_CTX_set_error(store_ctx, native_error(connection.certificate_error.code));
  return 0;
}

}  // namespace

bool verify_now(X509_STORE_CTX *store_ctx, plugtls_backend_connection &connection) {
  const Judgement judgement = judge(store_ctx, policy_of(connection), staple_of(connection));
  plugtls_error said = kit::empty_error();
  const int32_t answer = ask_program(store_ctx, connection, judgement.verdict, said);
  connection.certificate_error =
      kit::decide(judgement.verdict, answer, said, [&] { return describe(judgement); });
  return connection.certificate_error.code == PLUGTLS_E_NONE;
}

Judgement judge(X509_STORE_CTX *store_ctx, const kit::Policy &given, const kit::Staple &staple) {
  X509_STORE_CTX_set_time(store_ctx, 0, static_cast<time_t>(given.time));
  const bool good = X509_verify_cert(store_ctx) == 1;
  kit::Policy policy = given;
  const Path path(X509_STORE_CTX_get0_chain(store_ctx));
  policy.revocation = judge_staple(path, staple, policy.time);
  if (good) return {kit::judge(path.facts, policy), X509_V_OK};
  const int native = X509_STORE_CTX_get_error(store_ctx);
  const kit::Verdict refused{certificate_code(native), X509_STORE_CTX_get_error_depth(store_ctx)};
  const kit::Verdict verdict = judge_refused(path, policy, refused);
  return {verdict.good() ? refused : verdict, native};
}

plugtls_error describe(const Judgement &judgement) {
  plugtls_error error = kit::certificate_refused(judgement.verdict.code, judgement.verdict.depth);
  error.native_code = judgement.native;
  if (judgement.native != X509_V_OK)
    kit::set_text(error.native, X509_verify_cert_error_string(judgement.native));
  return error;
}

void set_parameters(X509_VERIFY_PARAM *parameters, const plugtls_config &config) {
  unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST;
  if (config.crl_check == PLUGTLS_CRL_CHECK_LEAF) flags |= X509_V_FLAG_CRL_CHECK;
  if (config.crl_check == PLUGTLS_CRL_CHECK_CHAIN)
    flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  X509_VERIFY_PARAM_set_flags(parameters, flags);
  X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(depth_of(config)));
}

int verify_peer(X509_STORE_CTX *store_ctx, void *) {
  return kit::guard_or(0, [&] { return verify(store_ctx); });
}

}  // namespace plugtls::openssl
