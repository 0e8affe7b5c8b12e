// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

#include "connection.hpp"
#include "error.hpp"
#include "session.hpp"

#include <algorithm>
#include <memory>

bool plugtls_backend_context::verifies() const noexcept {
  if ((flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) != 0) return false;
  return role == PLUGTLS_ROLE_CLIENT || client_auth != PLUGTLS_CLIENT_AUTH_NONE;
}

int64_t plugtls_backend_context::time_of_verification() const noexcept {
  if ((flags & PLUGTLS_CONFIG_VERIFY_TIME) != 0) return verify_time;
  return instance->host.now(instance->host.user);
}

namespace plugtls_gnutls {

using namespace plugtls;

namespace {

// GnuTLS's own limits, which its headers do not tell.
constexpr uint32_t most_protocols = 8;
constexpr std::size_t longest_protocol = 32;

// P-CTX-2: a version that no suite of the list can serve is not offered.
void choose_suites(plugtls_backend_context &context, const plugtls_config &config) {
  kit::VersionRange &range = context.choice.versions;
  range = kit::resolve_versions(config.version_min, config.version_max, versions);
  const auto chosen =
      config.cipher_suite_count > 0
          ? kit::select_known({config.cipher_suites, config.cipher_suite_count}, all_suites())
          : all_suites();
  const auto newer = std::count_if(chosen.begin(), chosen.end(), is_tls13);
  if (newer == 0) range.max = std::min<uint16_t>(range.max, PLUGTLS_VERSION_TLS1_2);
  if (newer == static_cast<std::ptrdiff_t>(chosen.size()))
    range.min = std::max<uint16_t>(range.min, PLUGTLS_VERSION_TLS1_3);
  if (chosen.empty() || range.min > range.max)
    kit::raise(PLUGTLS_E_NO_CIPHER_SUITE,
               "none of the %u cipher suites asked for is available for the versions asked for",
               config.cipher_suite_count);
  for (const uint16_t suite : chosen)
    if (range.contains(is_tls13(suite) ? PLUGTLS_VERSION_TLS1_3 : PLUGTLS_VERSION_TLS1_2))
      context.choice.suites.push_back(suite);
}

void choose_lists(plugtls_backend_context &context, const plugtls_config &config) {
  Choice &choice = context.choice;
  choice.groups = all_groups();
  if (config.group_count > 0)
    choice.groups = kit::select_or_refuse({config.groups, config.group_count}, all_groups(),
                                          PLUGTLS_FEATURE_GROUPS, "groups");
  choice.schemes = all_schemes();
  if (config.signature_scheme_count > 0)
    choice.schemes = kit::select_or_refuse(
        {config.signature_schemes, config.signature_scheme_count}, all_schemes(),
        PLUGTLS_FEATURE_SIGNATURE_SCHEMES, "signature schemes");
}

// A client offers what the priority string enables; a list that cannot be said in one is refused. A server narrows it to
// one suite when it has read the ClientHello, see server_name.cpp.
void set_priority(plugtls_backend_context &context) {
  context.priority = make_priority(context.choice);
  if (context.role == PLUGTLS_ROLE_SERVER) return;
  std::vector<uint16_t> enabled = suites_of(context.priority.get());
  const bool same =
      enabled.size() == context.choice.suites.size() &&
      std::is_permutation(enabled.begin(), enabled.end(), context.choice.suites.begin());
  if (!same)
    throw kit::Error(kit::unsupported(
        PLUGTLS_FEATURE_CIPHER_SUITES,
        "GnuTLS chooses ciphers and key exchanges apart, so that this list of cipher suites would "
        "let "
        "others in; name the same ciphers for ECDSA, RSA and TLS 1.3, or suites of one kind only"));
  context.choice.suites = std::move(enabled);
}

void choose_protocols(plugtls_backend_context &context, const plugtls_config &config) {
  if (config.alpn_count > most_protocols)
    throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_ALPN, "GnuTLS takes 8 protocols at most"));
  for (uint32_t i = 0; i < config.alpn_count; ++i) {
    if (config.alpn[i].size > longest_protocol)
      throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_ALPN,
                                        "GnuTLS takes protocol names of 32 bytes at most"));
    context.protocols.emplace_back(kit::as_text(kit::as_span(config.alpn[i])));
  }
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
  context.identities = config.identity_count;
  if (config.role != PLUGTLS_ROLE_SERVER) return;
  context.ticket_lifetime = config.ticket_lifetime_s != 0 ? config.ticket_lifetime_s : 7200;
  context.ticket_count = config.ticket_count != 0 ? config.ticket_count : 2;
}

bool is_accepted(gnutls_session_t session, const Identity &identity) {
  const auto key_type =
      static_cast<gnutls_pk_algorithm_t>(gnutls_x509_privkey_get_pk_algorithm(identity.key.get()));
  gnutls_sign_algorithm_t scheme = GNUTLS_SIGN_UNKNOWN;
  for (std::size_t i = 0; gnutls_sign_algorithm_get_requested(session, i, &scheme) == 0; ++i)
    if (gnutls_sign_supports_pk_algorithm(scheme, key_type) != 0) return true;
  return false;
}

