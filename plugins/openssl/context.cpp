// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

#include "algorithms.hpp"
#include "certificates.hpp"
#include "client_identity.hpp"
#include "connection.hpp"
#include "early_data.hpp"
#include "error.hpp"
#include "server_name.hpp"
#include "session.hpp"
#include "settings.hpp"
#include "stapling.hpp"
#include "verify.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <iterator>
#include <memory>

bool plugtls_backend_context::verifies() const noexcept {
  if ((flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) != 0) return false;
  return role == PLUGTLS_ROLE_CLIENT || client_auth != PLUGTLS_CLIENT_AUTH_NONE;
}

int64_t plugtls_backend_context::time_of_verification() const noexcept {
  if ((flags & PLUGTLS_CONFIG_VERIFY_TIME) != 0) return verify_time;
  return instance->host.now(instance->host.user);
}

namespace plugtls::openssl {

namespace {

using Ctx = kit::Handle<SSL_CTX, SSL_CTX_free>;

Ctx new_ctx(const SSL_METHOD *method) {
  Ctx ctx(SSL_CTX_new(method));
  if (!ctx) raise_native(PLUGTLS_E_INTERNAL, "OpenSSL could not make a context");
  return ctx;
}

void set_versions(plugtls_backend_context &context, const plugtls_config &config) {
  context.versions = kit::resolve_versions(config.version_min, config.version_max, versions);
}

// RSA key transport, which a key that only signs cannot do.
bool needs_decryption(uint16_t suite) {
  constexpr uint16_t suites[] = {0x002f, 0x0035, 0x003c, 0x003d, 0x009c,
                                 0x009d, 0xc09c, 0xc09d, 0xc0a0, 0xc0a1};
  return std::find(std::begin(suites), std::end(suites), suite) != std::end(suites);
}

// P-CTX-2: a version that no suite of the list can serve is not offered.
void set_suites(plugtls_backend_context &context, const plugtls_config &config) {
  SSL_CTX *ctx = context.ctx.get();
  if (config.cipher_suite_count == 0) {
    if (SSL_CTX_set_cipher_list(ctx, default_suites) != 1)
      raise_native(PLUGTLS_E_NO_CIPHER_SUITE, "no cipher suite is available");
    return;
  }
  auto chosen = kit::select_known({config.cipher_suites, config.cipher_suite_count},
                                  context.instance->suite_numbers);
  if (kit::has_signer(config)) std::erase_if(chosen, needs_decryption);
  std::vector<uint16_t> older;
  std::vector<uint16_t> newer;
  for (const uint16_t suite : chosen)
    (is_tls13(suite) ? newer : older).push_back(suite);
  if (newer.empty())
    context.versions.max = std::min<uint16_t>(context.versions.max, PLUGTLS_VERSION_TLS1_2);
  if (older.empty())
    context.versions.min = std::max<uint16_t>(context.versions.min, PLUGTLS_VERSION_TLS1_3);
  if (chosen.empty() || context.versions.min > context.versions.max)
    kit::raise(PLUGTLS_E_NO_CIPHER_SUITE,
               "none of the %u cipher suites asked for is available for the versions asked for",
               config.cipher_suite_count);
  SSL_CTX_set_ciphersuites(ctx, suite_names(*context.instance, newer).c_str());
  if (!older.empty() &&
      SSL_CTX_set_cipher_list(ctx, suite_names(*context.instance, older).c_str()) != 1)
    raise_native(PLUGTLS_E_NO_CIPHER_SUITE, "OpenSSL takes none of the cipher suites");
  SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
  context.suites = chosen;
}

// The list is always set, so that what is reported is what is in force.
void set_groups(plugtls_backend_context &context, const plugtls_config &config) {
  const bool chosen = config.group_count > 0;
  context.groups =
      chosen ? kit::select_or_refuse({config.groups, config.group_count}, context.instance->groups,
                                     PLUGTLS_FEATURE_GROUPS, "groups")
             : context.instance->groups;
  const std::string names =
      chosen ? group_names(context.groups) : default_group_names(context.groups);
  if (SSL_CTX_set1_groups_list(context.ctx.get(), names.c_str()) != 1)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL does not take the groups");
}

void set_schemes(plugtls_backend_context &context, const plugtls_config &config) {
  context.schemes = context.instance->schemes;
  if (config.signature_scheme_count > 0)
    context.schemes = kit::select_or_refuse(
        {config.signature_schemes, config.signature_scheme_count}, context.instance->schemes,
        PLUGTLS_FEATURE_SIGNATURE_SCHEMES, "signature schemes");
  if (SSL_CTX_set1_sigalgs_list(context.ctx.get(), scheme_names(context.schemes).c_str()) != 1)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL does not take the signature schemes");
}

int select_protocol(SSL *, const unsigned char **out, unsigned char *out_size,
                    const unsigned char *offered, unsigned size, void *user) {
  const std::string &ours = static_cast<const plugtls_backend_context *>(user)->alpn;
  const auto *own = reinterpret_cast<const unsigned char *>(ours.data());
  unsigned char *chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, own, static_cast<unsigned>(ours.size()), offered,
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
  else
    SSL_CTX_set_alpn_protos(context.ctx.get(),
                            reinterpret_cast<const unsigned char *>(context.alpn.data()),
                            static_cast<unsigned>(context.alpn.size()));
}

void set_verification(plugtls_backend_context &context, const plugtls_config &config) {
  SSL_CTX *ctx = context.ctx.get();
  int mode = SSL_VERIFY_NONE;
  if (context.role == PLUGTLS_ROLE_CLIENT && context.verifies()) mode = SSL_VERIFY_PEER;
  if (context.role == PLUGTLS_ROLE_SERVER && context.client_auth != PLUGTLS_CLIENT_AUTH_NONE)
    mode = SSL_VERIFY_PEER;
  if (context.client_auth == PLUGTLS_CLIENT_AUTH_REQUIRE) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  // Of TLS 1.3 only: in TLS 1.2 the client is asked in the handshake.
  const bool asks_late = (context.flags & PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH) != 0;
  if (asks_late && context.role == PLUGTLS_ROLE_SERVER && mode == SSL_VERIFY_NONE)
    kit::raise(PLUGTLS_E_INVALID_ARGUMENT,
               "a server that asks for certificates after the handshake has to say by client_auth "
               "whether it requires them");
  if (asks_late && context.role == PLUGTLS_ROLE_SERVER) mode |= SSL_VERIFY_POST_HANDSHAKE;
  if (asks_late && context.role == PLUGTLS_ROLE_CLIENT) SSL_CTX_set_post_handshake_auth(ctx, 1);
  SSL_CTX_set_verify(ctx, mode, nullptr);
  SSL_CTX_set_cert_verify_callback(ctx, &verify_peer, nullptr);
  if (!context.verifies()) return;
  Store store = make_store(config, context.instance->host);
  context.anchors = static_cast<uint32_t>(sk_X509_OBJECT_num(X509_STORE_get0_objects(store.get())));
  SSL_CTX_set_cert_store(ctx, store.release());
  set_parameters(SSL_CTX_get0_param(ctx), config);
}

void log_key(const SSL *ssl, const char *line) {
  const plugtls_backend_connection *connection = connection_of(ssl);
  const plugtls_backend_callbacks &callbacks = connection->context->callbacks;
  if (callbacks.keylog != nullptr)
    callbacks.keylog(callbacks.user, connection->host_connection, line);
}

void set_callbacks(plugtls_backend_context &context) {
  SSL_CTX *ctx = context.ctx.get();
  SSL_CTX_set_info_callback(ctx, &note_alert);
  if (context.callbacks.keylog != nullptr) SSL_CTX_set_keylog_callback(ctx, &log_key);
  if (context.role == PLUGTLS_ROLE_CLIENT) return;
  SSL_CTX_set_client_hello_cb(ctx, &judge_client_hello, nullptr);
  SSL_CTX_callback_ctrl(ctx, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(&acknowledge_name));
}

void set_protocol(plugtls_backend_context &context) {
  SSL_CTX *ctx = context.ctx.get();
  SSL_CTX_set_security_level(ctx, security_level);
  SSL_CTX_clear_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_max_send_fragment(ctx, static_cast<long>(context.record_size));
  SSL_CTX_set_min_proto_version(ctx, context.versions.min);
  SSL_CTX_set_max_proto_version(ctx, context.versions.max);
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

// A resumed session has skipped verification. OpenSSL takes one only where this is the same as where it was made.
void bind_sessions(plugtls_backend_context &context, const plugtls_config &config) {
  context.settings = settings_digest(context, config);
  if (SSL_CTX_set_session_id_context(context.ctx.get(), context.settings.data(),
                                     static_cast<unsigned>(context.settings.size())) != 1)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL does not take the session id context");
}

uint32_t record_size_of(const plugtls_config &config) {
  if (config.record_size_limit == 0) return largest_record;
  if (config.record_size_limit >= smallest_record && config.record_size_limit <= largest_record)
    return config.record_size_limit;
  plugtls_error error =
      kit::make_error(PLUGTLS_E_UNSUPPORTED, "OpenSSL cuts records at %u to %u bytes, not at %u",
                      smallest_record, largest_record, config.record_size_limit);
  error.feature = PLUGTLS_FEATURE_RECORD_SIZE_LIMIT;
  throw kit::Error(error);
}

void read_plain(plugtls_backend_context &context, const plugtls_config &config) {
  context.role = config.role;
  context.flags = config.flags;
  context.client_auth = config.client_auth;
  context.verify_depth = depth_of(config);
  context.crl_check = config.crl_check;
  context.record_size = record_size_of(config);
  context.identities = config.identity_count;
  context.verify_time = config.verify_time;
  if (config.role != PLUGTLS_ROLE_SERVER) return;
  context.ticket_lifetime = config.ticket_lifetime_s != 0 ? config.ticket_lifetime_s : 7200;
  context.ticket_count = config.ticket_count != 0 ? config.ticket_count : 2;
}

std::unique_ptr<plugtls_backend_context> build(plugtls_backend_instance *instance,
                                               const plugtls_config &config,
                                               const plugtls_backend_callbacks *callbacks) {
  prepare(*instance);
  auto context = std::make_unique<plugtls_backend_context>();
  context->instance = instance;
  context->callbacks = kit::read_sized(callbacks);
  context->ctx =
      new_ctx(config.role == PLUGTLS_ROLE_SERVER ? TLS_server_method() : TLS_client_method());
  read_plain(*context, config);
  set_versions(*context, config);
  set_suites(*context, config);
  set_groups(*context, config);
  set_schemes(*context, config);
  set_alpn(*context, config);
  set_psk(*context, config);
  set_protocol(*context);
  use_identities(*context, config);
  set_client_identities(*context);
  set_stapling(*context, config);
  set_verification(*context, config);
  set_callbacks(*context);
  set_sessions(*context);
  set_tickets(*context, config);
  set_early_data(*context, config);
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
  const std::unique_ptr<plugtls_backend_context> owned(context);
}

}  // namespace plugtls::openssl
