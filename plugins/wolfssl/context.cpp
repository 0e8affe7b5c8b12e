// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

#include "algorithms.hpp"
#include "error.hpp"
#include "keylog.hpp"
#include "keys.hpp"
#include "session.hpp"
#include "settings.hpp"
#include "signer.hpp"
#include "thread_cache.hpp"
#include "transport.hpp"
#include "verify.hpp"

#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/sized.hpp>

#include <algorithm>

bool plugtls_backend_context::verifies() const noexcept {
  if ((flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) != 0) return false;
  return role == PLUGTLS_ROLE_CLIENT || client_auth != PLUGTLS_CLIENT_AUTH_NONE;
}

bool plugtls_backend_context::signs_outside() const noexcept {
  return std::any_of(identities.begin(), identities.end(),
                     [](const plugtls::wolfssl::Identity &one) { return one.signer != nullptr; });
}

int64_t plugtls_backend_context::time_of_verification() const noexcept {
  if ((flags & PLUGTLS_CONFIG_VERIFY_TIME) != 0) return verify_time;
  return instance->host.now(instance->host.user);
}

namespace plugtls::wolfssl {

namespace {

// P-CTX-2: a version that no suite of the list can serve is not offered.
void choose_suites(plugtls_backend_context &context, const plugtls_config &config) {
  context.versions = kit::resolve_versions(config.version_min, config.version_max, versions);
  const bool given = config.cipher_suite_count > 0;
  context.suites =
      given ? kit::select_known({config.cipher_suites, config.cipher_suite_count}, all_suites())
            : default_suites();
  if (kit::only_signs(config)) std::erase_if(context.suites, needs_decryption);
  const auto newer = static_cast<std::size_t>(
      std::count_if(context.suites.begin(), context.suites.end(), is_tls13));
  if (newer == 0)
    context.versions.max = std::min<uint16_t>(context.versions.max, PLUGTLS_VERSION_TLS1_2);
  if (newer == context.suites.size())
    context.versions.min = std::max<uint16_t>(context.versions.min, PLUGTLS_VERSION_TLS1_3);
  if (context.suites.empty() || context.versions.min > context.versions.max)
    kit::raise(PLUGTLS_E_NO_CIPHER_SUITE,
               "none of the %u cipher suites asked for is available for the versions asked for",
               config.cipher_suite_count);
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
  context.scheme_names = scheme_names(context.schemes);
}

void choose_protocols(plugtls_backend_context &context, const plugtls_config &config) {
  for (uint32_t i = 0; i < config.alpn_count; ++i) {
    const std::string_view name = kit::as_text(kit::as_span(config.alpn[i]));
    if (name.find_first_of(std::string_view("\0,", 2)) != std::string_view::npos)
      throw kit::Error(kit::unsupported(
          PLUGTLS_FEATURE_ALPN, "wolfSSL takes no protocol name with a NUL byte or a comma in it"));
    context.protocols.emplace_back(name);
    context.protocol_list += i > 0 ? "," : "";
    context.protocol_list += name;
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
  context.ocsp = config.ocsp;
  context.record_size = record_size_of(config);
  if (config.role != PLUGTLS_ROLE_SERVER) return;
  context.ticket_lifetime = config.ticket_lifetime_s != 0 ? config.ticket_lifetime_s : 7200;
  context.ticket_count = config.ticket_count != 0 ? config.ticket_count : 2;
}

WOLFSSL_METHOD *method_of(const plugtls_backend_context &context) {
  const bool server = context.role == PLUGTLS_ROLE_SERVER;
  if (context.versions.min == PLUGTLS_VERSION_TLS1_3)
    return server ? wolfTLSv1_3_server_method() : wolfTLSv1_3_client_method();
  if (context.versions.max == PLUGTLS_VERSION_TLS1_2)
    return server ? wolfTLSv1_2_server_method() : wolfTLSv1_2_client_method();
  return server ? wolfTLS_server_method() : wolfTLS_client_method();
}

// TLS 1.1 is on, and so are suites without encryption or authentication, unless one says otherwise.
void set_protocol(WOLFSSL_CTX *native, const plugtls_backend_context &context) {
  if (context.versions.min != context.versions.max)
    require(wolfSSL_CTX_SetMinVersion(native, WOLFSSL_TLSV1_2), "leave TLS 1.1 out");
  std::vector<byte> suites;
  for (const uint16_t suite : context.suites) {
    suites.push_back(static_cast<byte>(suite >> 8U));
    suites.push_back(static_cast<byte>(suite));
  }
  require(wolfSSL_CTX_set_cipher_list_bytes(native, suites.data(), static_cast<int>(suites.size())),
          "take the cipher suites");
  for (const uint16_t group : context.groups)
    require(wolfSSL_CTX_UseSupportedCurve(native, group), "take a group");
  if (context.versions.max < PLUGTLS_VERSION_TLS1_3) return;
  std::vector<int> groups(context.groups.begin(), context.groups.end());
  require(wolfSSL_CTX_set_groups(native, groups.data(), static_cast<int>(groups.size())),
          "take the groups");
}

// Of what wolfSSL thinks of a chain nothing counts (verify.hpp). A server has to say that it verifies for a certificate
// to be asked for at all. So has a client that asks for a staple: only then does wolfSSL find the leaf without an issuer,
// and looks no further at the staple, which it would refuse for the same reason, and nobody could overrule that.
void set_verification(WOLFSSL_CTX *native, const plugtls_backend_context &context) {
  int mode = WOLFSSL_VERIFY_NONE;
  if (context.ocsp != PLUGTLS_OCSP_NONE) mode = WOLFSSL_VERIFY_PEER;
  if (context.role == PLUGTLS_ROLE_SERVER && context.client_auth != PLUGTLS_CLIENT_AUTH_NONE)
    mode = WOLFSSL_VERIFY_PEER;
  if (context.role == PLUGTLS_ROLE_SERVER && context.client_auth == PLUGTLS_CLIENT_AUTH_REQUIRE)
    mode |= WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  wolfSSL_CTX_set_verify(native, mode, &on_certificate);
}

// To ask for a staple. Nothing is fetched: that would take wolfSSL_CTX_EnableOCSP.
void set_stapling(WOLFSSL_CTX *native, const plugtls_backend_context &context) {
  if (context.ocsp == PLUGTLS_OCSP_NONE) return;
  require(wolfSSL_CTX_EnableOCSPStapling(native), "ask for OCSP responses");
  require(wolfSSL_CTX_UseOCSPStapling(native, WOLFSSL_CSR_OCSP, 0), "ask for an OCSP response");
}

NativeContext make_native(plugtls_backend_context &context, const Identity *identity) {
  NativeContext out(wolfSSL_CTX_new(method_of(context)));
  if (out == nullptr) throw std::bad_alloc();
  WOLFSSL_CTX *native = out.get();
  set_protocol(native, context);
  wolfSSL_CTX_SetIORecv(native, &receive);
  wolfSSL_CTX_SetIOSend(native, &send);
  wolfSSL_CTX_SetHKDFExpandLabelCb(native, &expand_label);
  set_verification(native, context);
  set_stapling(native, context);
  set_tickets(native, context);
  if (context.role == PLUGTLS_ROLE_CLIENT) set_sessions(native, context);
  set_psk(native, context);
  if (context.role == PLUGTLS_ROLE_CLIENT && context.versions.contains(PLUGTLS_VERSION_TLS1_3) &&
      (context.flags & PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH) != 0)
    require_crypt(wolfSSL_CTX_allow_post_handshake_auth(native),
                  "offer authentication after the handshake");
  if (context.signs_outside()) set_signing(native);
  if (identity != nullptr) use_identity(native, *identity);
  return out;
}

void make_natives(plugtls_backend_context &context) {
  for (const Identity &identity : context.identities)
    context.natives.push_back(make_native(context, &identity));
  if (context.natives.empty()) context.natives.push_back(make_native(context, nullptr));
  // A client with several chooses when it is asked.
  if (context.role == PLUGTLS_ROLE_CLIENT && context.natives.size() > 1) {
    context.natives.clear();
    context.natives.push_back(make_native(context, nullptr));
  }
}

void check_stapling(const plugtls_backend_context &context) {
  if (context.ocsp == PLUGTLS_OCSP_NONE) return;
  if (context.role == PLUGTLS_ROLE_SERVER)
    throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_OCSP_CLIENT,
                                      "wolfSSL does not ask clients for OCSP responses; use CRLs "
                                      "for their certificates"));
  if (context.versions.contains(PLUGTLS_VERSION_TLS1_2))
    throw kit::Error(kit::unsupported(
        PLUGTLS_FEATURE_OCSP_CLIENT,
        "a client over wolfSSL can ask for an OCSP response only if TLS 1.3 is the lowest version: "
        "one of TLS 1.2 wolfSSL judges by its own rules, and nothing overrules it"));
}

void check_late_authentication(const plugtls_config &config) {
  if ((config.flags & PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH) == 0) return;
  if (config.role == PLUGTLS_ROLE_SERVER && config.client_auth == PLUGTLS_CLIENT_AUTH_NONE)
    kit::raise(PLUGTLS_E_INVALID_ARGUMENT,
               "a server that asks for certificates after the handshake has to say by client_auth "
               "whether it requires them");
  if (config.role == PLUGTLS_ROLE_CLIENT && config.identity_count > 1)
    throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH,
                                      "wolfSSL cannot choose among several identities when it is "
                                      "asked after the handshake; give it one"));
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
  choose_psk(*context, config);
  check_stapling(*context);
  check_late_authentication(config);
  context->identities = read_identities(config);
  context->asks_signer = kit::has_signer(config);
  if (context->verifies()) context->store = make_store(config, instance->host);
  choose_ticket_keys(*context, config);
  context->settings = settings_digest(*context, config);
  make_natives(*context);
  return context;
}

