// SPDX-License-Identifier: Apache-2.0
#include "verify.hpp"

#include "connection.hpp"
#include "error.hpp"
#include "revocation.hpp"

#include <plugtls/kit/certificate_reason.hpp>
#include <plugtls/kit/program_verdict.hpp>

namespace plugtls_gnutls {

using namespace plugtls;

namespace {

std::vector<kit::PathCertificate> facts_of_chain(const std::vector<Der> &chain) {
  std::vector<kit::PathCertificate> out;
  for (const Der &der : chain)
    out.push_back({der, kit::facts_of(der)});
  return out;
}

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

int32_t ask_program(const plugtls_backend_connection &connection, const std::vector<Der> &sent,
                    const Judgement &judgement, plugtls_error &error) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  if (callbacks.verify == nullptr) return PLUGTLS_VERIFY_KEEP;
  const std::vector<plugtls_bytes> chain = kit::views_of(sent);
  const std::vector<plugtls_bytes> path = kit::views_of(judgement.path);
  const plugtls_verdict verdict = kit::shown_verdict(judgement.verdict, chain, path);
  return callbacks.verify(callbacks.user, connection.host_connection, &verdict, &error);
}

int verify(plugtls_backend_connection &connection) {
  const std::vector<Der> sent = peer_chain(connection);
  // Whether a client has to have one, GnuTLS has judged.
  if (sent.empty() && connection.context->role == PLUGTLS_ROLE_SERVER) return 0;
  const Judgement judgement =
      judge(sent, connection.context->store, connection.context->crl_check, policy_of(connection));
  plugtls_error said = kit::empty_error();
  const int32_t answer = ask_program(connection, sent, judgement, said);
  connection.refusal = kit::decide(judgement.verdict, answer, said, [&] {
    return kit::certificate_refused(judgement.verdict.code, judgement.verdict.depth);
  });
  if (connection.refusal.code != PLUGTLS_E_NONE) {
    const bool tls13 = gnutls_protocol_get_version(connection.session.get()) == GNUTLS_TLS1_3;
    if (connection.refusal.alert < 0)
      connection.refusal.alert = kit::alert_of_certificate(connection.refusal.code, tls13);
    return GNUTLS_E_CERTIFICATE_ERROR;
  }
  connection.verified = judgement.path;
  return 0;
}

std::vector<Der> chain_of(const plugtls_verify_request &request) {
  std::vector<Der> out;
  for (uint32_t i = 0; i < request.chain_count; ++i)
    for (Der &der : read_encodings(kit::read_source(*request.chain[i])))
      out.push_back(std::move(der));
  if (out.empty()) kit::raise(PLUGTLS_E_INVALID_ARGUMENT, "there is no certificate to verify");
  return out;
}

kit::Policy policy_of(const plugtls_backend_instance &instance, const plugtls_config &config,
                      const plugtls_verify_request &request) {
  const bool fixed = (config.flags & PLUGTLS_CONFIG_VERIFY_TIME) != 0;
  kit::Policy policy;
  policy.purpose = request.purpose;
  policy.time = fixed ? config.verify_time : instance.host.now(instance.host.user);
  policy.max_intermediates = depth_of(config);
  policy.subjects = {request.subjects, request.subject_count};
  policy.skip_name = (config.flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) != 0;
  return policy;
}

}  // namespace

Judgement judge(const std::vector<Der> &sent, const Store &store, uint32_t crl_check,
                const kit::Policy &policy) {
  Judgement out;
  if (sent.empty()) {
    out.verdict = {PLUGTLS_E_CERT_MISSING, -1};
    return out;
  }
  const auto facts = facts_of_chain(sent);
  const auto der_of = [&](const kit::PathStep &step) -> const Der & {
    return (step.anchor ? store.anchors : sent)[step.index];
  };
  const auto holds = [&](const kit::PathStep &lower, const kit::PathStep &upper) {
    return signature_holds(der_of(lower), der_of(upper));
  };
  const auto found =
      kit::find_path(facts, store.facts, policy.time, kit::policy::longest_path(policy), holds);
  if (!found.anchored) {
    out.verdict = kit::judge_unanchored(found.facts, policy);
    return out;
  }
  for (const kit::PathStep &step : found.steps)
    out.path.push_back(der_of(step));
  kit::Policy complete = policy;
  complete.signature = kit::judge_path_signatures(found, holds);
  complete.revocation = judge_revocation(out.path, found.facts, store.crls, crl_check, policy.time);
  out.verdict = kit::judge(found.facts, complete);
  return out;
}

int verify_peer(gnutls_session_t session) {
  plugtls_backend_connection &connection = *connection_of(session);
  if (!connection.context->verifies()) return 0;
  return kit::guard_or(GNUTLS_E_CERTIFICATE_ERROR, [&] { return verify(connection); });
}

plugtls_status verify_chain(plugtls_backend_instance *instance, const plugtls_config *config,
                            const plugtls_verify_request *request, int32_t *out_code,
                            int32_t *out_depth, plugtls_error *err) {
  return kit::guard(err, [&] {
    const plugtls_verify_request asked = kit::read_sized(request);
    const plugtls_config settings = kit::read_sized(config);
    const Store store = read_store(settings, instance->host);
    const Judgement judgement =
        judge(chain_of(asked), store, settings.crl_check, policy_of(*instance, settings, asked));
    *out_code = judgement.verdict.code;
    *out_depth = judgement.verdict.depth;
    if (!judgement.verdict.good() && err != nullptr)
      kit::write_sized(err,
                       kit::certificate_refused(judgement.verdict.code, judgement.verdict.depth));
    return plugtls_status{PLUGTLS_OK};
  });
}

}  // namespace plugtls_gnutls
