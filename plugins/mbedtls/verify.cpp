// SPDX-License-Identifier: Apache-2.0
#include "verify.hpp"

#include "connection.hpp"
#include "error.hpp"
#include "proven.hpp"
#include "revocation.hpp"

#include <plugtls/kit/certificate_reason.hpp>
#include <plugtls/kit/program_verdict.hpp>

#include <utility>

namespace plugtls::mbedtls {

namespace {

const mbedtls_x509_crt *nth(const mbedtls_x509_crt *chain, std::size_t index) {
  while (index-- > 0)
    chain = chain->next;
  return chain;
}

// What was sent, cut down to a path: of intermediates with one name the library would take the first. As it was, afterwards.
class OnlyPath {
 public:
  OnlyPath(mbedtls_x509_crt *chain, const std::vector<const mbedtls_x509_crt *> &path) {
    for (mbedtls_x509_crt *one = chain; one != nullptr; one = one->next)
      links_.emplace_back(one, one->next);
    mbedtls_x509_crt *last = chain;
    for (const mbedtls_x509_crt *step : path)
      for (const auto &[one, next] : links_)
        if (one == step && one != chain) last = last->next = one;
    last->next = nullptr;
  }
  ~OnlyPath() {
    for (const auto &[one, next] : links_)
      one->next = next;
  }
  OnlyPath(const OnlyPath &) = delete;
  OnlyPath &operator=(const OnlyPath &) = delete;

