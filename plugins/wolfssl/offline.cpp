// SPDX-License-Identifier: Apache-2.0
#include "offline.hpp"

#include "certificates.hpp"
#include "context.hpp"
#include "verify.hpp"

#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/sized.hpp>
#include <plugtls/kit/source.hpp>

namespace plugtls::wolfssl {

namespace {

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

Judgement judge_request(const plugtls_backend_instance &instance, const plugtls_config &config,
                        const plugtls_verify_request &request) {
  if (request.chain_count == 0)
    kit::raise(PLUGTLS_E_INVALID_ARGUMENT, "there is no certificate to verify");
  const auto store = make_store(config, instance.host);
  Certificates chain;
  for (uint32_t i = 0; i < request.chain_count; ++i)
    read_peer_chain(chain, kit::read_source(*request.chain[i]));
  require_key_type(chain);
  const kit::Staple staple{config.ocsp, kit::as_span(request.ocsp_response)};
  return judge(chain, *store, {config.crl_check, staple}, policy_of(instance, config, request));
}

}  // namespace

plugtls_status verify_chain(plugtls_backend_instance *instance, const plugtls_config *config,
                            const plugtls_verify_request *request, int32_t *out_code,
                            int32_t *out_depth, plugtls_error *err) {
  return kit::guard(err, [&] {
    prepare(*instance);
    const plugtls_verify_request asked = kit::read_sized(request);
    const plugtls_config settings = kit::read_sized(config);
    const Judgement judgement = judge_request(*instance, settings, asked);
    *out_code = judgement.verdict.code;
    *out_depth = judgement.verdict.depth;
    if (!judgement.verdict.good() && err != nullptr) kit::write_sized(err, describe(judgement));
    return plugtls_status{PLUGTLS_OK};
  });
}

}  // namespace plugtls::wolfssl
