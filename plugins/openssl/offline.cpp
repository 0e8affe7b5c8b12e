// SPDX-License-Identifier: Apache-2.0
#include "offline.hpp"

#include "certificates.hpp"
#include "context.hpp"
#include "error.hpp"
#include "verify.hpp"

#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/sized.hpp>
#include <plugtls/kit/source.hpp>

#include <new>
#include <vector>

namespace plugtls::openssl {

namespace {

using StoreCtx = kit::Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using Stack = kit::Handle<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;

std::vector<std::vector<uint8_t>> chain_of(const plugtls_verify_request &request) {
  std::vector<std::vector<uint8_t>> out;
  for (uint32_t i = 0; i < request.chain_count; ++i)
    for (auto &one : read_encodings(kit::read_source(*request.chain[i])))
      out.push_back(std::move(one));
  if (out.empty()) kit::raise(PLUGTLS_E_INVALID_ARGUMENT, "there is no certificate to verify");
  return out;
}

// What cannot be read above the leaf is nobody's issuer.
std::vector<Certificate> readable_above_leaf(const std::vector<std::vector<uint8_t>> &chain) {
  std::vector<Certificate> out;
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (Certificate one = parse_certificate(chain[i])) out.push_back(std::move(one));
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

Judgement judge_chain(const plugtls_backend_instance &instance, const plugtls_config &config,
                      const plugtls_verify_request &request) {
  const std::vector<std::vector<uint8_t>> chain = chain_of(request);
  const Certificate leaf = parse_certificate(chain.front());
  if (!leaf) return {kit::policy::refuse(PLUGTLS_E_CERT_MALFORMED, 0), X509_V_OK};
  const std::vector<Certificate> above = readable_above_leaf(chain);
  const Store store = make_store(config, instance.host);
  const Stack others(sk_X509_new_null());
  const StoreCtx context(X509_STORE_CTX_new());
  if (!others || !context) throw std::bad_alloc();
  for (const Certificate &one : above)
    if (sk_X509_push(others.get(), one.get()) == 0) throw std::bad_alloc();
  if (X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), others.get()) != 1)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL could not set up the verification");
  // As OpenSSL itself does for a connection.
  const bool client = request.purpose == PLUGTLS_PURPOSE_CLIENT;
  X509_STORE_CTX_set_default(context.get(), client ? "ssl_client" : "ssl_server");
  X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
  set_parameters(parameters, config);
  return judge(context.get(), policy_of(instance, config, request),
               {config.ocsp, kit::as_span(request.ocsp_response)});
}

}  // namespace

plugtls_status verify_chain(plugtls_backend_instance *instance, const plugtls_config *config,
                            const plugtls_verify_request *request, int32_t *out_code,
                            int32_t *out_depth, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    const Judgement judgement =
        judge_chain(*instance, kit::read_sized(config), kit::read_sized(request));
    *out_code = judgement.verdict.code;
    *out_depth = judgement.verdict.depth;
    if (!judgement.verdict.good() && err != nullptr) kit::write_sized(err, describe(judgement));
    return plugtls_status{PLUGTLS_OK};
  });
}

}  // namespace plugtls::openssl
