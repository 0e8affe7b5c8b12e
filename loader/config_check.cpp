// SPDX-License-Identifier: Apache-2.0
#include "config_check.hpp"

#include "guard.hpp"

#include <algorithm>
#include <iterator>

namespace plugtls::loader {

namespace {

constexpr uint64_t known_flags =
    PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION | PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK |
    PLUGTLS_CONFIG_INSECURE_ALLOW_KEYLOG_ENV | PLUGTLS_CONFIG_VERIFY_TIME |
    PLUGTLS_CONFIG_NO_RESUMPTION | PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH;
constexpr std::size_t longest_identity = 0xffff;  // RFC 8446, 4.2.11
constexpr std::size_t longest_protocol = 255;     // RFC 7301, 3.1

plugtls_status require_one(const plugtls_backend &backend, uint32_t feature, plugtls_error *err) {
  plugtls_capability capability{};
  capability.size = sizeof capability;
  plugtls_backend_capability(&backend, feature, &capability);
  if (capability.level != PLUGTLS_NO) return PLUGTLS_OK;
  return fail_feature(
      err, feature, backend.name,
      "backend '%s' does not have '%s'%s%s; leave it out, or choose a backend by need",
      backend.name.c_str(), plugtls_feature_name(feature), *capability.note != '\0' ? ": " : "",
      capability.note);
}

plugtls_status invalid(plugtls_error *err, const char *what) {
  return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "%s", what);
}

template <typename Item>
bool is_list(const Item *items, uint32_t count) {
  return count == 0 || items != nullptr;
}

plugtls_status check_psks(const plugtls_config &config, const plugtls_backend_callbacks &callbacks,
                          plugtls_error *err) {
  const bool server = config.role == PLUGTLS_ROLE_SERVER;
  if (server && config.psk_count > 0)
    return invalid(err, "psks are a client's; a server looks them up by the callback psk");
  if (!server && callbacks.psk != nullptr)
    return invalid(err, "the callback psk is a server's; a client offers psks");
  for (uint32_t i = 0; i < config.psk_count; ++i) {
    const plugtls_psk &psk = *config.psks[i];
    if (psk.identity.data == nullptr || psk.identity.size == 0 ||
        psk.identity.size > longest_identity || psk.key.data == nullptr || psk.key.size == 0)
      return invalid(err, "a PSK needs an identity of 1 to 65535 bytes and a key");
    if (psk.hash != PLUGTLS_HASH_SHA256 && psk.hash != PLUGTLS_HASH_SHA384)
      return invalid(err, "a PSK's hash is neither SHA-256 nor SHA-384");
  }
  return PLUGTLS_OK;
}

plugtls_status check_identities(const plugtls_config &config,
                                const plugtls_backend_callbacks &callbacks, plugtls_error *err) {
  if (!is_list(config.identities, config.identity_count))
    return invalid(err, "identities is NULL though identity_count is not 0");
  for (uint32_t i = 0; i < config.identity_count; ++i) {
    const plugtls_identity *identity = config.identities[i];
    if (identity == nullptr || !is_zero_beyond(identity, identity->size, sizeof *identity) ||
        identity->certificate_count == 0 ||
        !are_known(identity->certificates, identity->certificate_count) ||
        !are_known(&identity->key, 1))
      return invalid(err, "an identity needs at least one certificate, leaf first, and a key");
    if (identity->ocsp_response != nullptr &&
        (!are_known(&identity->ocsp_response, 1) ||
         (identity->ocsp_response->kind != PLUGTLS_SOURCE_BYTES &&
          identity->ocsp_response->kind != PLUGTLS_SOURCE_FILE)))
      return invalid(err, "an identity's ocsp_response is neither bytes nor a file");
  }
  if (config.role == PLUGTLS_ROLE_SERVER && config.identity_count == 0 && callbacks.psk == nullptr)
    return fail(err, PLUGTLS_E_NO_CERTIFICATE,
                "a server needs a certificate: register_certificates(chain, key)");
  return PLUGTLS_OK;
}

// Of what a verification needs, with a connection or without.
plugtls_status check_trust_shape(const plugtls_config &config, plugtls_error *err) {
  if ((config.flags & ~known_flags) != 0)
    return invalid(err, "flags has a bit this libplugtls does not know");
  if (config.crl_check > PLUGTLS_CRL_CHECK_CHAIN || config.ocsp > PLUGTLS_OCSP_REQUIRE)
    return invalid(err, "crl_check or ocsp has a value this libplugtls does not know");
  if (!are_known(config.trust, config.trust_count) || !are_known(config.crls, config.crl_count))
    return invalid(err, "trust or crls is NULL though its count is not 0, or an entry of it is");
  return PLUGTLS_OK;
}

plugtls_status check_shape(const plugtls_config &config, const plugtls_backend_callbacks &callbacks,
                           plugtls_error *err) {
  if (config.role != PLUGTLS_ROLE_CLIENT && config.role != PLUGTLS_ROLE_SERVER)
    return invalid(err, "role is neither client nor server");
  if (config.client_auth > PLUGTLS_CLIENT_AUTH_REQUIRE)
    return invalid(err, "client_auth has a value this libplugtls does not know");
  if (config.role == PLUGTLS_ROLE_CLIENT && config.client_auth != 0)
    return invalid(err, "client_auth is for servers");
  if (config.version_min > PLUGTLS_VERSION_MINIMUM_SUPPORTED &&
      config.version_max > PLUGTLS_VERSION_MINIMUM_SUPPORTED &&
      config.version_min > config.version_max)
    return fail(err, PLUGTLS_E_VERSION_RANGE,
                "the range of TLS versions is empty: 0x%04x to 0x%04x", config.version_min,
                config.version_max);
  if (!is_list(config.cipher_suites, config.cipher_suite_count) ||
      !is_list(config.groups, config.group_count) ||
      !is_list(config.signature_schemes, config.signature_scheme_count) ||
      !is_list(config.alpn, config.alpn_count) ||
      !are_known(config.ticket_keys, config.ticket_key_count) ||
      !are_known(config.psks, config.psk_count))
    return invalid(err, "a list is NULL though its count is not 0, or an entry of it is");
  for (uint32_t i = 0; i < config.alpn_count; ++i)
    if (config.alpn[i].size == 0 || config.alpn[i].size > longest_protocol ||
        config.alpn[i].data == nullptr)
      return invalid(err, "a protocol name must have 1 to 255 bytes");
  plugtls_status status = check_trust_shape(config, err);
  if (status == PLUGTLS_OK) status = check_psks(config, callbacks, err);
  return status == PLUGTLS_OK ? check_identities(config, callbacks, err) : status;
}

bool has_kind(const plugtls_source *const *sources, uint32_t count, uint32_t kind) {
  return std::any_of(sources, sources + count,
                     [&](const plugtls_source *source) { return source->kind == kind; });
}

bool has_key(const plugtls_config &config, uint32_t kind) {
  return std::any_of(config.identities, config.identities + config.identity_count,
                     [&](const plugtls_identity *identity) { return identity->key->kind == kind; });
}

constexpr uint32_t key_types[] = {PLUGTLS_KEY_RSA, PLUGTLS_KEY_RSA_PSS, PLUGTLS_KEY_ECDSA,
                                  PLUGTLS_KEY_ED25519};
constexpr const char *key_type_names[] = {"RSA", "RSA-PSS", "ECDSA", "Ed25519"};

// A backend may have signers for some types of keys only.
plugtls_status check_signer(const plugtls_backend &backend, const plugtls_source &key,
                            plugtls_error *err) {
  if (key.kind != PLUGTLS_SOURCE_SIGNER) return PLUGTLS_OK;
  if (!are_known(&key.signer, 1) || key.signer->sign == nullptr)
    return invalid(err, "a key that is a signer needs a signer with a sign function");
  const auto *type = std::find(std::begin(key_types), std::end(key_types), key.signer->key_type);
  if (type == std::end(key_types))
    return invalid(err, "a signer's key_type is none that this libplugtls knows");
  plugtls_capability capability{};
  capability.size = sizeof capability;
  plugtls_backend_capability(&backend, PLUGTLS_FEATURE_KEY_SIGNER, &capability);
  if ((capability.value & *type) != 0) return PLUGTLS_OK;
  return fail_feature(err, PLUGTLS_FEATURE_KEY_SIGNER, backend.name,
                      "backend '%s' does not have 'key_signer' for %s keys%s%s",
                      backend.name.c_str(), key_type_names[type - std::begin(key_types)],
                      *capability.note != '\0' ? ": " : "", capability.note);
}

plugtls_status check_signers(const plugtls_backend &backend, const plugtls_config &config,
                             plugtls_error *err) {
  for (uint32_t i = 0; i < config.identity_count; ++i)
    if (const plugtls_status status = check_signer(backend, *config.identities[i]->key, err);
        status != PLUGTLS_OK)
      return status;
  return PLUGTLS_OK;
}

bool names_version(const plugtls_config &config, uint16_t version) {
  return config.version_min == version || config.version_max == version;
}

bool has_token_certificate(const plugtls_config &config) {
  return std::any_of(config.identities, config.identities + config.identity_count,
                     [](const plugtls_identity *identity) {
                       return has_kind(identity->certificates, identity->certificate_count,
                                       PLUGTLS_SOURCE_URI);
                     });
}

bool has_staple(const plugtls_config &config) {
  return std::any_of(
      config.identities, config.identities + config.identity_count,
      [](const plugtls_identity *identity) { return identity->ocsp_response != nullptr; });
}

plugtls_status check_trust(const plugtls_backend &backend, const plugtls_config &config,
                           bool verifies, plugtls_error *err) {
  const auto trusts = [&](uint32_t kind) {
    return has_kind(config.trust, config.trust_count, kind);
  };
  const bool system = trusts(PLUGTLS_SOURCE_SYSTEM);
  const Asked asked[] = {
      {(config.flags & PLUGTLS_CONFIG_VERIFY_TIME) != 0, PLUGTLS_FEATURE_VERIFY_TIME},
      {config.crl_check != 0 || config.crl_count > 0, PLUGTLS_FEATURE_CRL},
      {config.ocsp != 0, PLUGTLS_FEATURE_OCSP_CLIENT},
      {verifies && (config.trust_count == 0 || system), PLUGTLS_FEATURE_TRUST_SYSTEM},
      {trusts(PLUGTLS_SOURCE_FILE) || trusts(PLUGTLS_SOURCE_BYTES), PLUGTLS_FEATURE_TRUST_FILE},
      {trusts(PLUGTLS_SOURCE_DIRECTORY), PLUGTLS_FEATURE_TRUST_DIRECTORY},
      {config.trust_count > 0 && !system, PLUGTLS_FEATURE_TRUST_WITHOUT_SYSTEM},
  };
  return require(backend, asked, err);
}

bool is_subject(const plugtls_subject &subject) {
  const plugtls_bytes &value = subject.value;
  if (value.data == nullptr) return false;
  if (subject.kind == PLUGTLS_SUBJECT_IP) return value.size == 4 || value.size == 16;
  return subject.kind == PLUGTLS_SUBJECT_DNS && value.size > 0 &&
         std::find(value.data, value.data + value.size, 0) == value.data + value.size;
}

plugtls_status check_request(const plugtls_verify_request &request, plugtls_error *err) {
  if (request.purpose != PLUGTLS_PURPOSE_SERVER && request.purpose != PLUGTLS_PURPOSE_CLIENT)
    return invalid(err, "purpose is neither server nor client");
  if (request.chain_count == 0 || !are_known(request.chain, request.chain_count))
    return invalid(err, "there is no chain to verify, or an entry of it is NULL");
  if (!is_list(request.subjects, request.subject_count) ||
      !std::all_of(request.subjects, request.subjects + request.subject_count, is_subject))
    return invalid(err, "a subject is neither a DNS name nor an IP address of 4 or 16 bytes");
  return PLUGTLS_OK;
}

}  // namespace

