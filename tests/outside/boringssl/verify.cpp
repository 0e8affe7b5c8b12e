// SPDX-License-Identifier: Apache-2.0
#include "verify.hpp"

#include "connection.hpp"
#include "error.hpp"

#include <plugtls/kit/certificate_reason.hpp>

namespace plugtls_boringssl {

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

std::vector<plugtls_bytes> views_of(const std::vector<Der> &certificates) {
  std::vector<plugtls_bytes> out;
  for (const Der &one : certificates)
    out.push_back(kit::as_bytes(one));
  return out;
}

int32_t ask_program(const plugtls_backend_connection &connection, const std::vector<Der> &sent,
                    const Judgement &judgement, plugtls_error &error) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  if (callbacks.verify == nullptr) return PLUGTLS_VERIFY_KEEP;
  const int32_t code = judgement.verdict.code;
  const bool complete = judgement.verdict.good() || code == PLUGTLS_E_CERT_NAME_MISMATCH ||
                        code == PLUGTLS_E_CERT_IP_MISMATCH;
  const auto chain = views_of(sent);
  const auto verified = complete ? views_of(judgement.path) : std::vector<plugtls_bytes>{};
  plugtls_verdict verdict{};
  verdict.size = sizeof verdict;
  verdict.code = code;
  verdict.certificate_depth = judgement.verdict.depth;
  verdict.chain = chain.data();
  verdict.chain_count = static_cast<uint32_t>(chain.size());
  verdict.verified = verified.empty() ? nullptr : verified.data();
  verdict.verified_count = static_cast<uint32_t>(verified.size());
  const QueueGuard queue;
  return callbacks.verify(callbacks.user, connection.host_connection, &verdict, &error);
}

plugtls_error decide(const kit::Verdict &verdict, int32_t answer, const plugtls_error &said) {
  if (answer == PLUGTLS_VERIFY_INSECURE_ACCEPT) return kit::empty_error();
  if (answer == PLUGTLS_VERIFY_KEEP)
    return verdict.good() ? kit::empty_error()
                          : kit::certificate_refused(verdict.code, verdict.depth);
  if (said.code != PLUGTLS_E_NONE) return said;
  return kit::make_error(PLUGTLS_E_CERT_REJECTED, "the program refused the peer's certificate");
}

ssl_verify_result_t verify(plugtls_backend_connection &connection, uint8_t &alert) {
  const std::vector<Der> sent = peer_chain(connection);
  const Judgement judgement =
      judge(sent, connection.context->store, connection.context->crl_check, policy_of(connection));
  plugtls_error said = kit::empty_error();
  const int32_t answer = ask_program(connection, sent, judgement, said);
  // Until the program has made up its mind; the handshake comes back here.
  if (answer == PLUGTLS_VERIFY_PENDING) return ssl_verify_retry;
  connection.refusal = decide(judgement.verdict, answer, said);
  if (connection.refusal.code == PLUGTLS_E_NONE) {
    connection.verified = judgement.path;
    return ssl_verify_ok;
  }
  const bool tls13 = SSL_version(connection.ssl.get()) == TLS1_3_VERSION;
  if (connection.refusal.alert < 0)
    connection.refusal.alert = kit::alert_of_certificate(connection.refusal.code, tls13);
  alert = static_cast<uint8_t>(connection.refusal.alert);
  return ssl_verify_invalid;
}

std::vector<Der> chain_of(const plugtls_verify_request &request) {
  std::vector<Der> out;
  for (uint32_t i = 0; i < request.chain_count; ++i)
    for (Der &der : read_encodings(kit::read_source(*request.chain[i])))
      out.push_back(std::move(der));
  if (out.empty()) kit::raise(PLUGTLS_E_INVALID_ARGUMENT, "there is no certificate to verify");
  return out;
}

// Of a leaf with a key that BoringSSL cannot read no peer could prove that it holds it.
void refuse_pss(const Der &leaf) {
  if (kit::facts_of(leaf).key_type == kit::KeyType::rsa_pss)
    throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_CERT_RSA_PSS,
                                      "BoringSSL reads no keys that are for RSASSA-PSS alone"));
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
    const auto signed_one = kit::parse_signed(der_of(lower));
    return signed_one && signature_holds(*signed_one, der_of(upper));
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
  std::vector<kit::PathCertificate> path;
  for (std::size_t i = 0; i < out.path.size(); ++i)
    path.push_back({out.path[i], found.facts[i]});
  complete.revocation =
      kit::judge_revocation(path, store.crls, crl_check, policy.time, &signature_holds);
  out.verdict = kit::judge(found.facts, complete);
  return out;
}

ssl_verify_result_t verify_peer(SSL *ssl, uint8_t *alert) {
  plugtls_backend_connection &connection = *connection_of(ssl);
  if (!connection.context->verifies()) return ssl_verify_ok;
  return kit::guard_or(ssl_verify_invalid, [&] { return verify(connection, *alert); });
}

plugtls_status verify_chain(plugtls_backend_instance *instance, const plugtls_config *config,
                            const plugtls_verify_request *request, int32_t *out_code,
                            int32_t *out_depth, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    const plugtls_verify_request asked = kit::read_sized(request);
    const plugtls_config settings = kit::read_sized(config);
    const Store store = read_store(settings, instance->host);
    const std::vector<Der> chain = chain_of(asked);
    refuse_pss(chain.front());
    const Judgement judgement =
        judge(chain, store, settings.crl_check, policy_of(*instance, settings, asked));
    *out_code = judgement.verdict.code;
    *out_depth = judgement.verdict.depth;
    if (!judgement.verdict.good() && err != nullptr)
      kit::write_sized(err,
                       kit::certificate_refused(judgement.verdict.code, judgement.verdict.depth));
    return plugtls_status{PLUGTLS_OK};
  });
}

}  // namespace plugtls_boringssl