 private:
  std::vector<std::pair<mbedtls_x509_crt *, mbedtls_x509_crt *>> links_;
};

// The library's own say on a path that is good. Its clock is not the one that counts, and it looks for no name.
uint32_t library_objections(mbedtls_x509_crt *chain, const Store &store,
                            const mbedtls_x509_crt_profile &profile, const Proven &proven) {
  const Proven::Use use(proven);
  uint32_t flags = 0;
  // The library changes no anchor, and does not say so.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  auto *anchors = const_cast<mbedtls_x509_crt *>(store.anchors.get());
  const int native = mbedtls_x509_crt_verify_with_profile(chain, anchors, nullptr, &profile,
                                                          nullptr, &flags, nullptr, nullptr);
  if (native == 0) return 0;
  if (native != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) return MBEDTLS_X509_BADCERT_OTHER;
  constexpr uint32_t times = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
  return flags & ~times;
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

// One question to the program, repeated as long as it has no answer.
struct AnswerWanted {
  const plugtls_backend_connection &connection;
  const plugtls_verdict &verdict;
  plugtls_error said = kit::empty_error();
  int32_t answer = PLUGTLS_VERIFY_PENDING;

  bool operator()() noexcept {
    const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
    answer = callbacks.verify(callbacks.user, connection.host_connection, &verdict, &said);
    return answer != PLUGTLS_VERIFY_PENDING;
  }
};

int32_t ask_program(const mbedtls_x509_crt *chain, plugtls_backend_connection &connection,
                    const Judgement &judgement, plugtls_error &error) {
  if (connection.context->callbacks.verify == nullptr) return PLUGTLS_VERIFY_KEEP;
  std::vector<plugtls_bytes> sent;
  for (; chain != nullptr && chain->raw.p != nullptr; chain = chain->next)
    sent.push_back({chain->raw.p, chain->raw.len});
  const std::vector<plugtls_bytes> path = kit::views_of(judgement.path);
  const plugtls_verdict verdict = kit::shown_verdict(judgement.verdict, sent, path);
  AnswerWanted wanted{connection, verdict};
  const bool answered = connection.suspension && connection.suspension->ask(wanted);
  if (!answered) return PLUGTLS_VERIFY_REJECT;  // being freed
  error = wanted.said;
  return wanted.answer;
}

int verify(mbedtls_x509_crt *chain, plugtls_backend_connection &connection, uint32_t *flags) {
  const plugtls_backend_context &context = *connection.context;
  const Judgement judgement =
      judge(chain, *context.store, context.profile, context.crl_check, policy_of(connection));
  plugtls_error said = kit::empty_error();
  const int32_t answer = ask_program(chain, connection, judgement, said);
  connection.certificate_error =
      kit::decide(judgement.verdict, answer, said, [&] { return describe(judgement); });
  if (connection.certificate_error.code == PLUGTLS_E_NONE) {
    connection.verified = judgement.path;
    return 0;
  }
  // Neither of the two answers for which the library would go on where a certificate is only requested.
  *flags = MBEDTLS_X509_BADCERT_CN_MISMATCH;
  return MBEDTLS_ERR_X509_FATAL_ERROR;
}

}  // namespace

const Proven *&Proven::of_thread() noexcept {
  [[gnu::tls_model("initial-exec")]] static thread_local const Proven *proven = nullptr;
  return proven;
}

Judgement judge(mbedtls_x509_crt *chain, const Store &store,
                const mbedtls_x509_crt_profile &profile, uint32_t crl_check,
                const kit::Policy &policy) {
  const auto sent = facts_of_chain(chain);
  Proven proven;
  const auto certificate = [&](kit::PathStep step) -> const mbedtls_x509_crt & {
    return *(step.anchor ? store.anchor(step.index) : nth(chain, step.index));
  };
  const auto holds = [&](kit::PathStep below, kit::PathStep above) {
    const mbedtls_x509_crt &lower = certificate(below);
    const mbedtls_x509_crt &upper = certificate(above);
    if (!signature_holds(lower.tbs, lower.sig, lower.sig_md, lower.sig_pk, lower.sig_opts,
                         upper.pk))
      return false;
    proven.add(upper.pk, lower.sig.p);
    return true;
  };
  const auto found =
      kit::find_path(sent, store.facts, policy.time, kit::policy::longest_path(policy), holds);
  Judgement out;
  if (!found.anchored) {
    out.verdict = kit::judge_unanchored(found.facts, policy);
    return out;
  }
  std::vector<const mbedtls_x509_crt *> path;
  for (const kit::PathStep &step : found.steps) {
    path.push_back(&certificate(step));
    out.path.emplace_back(path.back()->raw.p, path.back()->raw.p + path.back()->raw.len);
  }
  kit::Policy complete = policy;
  complete.signature = kit::judge_path_signatures(found, holds);
  complete.revocation =
      judge_revocation(path, found.facts, store.crls.get(), crl_check, policy.time);
  out.verdict = kit::judge(found.facts, complete);
  const bool pinned =
      found.steps.size() == 1;  // the leaf is an anchor itself, which Mbed TLS has not
  if (!out.verdict.good() || pinned) return out;
  const OnlyPath cut(chain, path);
  out.native = library_objections(chain, store, profile, proven);
  if (out.native != 0) out.verdict = kit::policy::refuse(PLUGTLS_E_CERT_OTHER, 0);
  return out;
}

kit::Verdict judge_unreadable(kit::DerView leaf) {
  const kit::CertificateFacts facts = kit::facts_of(leaf);
  const kit::Verdict verdict = kit::policy::judge_building({&facts, 1}, {}, 1);
  if (!verdict.good()) return verdict;
  // Of a kind that nobody here knows, or that the library alone does not.
  return kit::policy::refuse(
      kit::policy::is_weak_signature(facts) ? PLUGTLS_E_CERT_WEAK_SIGNATURE : PLUGTLS_E_CERT_OTHER,
      0);
}

plugtls_error describe(const Judgement &judgement) {
  plugtls_error error = kit::certificate_refused(judgement.verdict.code, judgement.verdict.depth);
  error.native_code = judgement.native;
  if (judgement.native != 0)
    mbedtls_x509_crt_verify_info(error.native, sizeof error.native, "", judgement.native);
  return error;
}

int verify_peer(mbedtls_x509_crt *chain, plugtls_backend_connection &connection, uint32_t *flags) {
  *flags = 0;
  if (!connection.context->verifies()) return 0;
  connection.verifying = true;
  const int out =
      kit::guard_or(MBEDTLS_ERR_X509_FATAL_ERROR, [&] { return verify(chain, connection, flags); });
  connection.verifying = false;
  return out;
}

int unused_verify(void *, mbedtls_x509_crt *, int, uint32_t *) {
  return 0;
}

}  // namespace plugtls::mbedtls
