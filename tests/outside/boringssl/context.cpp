// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

#include "connection.hpp"
#include "error.hpp"
#include "session.hpp"
#include "transport.hpp"
#include "verify.hpp"

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

namespace plugtls_boringssl {

using namespace plugtls;

namespace {

// BoringSSL offers, and takes, its three suites of TLS 1.3 or none of them, and the peer's order decides.
void refuse_choice_in_tls13(const plugtls_backend_context &context,
                            const std::vector<uint16_t> &chosen) {
  const auto count = std::count_if(chosen.begin(), chosen.end(), is_tls13);
  const auto all = std::count_if(all_suites().begin(), all_suites().end(), is_tls13);
  if (count == 0 || !context.choice.versions.contains(PLUGTLS_VERSION_TLS1_3)) return;
  if (count == all && context.role == PLUGTLS_ROLE_CLIENT) return;
  throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_CIPHER_SUITES,
                                    "BoringSSL lets nobody choose among the cipher suites of TLS "
                                    "1.3: leave the list out, name all "
                                    "three (clients), or suites of TLS 1.2 alone"));
}

// P-CTX-2: a version that no suite of the list can serve is not offered.
void choose_suites(plugtls_backend_context &context, const plugtls_config &config) {
  kit::VersionRange &range = context.choice.versions;
  range = kit::resolve_versions(config.version_min, config.version_max, versions);
  const bool named = config.cipher_suite_count > 0;
  const auto chosen =
      named ? kit::select_known({config.cipher_suites, config.cipher_suite_count}, all_suites())
            : all_suites();
  const auto newer = std::count_if(chosen.begin(), chosen.end(), is_tls13);
  if (newer == 0) range.max = std::min<uint16_t>(range.max, PLUGTLS_VERSION_TLS1_2);
  if (newer == static_cast<std::ptrdiff_t>(chosen.size()))
    range.min = std::max<uint16_t>(range.min, PLUGTLS_VERSION_TLS1_3);
  if (chosen.empty() || range.min > range.max)
    kit::raise(PLUGTLS_E_NO_CIPHER_SUITE,
               "none of the %u cipher suites asked for is available for the versions asked for",
               config.cipher_suite_count);
  if (named) refuse_choice_in_tls13(context, chosen);
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

void set_protocol(plugtls_backend_context &context) {
  SSL_CTX *ctx = context.ctx.get();
  const Choice &choice = context.choice;
  require(SSL_CTX_set_min_proto_version(ctx, choice.versions.min) == 1 &&
              SSL_CTX_set_max_proto_version(ctx, choice.versions.max) == 1,
          "take the versions");
  const std::string names = suite_names(choice.suites);
  require(names.empty() || SSL_CTX_set_strict_cipher_list(ctx, names.c_str()) == 1,
          "take the cipher suites");
  const std::vector<int> groups = group_nids(choice.groups);
  require(SSL_CTX_set1_curves(ctx, groups.data(), groups.size()) == 1, "take the groups");
  const auto &schemes = choice.schemes;
  require(SSL_CTX_set_verify_algorithm_prefs(ctx, schemes.data(), schemes.size()) == 1 &&
              SSL_CTX_set_signing_algorithm_prefs(ctx, schemes.data(), schemes.size()) == 1,
          "take the signature schemes");
  SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  require(SSL_CTX_set_max_send_fragment(ctx, context.record_size) == 1, "take the record size");
}

int select_protocol(SSL *, const uint8_t **out, uint8_t *out_size, const uint8_t *offered,
                    unsigned size, void *user) {
  const std::string &ours = static_cast<const plugtls_backend_context *>(user)->alpn;
  uint8_t *chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const uint8_t *>(ours.data()),
                            static_cast<unsigned>(ours.size()), offered,
                            size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void set_alpn(plugtls_backend_context &context, const plugtls_config &config) {
  for (uint32_t i = 0; i < config.alpn_count; ++i) {
    context.alpn.push_back(static_cast<char>(config.alpn[i].size));
    context.alpn.append(kit::as_text(kit::as_span(config.alpn[i])));
  }
  if (context.alpn.empty()) return;
  if (context.role == PLUGTLS_ROLE_SERVER)
    SSL_CTX_set_alpn_select_cb(context.ctx.get(), &select_protocol, &context);
  else if (SSL_CTX_set_alpn_protos(context.ctx.get(),
                                   reinterpret_cast<const uint8_t *>(context.alpn.data()),
                                   static_cast<unsigned>(context.alpn.size())) != 0)
    raise_native(PLUGTLS_E_INTERNAL, "BoringSSL does not take the protocols");
}

void set_verification(plugtls_backend_context &context, const plugtls_config &config) {
  int mode = SSL_VERIFY_NONE;
  if (context.role == PLUGTLS_ROLE_CLIENT || context.client_auth != PLUGTLS_CLIENT_AUTH_NONE)
    mode = SSL_VERIFY_PEER;
  if (context.client_auth == PLUGTLS_CLIENT_AUTH_REQUIRE) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_CTX_set_custom_verify(context.ctx.get(), mode, &verify_peer);
  if (context.verifies()) context.store = read_store(config, context.instance->host);
}

void log_key(const SSL *ssl, const char *line) {
  const plugtls_backend_connection &connection = *connection_of(ssl);
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  callbacks.keylog(callbacks.user, connection.host_connection, line);
}

void set_callbacks(plugtls_backend_context &context) {
  SSL_CTX *ctx = context.ctx.get();
  SSL_CTX_set_info_callback(ctx, &note_alert);
  SSL_CTX_set_cert_cb(ctx, &choose_identity, nullptr);
  if (context.callbacks.keylog != nullptr) SSL_CTX_set_keylog_callback(ctx, &log_key);
}

// Sessions that arrive are the program's to keep.
void set_sessions(plugtls_backend_context &context) {
  if (context.role != PLUGTLS_ROLE_CLIENT) return;
  SSL_CTX *ctx = context.ctx.get();
  if ((context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) != 0) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    return;
  }
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ctx, &keep_session);
}

