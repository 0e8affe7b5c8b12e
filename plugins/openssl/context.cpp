// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

#include "certificates.hpp"
#include "connection.hpp"
#include "error.hpp"
#include "verify.hpp"

#include <openssl/err.h>

#include <array>
#include <memory>

bool plugtls_backend_context::verifies() const noexcept {
  if ((flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) != 0) return false;
  return role == PLUGTLS_ROLE_CLIENT || client_auth != PLUGTLS_CLIENT_AUTH_NONE;
}

namespace plugtls::openssl {

namespace {

constexpr const char *default_suites = "ECDHE+AESGCM:ECDHE+CHACHA20";
// Everything that authenticates and encrypts; what is weaker cannot be configured at all.
constexpr const char *all_suites =
    "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AESCCM:DHE+AESGCM:DHE+CHACHA20:DHE+AESCCM:AESGCM:AESCCM:"
    "ECDHE+AES:DHE+AES:!aNULL:!eNULL:!PSK:!SRP";
constexpr const char *all_suites13 =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_"
    "SHA256:TLS_AES_128_CCM_8_SHA256";

struct Named {
  uint16_t number;
  const char *name;
  int nid;
};

constexpr Named known_groups[] = {
    {0x11ec, "X25519MLKEM768", 0},           {0x001d, "X25519", NID_X25519},
    {0x0017, "P-256", NID_X9_62_prime256v1}, {0x001e, "X448", NID_X448},
    {0x0018, "P-384", NID_secp384r1},        {0x0019, "P-521", NID_secp521r1},
    {0x0100, "ffdhe2048", NID_ffdhe2048},    {0x0101, "ffdhe3072", NID_ffdhe3072},
    {0x0102, "ffdhe4096", NID_ffdhe4096},
};

struct Scheme {
  uint16_t number;
  const char *name;
  int type;
  int hash;
};

constexpr Scheme known_schemes[] = {
    {0x0403, "ecdsa_secp256r1_sha256", NID_X9_62_id_ecPublicKey, NID_sha256},
    {0x0503, "ecdsa_secp384r1_sha384", NID_X9_62_id_ecPublicKey, NID_sha384},
    {0x0603, "ecdsa_secp521r1_sha512", NID_X9_62_id_ecPublicKey, NID_sha512},
    {0x0807, "ed25519", NID_ED25519, NID_undef},
    {0x0808, "ed448", NID_ED448, NID_undef},
    {0x0804, "rsa_pss_rsae_sha256", NID_rsassaPss, NID_sha256},
    {0x0805, "rsa_pss_rsae_sha384", NID_rsassaPss, NID_sha384},
    {0x0806, "rsa_pss_rsae_sha512", NID_rsassaPss, NID_sha512},
    {0x0809, "rsa_pss_pss_sha256", NID_rsassaPss, NID_sha256},
    {0x080a, "rsa_pss_pss_sha384", NID_rsassaPss, NID_sha384},
    {0x080b, "rsa_pss_pss_sha512", NID_rsassaPss, NID_sha512},
    {0x0401, "rsa_pkcs1_sha256", NID_rsaEncryption, NID_sha256},
    {0x0501, "rsa_pkcs1_sha384", NID_rsaEncryption, NID_sha384},
    {0x0601, "rsa_pkcs1_sha512", NID_rsaEncryption, NID_sha512},
};

using Ctx = kit::Handle<SSL_CTX, SSL_CTX_free>;

Ctx new_ctx(const SSL_METHOD *method) {
  Ctx ctx(SSL_CTX_new(method));
  if (!ctx) raise_native(PLUGTLS_E_INTERNAL, "OpenSSL could not make a context");
  return ctx;
}

bool is_tls13(uint16_t suite) {
  return suite >> 8 == 0x13;
}

template <typename Table>
std::string names_of(const std::vector<uint16_t> &numbers, const Table &table) {
  std::string out;
  for (const uint16_t number : numbers)
    for (const auto &entry : table)
      if (entry.number == number) out += (out.empty() ? "" : ":") + std::string(entry.name);
  return out;
}

void set_versions(plugtls_backend_context &context, const plugtls_config &config) {
  context.versions = kit::resolve_versions(config.version_min, config.version_max, versions);
}

// P-CTX-2: a version that no suite of the list can serve is not offered.
void set_suites(plugtls_backend_context &context, const plugtls_config &config) {
  SSL_CTX *ctx = context.ctx.get();
  if (config.cipher_suite_count == 0) {
    if (SSL_CTX_set_cipher_list(ctx, default_suites) != 1)
      raise_native(PLUGTLS_E_NO_CIPHER_SUITE, "no cipher suite is available");
    return;
  }
  const auto chosen = kit::select_known({config.cipher_suites, config.cipher_suite_count},
                                        context.instance->suite_numbers);
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
  SSL_CTX_set_ciphersuites(ctx, names_of(newer, context.instance->suites).c_str());
  if (!older.empty() &&
      SSL_CTX_set_cipher_list(ctx, names_of(older, context.instance->suites).c_str()) != 1)
    raise_native(PLUGTLS_E_NO_CIPHER_SUITE, "OpenSSL takes none of the cipher suites");
  SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
  context.suites = chosen;
}

void set_groups(plugtls_backend_context &context, const plugtls_config &config) {
  context.groups = context.instance->groups;
  if (config.group_count == 0) return;
  context.groups =
      kit::select_or_refuse({config.groups, config.group_count}, context.instance->groups,
                            PLUGTLS_FEATURE_GROUPS, "groups");
  if (SSL_CTX_set1_groups_list(context.ctx.get(), names_of(context.groups, known_groups).c_str()) !=
      1)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL does not take the groups");
}

void set_schemes(plugtls_backend_context &context, const plugtls_config &config) {
  context.schemes = context.instance->schemes;
  if (config.signature_scheme_count > 0)
    context.schemes = kit::select_or_refuse(
        {config.signature_schemes, config.signature_scheme_count}, context.instance->schemes,
        PLUGTLS_FEATURE_SIGNATURE_SCHEMES, "signature schemes");
  if (SSL_CTX_set1_sigalgs_list(context.ctx.get(),
                                names_of(context.schemes, known_schemes).c_str()) != 1)
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
  SSL_CTX_set_verify(ctx, mode, nullptr);
  SSL_CTX_set_cert_verify_callback(ctx, &verify_peer, nullptr);
  if (!context.verifies()) return;
  Store store = make_store(config, context.instance->host);
  context.anchors = static_cast<uint32_t>(sk_X509_OBJECT_num(X509_STORE_get0_objects(store.get())));
  SSL_CTX_set_cert_store(ctx, store.release());
  X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);
  unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST;
  if (config.crl_check == PLUGTLS_CRL_CHECK_LEAF) flags |= X509_V_FLAG_CRL_CHECK;
  if (config.crl_check == PLUGTLS_CRL_CHECK_CHAIN)
    flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  X509_VERIFY_PARAM_set_flags(param, flags);
  X509_VERIFY_PARAM_set_depth(param, static_cast<int>(context.verify_depth));
  const bool fixed = (config.flags & PLUGTLS_CONFIG_VERIFY_TIME) != 0;
  if (fixed) X509_VERIFY_PARAM_set_time(param, static_cast<time_t>(config.verify_time));
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
  if (context.callbacks.server_name == nullptr) return;
  SSL_CTX_callback_ctrl(ctx, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(&choose_by_name));
}

void set_protocol(plugtls_backend_context &context) {
  SSL_CTX *ctx = context.ctx.get();
  SSL_CTX_set_security_level(ctx, 2);
  SSL_CTX_clear_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_min_proto_version(ctx, context.versions.min);
  SSL_CTX_set_max_proto_version(ctx, context.versions.max);
  const std::array<unsigned char, 7> id{'p', 'l', 'u', 'g', 't', 'l', 's'};
  SSL_CTX_set_session_id_context(ctx, id.data(), id.size());
  // A resumed session has skipped verification; it must not outlive the settings it was verified under, so there is none
  // on servers that ask clients for certificates.
  // Nor where the name callback may put a stricter context in place: OpenSSL has accepted the ticket by then, and a
  // client would enter a virtual host that asks for certificates with the session of one that does not.
  const bool resumes = (context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0 &&
                       context.client_auth == 0 && context.callbacks.server_name == nullptr;
  if (resumes) {
    SSL_CTX_set_timeout(ctx, static_cast<long>(context.ticket_lifetime));
    SSL_CTX_set_num_tickets(ctx, context.ticket_count);
    return;
  }
  context.ticket_count = 0;  // what is reported is what is in force
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(ctx, 0);
}

void read_plain(plugtls_backend_context &context, const plugtls_config &config) {
  context.role = config.role;
  context.flags = config.flags;
  context.client_auth = config.client_auth;
  context.verify_depth = config.verify_depth != 0 ? config.verify_depth : 10;
  context.crl_check = config.crl_check;
  context.identities = config.identity_count;
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
  set_protocol(*context);
  use_identities(context->ctx.get(), config);
  set_verification(*context, config);
  set_callbacks(*context);
  return context;
}

}  // namespace

namespace {

void discover(const plugtls_backend_instance &instance) {
  const Ctx ctx = new_ctx(TLS_method());
  SSL_CTX_set_cipher_list(ctx.get(), all_suites);
  SSL_CTX_set_ciphersuites(ctx.get(), all_suites13);
  const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(ctx.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, i);
    instance.suites.push_back({SSL_CIPHER_get_protocol_id(cipher), SSL_CIPHER_get_name(cipher)});
    instance.suite_numbers.push_back(instance.suites.back().number);
  }
  for (const Named &group : known_groups)
    if (SSL_CTX_set1_groups_list(ctx.get(), group.name) == 1)
      instance.groups.push_back(group.number);
  for (const Scheme &scheme : known_schemes)
    if (SSL_CTX_set1_sigalgs_list(ctx.get(), scheme.name) == 1)
      instance.schemes.push_back(scheme.number);
}

}  // namespace