bool can_sign(const plugtls_backend_context &context, const Identity &identity,
              kit::ByteView accepted) {
  return std::any_of(context.schemes.begin(), context.schemes.end(), [&](uint16_t scheme) {
    return signs_by(scheme, identity.type) && kit::has_number(accepted, scheme);
  });
}

bool has_suite(const plugtls_backend_context &context, const Identity &identity,
               const kit::ClientHello &hello) {
  const bool newer =
      context.versions.contains(PLUGTLS_VERSION_TLS1_3) && hello.speaks(PLUGTLS_VERSION_TLS1_3);
  return std::any_of(context.suites.begin(), context.suites.end(), [&](uint16_t suite) {
    return hello.offers(suite) &&
           (newer ? is_tls13(suite) : !is_tls13(suite) && suits_key(suite, identity.type));
  });
}

}  // namespace

void prepare(const plugtls_backend_instance &instance) noexcept {
  std::call_once(instance.prepared, [] { (void)wolfSSL_Init(); });
  free_curve_tables_with_thread();
}

std::size_t identity_for(const plugtls_backend_context &context, const kit::ClientHello &hello) {
  const auto &identities = context.identities;
  for (std::size_t i = 0; i < identities.size(); ++i)
    if (can_sign(context, identities[i], hello.signature_schemes) &&
        has_suite(context, identities[i], hello))
      return i;
  return 0;
}

