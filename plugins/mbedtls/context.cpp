// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

#include "algorithms.hpp"
#include "early_data.hpp"
#include "error.hpp"
#include "psk.hpp"
#include "settings.hpp"

#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/sized.hpp>

#include <psa/crypto.h>

#include <algorithm>

bool plugtls_backend_context::verifies() const noexcept {
  if ((flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) != 0) return false;
  return role == PLUGTLS_ROLE_CLIENT || client_auth != PLUGTLS_CLIENT_AUTH_NONE;
}

int64_t plugtls_backend_context::time_of_verification() const noexcept {
  if ((flags & PLUGTLS_CONFIG_VERIFY_TIME) != 0) return verify_time;
  return instance->host.now(instance->host.user);
}

namespace plugtls::mbedtls {

namespace {

// P-CTX-2: a version that no suite of the list can serve is not offered.
void choose_suites(plugtls_backend_context &context, const plugtls_config &config) {
  context.versions = kit::resolve_versions(config.version_min, config.version_max, versions);
  const bool given = config.cipher_suite_count > 0;
  auto chosen =
      given ? kit::select_known({config.cipher_suites, config.cipher_suite_count}, all_suites())
            : default_suites();
  if (kit::only_signs(config)) std::erase_if(chosen, needs_decryption);
  const auto newer =
      static_cast<std::size_t>(std::count_if(chosen.begin(), chosen.end(), is_tls13));
  if (newer == 0)
    context.versions.max = std::min<uint16_t>(context.versions.max, PLUGTLS_VERSION_TLS1_2);
  if (newer == chosen.size())
    context.versions.min = std::max<uint16_t>(context.versions.min, PLUGTLS_VERSION_TLS1_3);
  if (chosen.empty() || context.versions.min > context.versions.max)
    kit::raise(PLUGTLS_E_NO_CIPHER_SUITE,
               "none of the %u cipher suites asked for is available for the versions asked for",
               config.cipher_suite_count);
  context.suites.assign(chosen.begin(), chosen.end());
  context.suites.push_back(0);
}

void choose_lists(plugtls_backend_context &context, const plugtls_config &config) {
  context.groups = config.group_count > 0
                       ? kit::select_or_refuse({config.groups, config.group_count}, all_groups(),
                                               PLUGTLS_FEATURE_GROUPS, "groups")
                       : all_groups();
  context.schemes = config.signature_scheme_count > 0
                        ? kit::select_or_refuse(
                              {config.signature_schemes, config.signature_scheme_count},
                              all_schemes(), PLUGTLS_FEATURE_SIGNATURE_SCHEMES, "signature schemes")
                        : all_schemes();
  context.groups.push_back(0);
  context.schemes.push_back(0);
}

void choose_protocols(plugtls_backend_context &context, const plugtls_config &config) {
  for (uint32_t i = 0; i < config.alpn_count; ++i) {
    const std::string_view name = kit::as_text(kit::as_span(config.alpn[i]));
    if (name.find('\0') != std::string_view::npos)
      throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_ALPN,
                                        "Mbed TLS takes no protocol name with a NUL byte in it"));
    context.protocols.emplace_back(name);
  }
  for (const std::string &name : context.protocols)
    context.alpn.push_back(name.c_str());
  context.alpn.push_back(nullptr);
}

uint32_t record_size_of(const plugtls_config &config) {
  if (config.record_size_limit == 0) return largest_record;
  if (config.record_size_limit >= smallest_record && config.record_size_limit <= largest_record)
    return config.record_size_limit;
  plugtls_error error = kit::make_error(PLUGTLS_E_UNSUPPORTED,
                                        "the backend cuts records at %u to %u bytes, not at %u",
                                        smallest_record, largest_record, config.record_size_limit);
  error.feature = PLUGTLS_FEATURE_RECORD_SIZE_LIMIT;
  throw kit::Error(error);
}

void read_plain(plugtls_backend_context &context, const plugtls_config &config) {
  context.role = config.role;
  context.flags = config.flags;
  context.client_auth = config.client_auth;
  context.verify_depth = depth_of(config);
  context.verify_time = config.verify_time;
  context.crl_check = config.crl_check;
  context.record_size = record_size_of(config);
  if (config.role != PLUGTLS_ROLE_SERVER) return;
  context.ticket_lifetime = config.ticket_lifetime_s != 0 ? config.ticket_lifetime_s : 7200;
  context.ticket_count = config.ticket_count != 0 ? config.ticket_count : 2;
}

mbedtls_ssl_protocol_version version_of(uint16_t number) {
  return number == PLUGTLS_VERSION_TLS1_3 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2;
}