plugtls_status require(const plugtls_backend &backend, std::span<const Asked> items,
                       plugtls_error *err) {
  for (const Asked &item : items)
    if (item.asked)
      if (const plugtls_status status = require_one(backend, item.feature, err);
          status != PLUGTLS_OK)
        return status;
  return PLUGTLS_OK;
}

plugtls_status check_offline(const plugtls_backend &backend, const plugtls_config &config,
                             const plugtls_verify_request &request, plugtls_error *err) {
  plugtls_status status = require_one(backend, PLUGTLS_FEATURE_VERIFY_OFFLINE, err);
  if (status == PLUGTLS_OK) status = check_request(request, err);
  if (status == PLUGTLS_OK) status = check_trust_shape(config, err);
  if (status != PLUGTLS_OK) return status;
  const bool ip = std::any_of(
      request.subjects, request.subjects + request.subject_count,
      [](const plugtls_subject &subject) { return subject.kind == PLUGTLS_SUBJECT_IP; });
  const Asked asked[] = {
      {ip, PLUGTLS_FEATURE_VERIFY_IP},
      {request.ocsp_response.size > 0, PLUGTLS_FEATURE_OCSP_CLIENT},
  };
  status = require(backend, asked, err);
  return status == PLUGTLS_OK ? check_trust(backend, config, true, err) : status;
}