const Identity *identity_for(const plugtls_backend_context &context, kit::ByteView schemes) {
  for (const Identity &identity : context.identities)
    if (can_sign(context, identity, schemes)) return &identity;
  return nullptr;
}

// wolfSSL 5.5.4 ends the handshake over a ticket of TLS 1.2 that is longer than its own may be, another server's say. Where
// there are no tickets it passes over any of them, and the handshake is a full one.
WOLFSSL_CTX *native_for(plugtls_backend_context &context, std::size_t identity,
                        const kit::ClientHello &hello) {
  if (hello.session_ticket.empty() || is_own_ticket(context, hello.session_ticket))
    return context.natives[identity].get();
  std::call_once(context.ticketless_made, [&] {
    std::vector<NativeContext> made;
    for (std::size_t i = 0; i < context.natives.size(); ++i) {
      made.push_back(
          make_native(context, i < context.identities.size() ? &context.identities[i] : nullptr));
      switch_tickets_off(made.back().get());
    }
    context.ticketless = std::move(made);
  });
  return context.ticketless[identity].get();
}

plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err) {
  const KeyStackWiper wiper;
  return kit::guard(err, [&] {
    *out = build(instance, kit::read_sized(config), callbacks).release();
    return plugtls_status{PLUGTLS_OK};
  });
}

void context_free(plugtls_backend_context *context) {
  const std::unique_ptr<plugtls_backend_context> owned(context);
}

}  // namespace plugtls::wolfssl
