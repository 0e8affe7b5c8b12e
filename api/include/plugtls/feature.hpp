// SPDX-License-Identifier: Apache-2.0
/// What backends can or cannot do (B3). types.h says what each number means.
#ifndef PLUGTLS_FEATURE_HPP
#define PLUGTLS_FEATURE_HPP

#include "plugtls/plugtls.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plugtls {

enum class Feature : std::uint32_t {
  client = PLUGTLS_FEATURE_CLIENT,
  server = PLUGTLS_FEATURE_SERVER,
  tls1_0 = PLUGTLS_FEATURE_TLS1_0,
  tls1_1 = PLUGTLS_FEATURE_TLS1_1,
  tls1_2 = PLUGTLS_FEATURE_TLS1_2,
  tls1_3 = PLUGTLS_FEATURE_TLS1_3,
  cipher_suites = PLUGTLS_FEATURE_CIPHER_SUITES,
  groups = PLUGTLS_FEATURE_GROUPS,
  signature_schemes = PLUGTLS_FEATURE_SIGNATURE_SCHEMES,
  alpn = PLUGTLS_FEATURE_ALPN,
  sni = PLUGTLS_FEATURE_SNI,
  sni_callback = PLUGTLS_FEATURE_SNI_CALLBACK,
  sni_switch_context = PLUGTLS_FEATURE_SNI_SWITCH_CONTEXT,
  set_context = PLUGTLS_FEATURE_SET_CONTEXT,
  verify_off = PLUGTLS_FEATURE_VERIFY_OFF,
  verify_chain_only = PLUGTLS_FEATURE_VERIFY_CHAIN_ONLY,
  verify_ip = PLUGTLS_FEATURE_VERIFY_IP,
  verify_subjects = PLUGTLS_FEATURE_VERIFY_SUBJECTS,
  verify_callback = PLUGTLS_FEATURE_VERIFY_CALLBACK,
  verify_time = PLUGTLS_FEATURE_VERIFY_TIME,
  verify_offline = PLUGTLS_FEATURE_VERIFY_OFFLINE,
  client_certificate = PLUGTLS_FEATURE_CLIENT_CERTIFICATE,
  client_auth = PLUGTLS_FEATURE_CLIENT_AUTH,
  multiple_identities = PLUGTLS_FEATURE_MULTIPLE_IDENTITIES,
  trust_system = PLUGTLS_FEATURE_TRUST_SYSTEM,
  trust_file = PLUGTLS_FEATURE_TRUST_FILE,
  trust_directory = PLUGTLS_FEATURE_TRUST_DIRECTORY,
  trust_without_system = PLUGTLS_FEATURE_TRUST_WITHOUT_SYSTEM,
  key_encrypted = PLUGTLS_FEATURE_KEY_ENCRYPTED,
  key_pkcs11 = PLUGTLS_FEATURE_KEY_PKCS11,
  key_signer = PLUGTLS_FEATURE_KEY_SIGNER,
  key_signer_async = PLUGTLS_FEATURE_KEY_SIGNER_ASYNC,
  cert_rsa = PLUGTLS_FEATURE_CERT_RSA,
  cert_rsa_pss = PLUGTLS_FEATURE_CERT_RSA_PSS,
  cert_ecdsa = PLUGTLS_FEATURE_CERT_ECDSA,
  cert_ed25519 = PLUGTLS_FEATURE_CERT_ED25519,
  peer_chain = PLUGTLS_FEATURE_PEER_CHAIN,
  verified_chain = PLUGTLS_FEATURE_VERIFIED_CHAIN,
  crl = PLUGTLS_FEATURE_CRL,
  ocsp_client = PLUGTLS_FEATURE_OCSP_CLIENT,
  ocsp_server = PLUGTLS_FEATURE_OCSP_SERVER,
  exporter = PLUGTLS_FEATURE_EXPORTER,
  binding_tls_exporter = PLUGTLS_FEATURE_BINDING_TLS_EXPORTER,
  binding_tls_server_end_point = PLUGTLS_FEATURE_BINDING_TLS_SERVER_END_POINT,
  keylog = PLUGTLS_FEATURE_KEYLOG,
  resumption = PLUGTLS_FEATURE_RESUMPTION,
  session_bytes = PLUGTLS_FEATURE_SESSION_BYTES,
  ticket_keys = PLUGTLS_FEATURE_TICKET_KEYS,
  psk = PLUGTLS_FEATURE_PSK,
  key_update = PLUGTLS_FEATURE_KEY_UPDATE,
  record_size_limit = PLUGTLS_FEATURE_RECORD_SIZE_LIMIT,
  early_data = PLUGTLS_FEATURE_EARLY_DATA,
  half_close = PLUGTLS_FEATURE_HALF_CLOSE,
  post_handshake_auth = PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH,
  hybrid_key_exchange = PLUGTLS_FEATURE_HYBRID_KEY_EXCHANGE,
  suspend = PLUGTLS_FEATURE_SUSPEND,
  effective_config = PLUGTLS_FEATURE_EFFECTIVE_CONFIG,
  attach_fd = PLUGTLS_FEATURE_ATTACH_FD,
};

/// "alpn"; "unknown" for a number without a name.
inline std::string_view name(Feature feature) noexcept {
  return plugtls_feature_name(static_cast<std::uint32_t>(feature));
}
inline std::optional<Feature> parse_feature(std::string_view text) {
  const std::uint32_t found = plugtls_feature_from_name(std::string(text).c_str());
  if (found == PLUGTLS_FEATURE_NONE) return std::nullopt;
  return static_cast<Feature>(found);
}
/// Every feature this version knows.
inline std::vector<Feature> all_features() {
  std::vector<Feature> out;
  for (std::uint32_t i = PLUGTLS_FEATURE_NONE + 1; i < PLUGTLS_FEATURE_COUNT; ++i)
    out.push_back(static_cast<Feature>(i));
  return out;
}

enum class Level : std::uint32_t {
  no = PLUGTLS_NO,
  partial = PLUGTLS_PARTIAL,
  yes = PLUGTLS_YES,
};

constexpr std::string_view name(Level level) noexcept {
  switch (level) {
    case Level::no:
      return "no";
    case Level::partial:
      return "partial";
    case Level::yes:
      return "yes";
  }
  return "unknown";
}

/// What a backend says of one feature.
struct Capability {
  Level level;
  std::uint64_t value;  ///< as types.h describes it at the feature, else 0
  std::string note;     ///< why not, or what "partial" leaves out
};

}  // namespace plugtls

#endif