void set_protocol(plugtls_backend_context &context) {
  mbedtls_ssl_config *conf = context.conf.get();
  const bool server = context.role == PLUGTLS_ROLE_SERVER;
  require(mbedtls_ssl_config_defaults(conf, server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                                      MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
          "set up a configuration");
  mbedtls_ssl_conf_rng(conf, &random, nullptr);
  mbedtls_ssl_conf_min_tls_version(conf, version_of(context.versions.min));
  mbedtls_ssl_conf_max_tls_version(conf, version_of(context.versions.max));
  mbedtls_ssl_conf_ciphersuites(conf, context.suites.data());
  mbedtls_ssl_conf_groups(conf, context.groups.data());
  mbedtls_ssl_conf_sig_algs(conf, context.schemes.data());
  if (!context.protocols.empty())
    require(mbedtls_ssl_conf_alpn_protocols(conf, context.alpn.data()), "take the protocols");
}

int authentication_of(const plugtls_backend_context &context) {
  if (context.role == PLUGTLS_ROLE_CLIENT)
    return context.verifies() ? MBEDTLS_SSL_VERIFY_REQUIRED : MBEDTLS_SSL_VERIFY_NONE;
  switch (context.client_auth) {
    case PLUGTLS_CLIENT_AUTH_REQUIRE:
      return MBEDTLS_SSL_VERIFY_REQUIRED;
    case PLUGTLS_CLIENT_AUTH_REQUEST:
      return MBEDTLS_SSL_VERIFY_OPTIONAL;
    default:
      return MBEDTLS_SSL_VERIFY_NONE;
  }
}

void set_verification(plugtls_backend_context &context, const plugtls_config &config) {
  mbedtls_ssl_config *conf = context.conf.get();
  context.profile = profile_of_policy();
  mbedtls_ssl_conf_cert_profile(conf, &context.profile);
  mbedtls_ssl_conf_authmode(conf, authentication_of(context));
  // Whom a server trusts is nobody's business.
  if (context.role == PLUGTLS_ROLE_SERVER)
    mbedtls_ssl_conf_cert_req_ca_list(conf, MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED);
  if (context.verifies()) {
    context.store = make_store(config, context.instance->host);
    mbedtls_ssl_conf_ca_chain(conf, context.store->anchors.get(), nullptr);
  } else if (context.client_auth != PLUGTLS_CLIENT_AUTH_NONE && !context.identities.empty()) {
    // It wants some list, and verify.cpp looks into none where nothing is verified.
    mbedtls_ssl_conf_ca_chain(conf, context.identities.front()->chain.get(), nullptr);
  }
}

void use_identities(plugtls_backend_context &context, const plugtls_config &config) {
  context.identities = read_identities(config);
  context.signs_outside = kit::has_signer(config);
  for (const auto &identity : context.identities)
    require(
        mbedtls_ssl_conf_own_cert(context.conf.get(), identity->chain.get(), identity->key.get()),
        "take the certificate");
}

std::unique_ptr<plugtls_backend_context> build(plugtls_backend_instance *instance,
                                               const plugtls_config &config,
                                               const plugtls_backend_callbacks *callbacks) {
  prepare(*instance);
  auto context = std::make_unique<plugtls_backend_context>();
  context->instance = instance;
  context->callbacks = kit::read_sized(callbacks);
  read_plain(*context, config);
  choose_suites(*context, config);
  choose_lists(*context, config);
  choose_protocols(*context, config);
  set_protocol(*context);
  set_psk(*context, config);
  use_identities(*context, config);
  set_verification(*context, config);
  context->settings = settings_digest(*context, config);
  set_tickets(*context, config);
  set_early_data(*context, config);
  context->choice = make_choice(*context);
  return context;
}

}  // namespace

mbedtls_x509_crt_profile profile_of_policy() {
  mbedtls_x509_crt_profile out = mbedtls_x509_crt_profile_default;
  out.allowed_mds |= MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA224);
  out.allowed_curves = 0xfffffff;
  out.rsa_min_bitlen = kit::policy::least_rsa_bits;
  return out;
}

void prepare(const plugtls_backend_instance &instance) noexcept {
  std::call_once(instance.prepared, [] { (void)psa_crypto_init(); });
}

plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    *out = build(instance, kit::read_sized(config), callbacks).release();
    return plugtls_status{PLUGTLS_OK};
  });
}

void context_free(plugtls_backend_context *context) {
  const std::unique_ptr<plugtls_backend_context> owned(context);
}

}  // namespace plugtls::mbedtls
