// SPDX-License-Identifier: Apache-2.0
#include "verify.hpp"

#include "connection.hpp"
#include "digest.hpp"
#include "signature.hpp"

#include <plugtls/kit/certificate_reason.hpp>
#include <plugtls/kit/program_verdict.hpp>

namespace plugtls::wolfssl {

namespace {

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

Revocation revocation_of(const plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  return {context.crl_check, {context.ocsp, connection.peer_staple}};
}

int32_t ask_program(plugtls_backend_connection &connection, const Judgement &judgement,
                    plugtls_error &error) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  if (callbacks.verify == nullptr) return PLUGTLS_VERIFY_KEEP;
  const std::vector<plugtls_bytes> sent = kit::views_of(connection.peer_chain);
  const std::vector<plugtls_bytes> path = kit::views_of(judgement.path);
  plugtls_verdict verdict = kit::shown_verdict(judgement.verdict, sent, path);
  verdict.ocsp_response = kit::as_bytes(connection.peer_staple);
  int32_t answer = PLUGTLS_VERIFY_REJECT;
  auto ask = [&]() noexcept {
    answer = callbacks.verify(callbacks.user, connection.host_connection, &verdict, &error);
    return true;  // it is asked again by another way
  };
  if (connection.suspension)
    (void)connection.suspension->ask(ask);
  else
    ask();
  return answer;
}

// wolfSSL reads no more of what a peer sends, whatever of it the path needs.
constexpr std::size_t most_certificates = 9;

plugtls_status decide_peer(plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  if (!connection.judgement)
    connection.judgement = judge(connection.peer_chain, *context.store, revocation_of(connection),
                                 policy_of(connection));
  plugtls_error said = kit::empty_error();
  const int32_t answer = ask_program(connection, *connection.judgement, said);
  if (answer == PLUGTLS_VERIFY_PENDING) return PLUGTLS_WANT_CALLBACK;
  connection.certificate_error = kit::decide(connection.judgement->verdict, answer, said,
                                             [&] { return describe(*connection.judgement); });
  if (connection.certificate_error.code == PLUGTLS_E_NONE &&
      connection.peer_chain.size() > most_certificates)
    connection.certificate_error = kit::make_error(
        PLUGTLS_E_CERT_CHAIN_TOO_LONG, "the peer sent %zu certificates, wolfSSL takes %zu",
        connection.peer_chain.size(), most_certificates);
  if (connection.certificate_error.code != PLUGTLS_E_NONE) return PLUGTLS_FAILED;
  connection.verified = std::move(connection.judgement->path);
  connection.judgement.reset();
  return PLUGTLS_OK;
}

bool is_signed(kit::DerView certificate, kit::DerView issuer) {
  const auto object = kit::parse_signed(certificate);
  return object && signature_holds(*object, issuer);
}

// Leaves are too many to be remembered.
bool link_holds(const Store &store, kit::DerView certificate, kit::DerView issuer) {
  const Digest link = Hasher().add(certificate).add(issuer).finish();
  if (store.links.has(link)) return true;
  if (!is_signed(certificate, issuer)) return false;
  store.links.add(link);
  return true;
}

// The staple has the place of a CRL of the leaf, before it.
kit::Verdict judge_revocation(std::span<const kit::PathCertificate> path, const Store &store,
                              const Revocation &revocation, int64_t time) {
  const kit::PathCertificate &issuer = path[path.size() > 1 ? 1 : 0];
  const int32_t code = kit::judge_staple(revocation.staple, path.front().facts, issuer, time,
                                         signature_holds, digest_of);
  if (code != PLUGTLS_E_NONE) return kit::policy::refuse(code, 0);
  return kit::judge_revocation(path, store.crls, revocation.crl_check, time, signature_holds);
}

bool is_same(const Certificates &chain, const WOLFSSL_BUFFER_INFO *certificates, int count) {
  if (count < 0 || chain.size() != static_cast<std::size_t>(count)) return false;
  for (std::size_t i = 0; i < chain.size(); ++i)
    if (!kit::same_bytes(chain[i], {certificates[i].buffer, certificates[i].length})) return false;
  return true;
}

void take_late(plugtls_backend_connection &connection, const WOLFSSL_X509_STORE_CTX &store) {
  for (int i = 0; i < store.totalCerts; ++i)
    connection.peer_chain.emplace_back(store.certs[i].buffer,
                                       store.certs[i].buffer + store.certs[i].length);
}

// A client's answer to a request after the handshake, where nothing is read on the way to wolfSSL, and nobody can wait.
void judge_late(plugtls_backend_connection &connection, const WOLFSSL_X509_STORE_CTX &store) {
  connection.awaits_certificate = false;
  plugtls_error error = kit::empty_error();
  plugtls_status status = kit::guard(&error, [&] {
    take_late(connection, store);
    return plugtls_status{PLUGTLS_OK};
  });
  if (status == PLUGTLS_OK)
    status = judge_peer(connection);
  else
    connection.certificate_error = error;
  connection.chain_accepted = status == PLUGTLS_OK;
  if (status == PLUGTLS_WANT_CALLBACK)
    connection.certificate_error = kit::unsupported(
        PLUGTLS_FEATURE_SUSPEND,
        "the verification callback answered pending outside the handshake call, where wolfSSL "
        "cannot wait; answer at once there");
}

}  // namespace