// A resumed session has skipped verification. BoringSSL takes one only where this is the same as where it was made.
void bind_sessions(plugtls_backend_context &context, const plugtls_config &config) {
  context.settings = settings_digest(context, config);
  require(SSL_CTX_set_session_id_context(context.ctx.get(), context.settings.data(),
                                         context.settings.size()) == 1,
          "take the session id context");
}

uint32_t record_size_of(const plugtls_config &config) {
  if (config.record_size_limit == 0) return largest_record;
  if (config.record_size_limit >= smallest_record && config.record_size_limit <= largest_record)
    return config.record_size_limit;
  plugtls_error error =
      kit::make_error(PLUGTLS_E_UNSUPPORTED, "BoringSSL cuts records at %u to %u bytes, not at %u",
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

std::unique_ptr<plugtls_backend_context> build(plugtls_backend_instance *instance,
                                               const plugtls_config &config,
                                               const plugtls_backend_callbacks *callbacks) {
  auto context = std::make_unique<plugtls_backend_context>();
  context->instance = instance;
  context->callbacks = kit::read_sized(callbacks);
  std::call_once(instance->prepared, [&] { instance->bio_method = make_bio_method(); });
  // Certificates stay what they are, bytes: what is in them the kit judges.
  context->ctx.reset(SSL_CTX_new(TLS_with_buffers_method()));
  require(context->ctx != nullptr, "make a context");
  read_plain(*context, config);
  choose_suites(*context, config);
  choose_lists(*context, config);
  set_protocol(*context);
  set_alpn(*context, config);
  context->identities = read_identities(context->ctx.get(), config);
  set_verification(*context, config);
  set_callbacks(*context);
  set_sessions(*context);
  set_tickets(*context, config);
  bind_sessions(*context, config);
  return context;
}

}  // namespace

plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    *out = build(instance, kit::read_sized(config), callbacks).release();
    return plugtls_status{PLUGTLS_OK};
  });
}

void context_free(plugtls_backend_context *context) {
  const QueueGuard queue;
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
      *out = context->identities.size();
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

}  // namespace plugtls_boringssl