// A client shows the first identity that the server can use. GnuTLS by itself would want the server to name authorities.
int on_request(gnutls_session_t session, const gnutls_datum_t *, int, const gnutls_pk_algorithm_t *,
               int, gnutls_retr2_st *out) {
  const auto &connection =
      *static_cast<const plugtls_backend_connection *>(gnutls_session_get_ptr(session));
  out->ncerts = 0;  // none, unless one fits
  for (const Identity &identity : connection.context->to_choose_from) {
    if (!is_accepted(session, identity)) continue;
    out->cert_type = GNUTLS_CRT_X509;
    out->key_type = GNUTLS_PRIVKEY_X509;
    out->cert.x509 = const_cast<gnutls_x509_crt_t *>(identity.views.data());
    out->ncerts = static_cast<unsigned>(identity.views.size());
    out->key.x509 = identity.key.get();
    out->deinit_all = 0;  // the context's
    break;
  }
  return 0;
}

std::unique_ptr<plugtls_backend_context> build(plugtls_backend_instance *instance,
                                               const plugtls_config &config,
                                               const plugtls_backend_callbacks *callbacks) {
  auto context = std::make_unique<plugtls_backend_context>();
  context->instance = instance;
  context->callbacks = kit::read_sized(callbacks);
  read_plain(*context, config);
  choose_suites(*context, config);
  choose_lists(*context, config);
  set_priority(*context);
  choose_protocols(*context, config);
  gnutls_certificate_credentials_t credentials = nullptr;
  require(gnutls_certificate_allocate_credentials(&credentials), "make credentials");
  context->credentials.reset(credentials);
  auto identities = use_identities(credentials, config);
  if (config.role == PLUGTLS_ROLE_CLIENT && identities.size() > 1) {
    context->to_choose_from = std::move(identities);
    gnutls_certificate_set_retrieve_function(credentials, &on_request);
  }
  if (context->verifies()) context->store = read_store(config, instance->host);
  context->settings = settings_digest(*context, config);
  const bool resumes = (config.flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0;
  if (resumes && config.role == PLUGTLS_ROLE_SERVER) make_ticket_key(*context);
  return context;
}

}  // namespace

plugtls_backend_context::Priority make_priority(const Choice &choice) {
  gnutls_priority_t out = nullptr;
  const char *at = nullptr;
  const std::string text = priority_of(choice);
  const int native = gnutls_priority_init(&out, text.c_str(), &at);
  if (native < 0)
    raise_native(
        PLUGTLS_E_INTERNAL, native,
        "GnuTLS does not take the priority string at: " + std::string(at != nullptr ? at : text));
  return plugtls_backend_context::Priority(out);
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

size_t context_list(const plugtls_backend_context *context, uint32_t list, uint16_t *out,
                    size_t capacity) {
  const Choice &choice = context->choice;
  switch (list) {
    case PLUGTLS_LIST_CIPHER_SUITES:
      return kit::copy_list(choice.suites, out, capacity);
    case PLUGTLS_LIST_GROUPS:
      return kit::copy_list(choice.groups, out, capacity);
    case PLUGTLS_LIST_SIGNATURE_SCHEMES:
      return kit::copy_list(choice.schemes, out, capacity);
    case PLUGTLS_LIST_VERSIONS: {
      std::vector<uint16_t> numbers;
      for (const uint16_t version : versions)
        if (choice.versions.contains(version)) numbers.push_back(version);
      return kit::copy_list(numbers, out, capacity);
    }
    default:
      return 0;
  }
}

plugtls_status context_value(const plugtls_backend_context *context, uint32_t value,
                             uint64_t *out) {
  switch (value) {
    case PLUGTLS_VALUE_FLAGS:
      *out = context->flags;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_CLIENT_AUTH:
      *out = context->client_auth;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_VERIFY_DEPTH:
      *out = context->verify_depth;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_CRL_CHECK:
      *out = context->crl_check;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_RECORD_SIZE_LIMIT:
      *out = context->record_size;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_TRUST_ANCHORS:
      *out = context->store.anchors.size();
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_IDENTITIES:
      *out = context->identities;
      return PLUGTLS_OK;
    // libplugtls refuses contexts that ask for these, see the capabilities; so they are off.
    case PLUGTLS_VALUE_OCSP:
    case PLUGTLS_VALUE_EARLY_DATA_MAX:
      *out = 0;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_TICKET_LIFETIME:
      *out = context->ticket_lifetime;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_TICKET_COUNT:
      *out = context->ticket_count;
      return PLUGTLS_OK;
    default:
      return PLUGTLS_FAILED;
  }
}

}  // namespace plugtls_gnutls