Judgement judge(const Certificates &chain, const Store &store, const Revocation &revocation,
                const kit::Policy &policy) {
  const auto sent = facts_of_chain(chain);
  const auto certificate = [&](kit::PathStep step) -> const kit::PathCertificate & {
    return (step.anchor ? store.facts : sent)[step.index];
  };
  const auto holds = [&](kit::PathStep lower, kit::PathStep upper) {
    const kit::DerView below = certificate(lower).der;
    const kit::DerView above = certificate(upper).der;
    const bool leaf = !lower.anchor && lower.index == 0;
    return leaf ? is_signed(below, above) : link_holds(store, below, above);
  };
  const auto found =
      kit::find_path(sent, store.facts, policy.time, kit::policy::longest_path(policy), holds);
  Judgement out;
  if (!found.anchored) {
    out.verdict = kit::judge_unanchored(found.facts, policy);
    return out;
  }
  std::vector<kit::PathCertificate> path;
  for (const kit::PathStep &step : found.steps) {
    path.push_back(certificate(step));
    out.path.emplace_back(path.back().der.begin(), path.back().der.end());
  }
  kit::Policy complete = policy;
  complete.signature = kit::judge_path_signatures(found, holds);
  complete.revocation = judge_revocation(path, store, revocation, policy.time);
  out.verdict = kit::judge(found.facts, complete);
  return out;
}

plugtls_error describe(const Judgement &judgement) {
  return kit::certificate_refused(judgement.verdict.code, judgement.verdict.depth);
}

plugtls_status judge_peer(plugtls_backend_connection &connection) {
  if (!connection.context->verifies()) return PLUGTLS_OK;
  if (connection.peer_chain.empty()) {
    // A client that has no certificate. A server without one wolfSSL refuses.
    if (connection.context->client_auth != PLUGTLS_CLIENT_AUTH_REQUIRE) return PLUGTLS_OK;
    connection.certificate_error = kit::certificate_refused(PLUGTLS_E_CERT_MISSING, -1);
    return PLUGTLS_FAILED;
  }
  plugtls_error error = kit::empty_error();
  plugtls_status out = PLUGTLS_FAILED;
  const plugtls_status ran = kit::guard(&error, [&] {
    out = decide_peer(connection);
    return plugtls_status{PLUGTLS_OK};
  });
  if (ran == PLUGTLS_OK) return out;
  connection.certificate_error = error;
  connection.certificate_error.alert = kit::alert::internal_error;
  return PLUGTLS_FAILED;
}

int on_certificate(int, WOLFSSL_X509_STORE_CTX *store) {
  auto *connection = static_cast<plugtls_backend_connection *>(store->userCtx);
  if (!connection->context->verifies()) return 1;
  if (connection->awaits_certificate) judge_late(*connection, *store);
  // wolfSSL asks about no certificate, too: the policy has had its say on that.
  if (store->totalCerts == 0)
    return connection->chain_accepted && connection->peer_chain.empty() ? 1 : 0;
  const bool judged = connection->chain_accepted && !connection->peer_chain.empty() &&
                      is_same(connection->peer_chain, store->certs, store->totalCerts);
  connection->chain_checked = judged;
  return judged ? 1 : 0;
}

}  // namespace plugtls::wolfssl