void prepare(const plugtls_backend_instance &instance) noexcept {
  (void)kit::guard(nullptr, [&] {
    std::call_once(instance.prepared, [&] {
      const QueueGuard queue;
      instance.bio_method = make_bio_method();
      discover(instance);
    });
    return plugtls_status{PLUGTLS_OK};
  });
}

uint16_t group_of_nid(int nid) noexcept {
  constexpr int unknown = 0x1000000;  // TLSEXT_nid_unknown: the rest is the group's number
  if ((nid & unknown) != 0) return static_cast<uint16_t>(nid & 0xffff);
  for (const Named &group : known_groups)
    if (nid != 0 && group.nid == nid) return group.number;
  return 0;
}

uint16_t scheme_of(int type_nid, int hash_nid) noexcept {
  for (const Scheme &scheme : known_schemes)
    if (scheme.type == type_nid && (scheme.hash == hash_nid || scheme.hash == NID_undef))
      return scheme.number;
  return 0;
}

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

size_t context_list(const plugtls_backend_context *context, uint32_t list, uint16_t *out,
                    size_t capacity) {
  std::vector<uint16_t> numbers;
  switch (list) {
    case PLUGTLS_LIST_CIPHER_SUITES: {
      const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(context->ctx.get());
      for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
        const uint16_t number = SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(ciphers, i));
        if (context->versions.contains(is_tls13(number) ? PLUGTLS_VERSION_TLS1_3
                                                        : PLUGTLS_VERSION_TLS1_2))
          numbers.push_back(number);
      }
      break;
    }
    case PLUGTLS_LIST_GROUPS:
      numbers = context->groups;
      break;
    case PLUGTLS_LIST_SIGNATURE_SCHEMES:
      numbers = context->schemes;
      break;
    case PLUGTLS_LIST_VERSIONS:
      for (const uint16_t version : versions)
        if (context->versions.contains(version)) numbers.push_back(version);
      break;
    default:
      break;
  }
  return kit::copy_list(numbers, out, capacity);
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
    case PLUGTLS_VALUE_TRUST_ANCHORS:
      *out = context->anchors;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_IDENTITIES:
      *out = context->identities;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_TICKET_LIFETIME:
      *out = context->ticket_lifetime;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_TICKET_COUNT:
      *out = context->ticket_count;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_RECORD_SIZE_LIMIT:
      *out = SSL3_RT_MAX_PLAIN_LENGTH;
      return PLUGTLS_OK;
    // libplugtls refuses contexts that ask for these, see the capabilities; so they are off.
    case PLUGTLS_VALUE_OCSP:
    case PLUGTLS_VALUE_EARLY_DATA_MAX:
      *out = 0;
      return PLUGTLS_OK;
    default:
      return PLUGTLS_FAILED;
  }
}

}  // namespace plugtls::openssl