plugtls_status check_config(const plugtls_backend &backend, const plugtls_config &config,
                            const plugtls_backend_callbacks &callbacks, plugtls_error *err) {
  if (const plugtls_status status = check_shape(config, callbacks, err); status != PLUGTLS_OK)
    return status;
  const bool server = config.role == PLUGTLS_ROLE_SERVER;
  const bool verifies = (config.flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) == 0 &&
                        (!server || config.client_auth != PLUGTLS_CLIENT_AUTH_NONE);
  const auto flag = [&](uint64_t bit) { return (config.flags & bit) != 0; };
  // In the order of plugtls_config's members, so that a forgotten one is seen; check_trust has the rest. A password asks
  // for nothing by itself, for it is ignored where the key is not encrypted (S28): only the backend, which reads the
  // key, can tell, and refuses an encrypted one by PLUGTLS_FEATURE_KEY_ENCRYPTED if it has to.
  const Asked asked[] = {
      {server, PLUGTLS_FEATURE_SERVER},
      {!server, PLUGTLS_FEATURE_CLIENT},
      {flag(PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION), PLUGTLS_FEATURE_VERIFY_OFF},
      {names_version(config, PLUGTLS_VERSION_TLS1_0), PLUGTLS_FEATURE_TLS1_0},
      {names_version(config, PLUGTLS_VERSION_TLS1_1), PLUGTLS_FEATURE_TLS1_1},
      {names_version(config, PLUGTLS_VERSION_TLS1_2), PLUGTLS_FEATURE_TLS1_2},
      {names_version(config, PLUGTLS_VERSION_TLS1_3), PLUGTLS_FEATURE_TLS1_3},
      {flag(PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK), PLUGTLS_FEATURE_VERIFY_CHAIN_ONLY},
      {callbacks.keylog != nullptr, PLUGTLS_FEATURE_KEYLOG},
      {flag(PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH), PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH},
      {config.client_auth != 0, PLUGTLS_FEATURE_CLIENT_AUTH},
      {config.record_size_limit != 0, PLUGTLS_FEATURE_RECORD_SIZE_LIMIT},
      {config.early_data_max != 0, PLUGTLS_FEATURE_EARLY_DATA},
      {config.cipher_suite_count > 0, PLUGTLS_FEATURE_CIPHER_SUITES},
      {config.group_count > 0, PLUGTLS_FEATURE_GROUPS},
      {config.signature_scheme_count > 0, PLUGTLS_FEATURE_SIGNATURE_SCHEMES},
      {config.alpn_count > 0, PLUGTLS_FEATURE_ALPN},
      {!server && config.identity_count > 0, PLUGTLS_FEATURE_CLIENT_CERTIFICATE},
      {config.identity_count > 1, PLUGTLS_FEATURE_MULTIPLE_IDENTITIES},
      {has_key(config, PLUGTLS_SOURCE_URI) || has_token_certificate(config),
       PLUGTLS_FEATURE_KEY_PKCS11},
      {has_key(config, PLUGTLS_SOURCE_SIGNER), PLUGTLS_FEATURE_KEY_SIGNER},
      {has_staple(config), PLUGTLS_FEATURE_OCSP_SERVER},
      {config.ticket_key_count > 0, PLUGTLS_FEATURE_TICKET_KEYS},
      {config.psk_count > 0 || callbacks.psk != nullptr, PLUGTLS_FEATURE_PSK},
      {callbacks.server_name != nullptr, PLUGTLS_FEATURE_SNI_CALLBACK},
      {callbacks.verify != nullptr, PLUGTLS_FEATURE_VERIFY_CALLBACK},
      {callbacks.new_session != nullptr, PLUGTLS_FEATURE_RESUMPTION},
  };
  plugtls_status status = require(backend, asked, err);
  if (status == PLUGTLS_OK) status = check_signers(backend, config, err);
  return status == PLUGTLS_OK ? check_trust(backend, config, verifies, err) : status;
}

}  // namespace plugtls::loader
