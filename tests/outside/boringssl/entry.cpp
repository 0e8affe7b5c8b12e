// SPDX-License-Identifier: Apache-2.0
// The BoringSSL backend: what it is, what it can do, and its table.
#include "algorithms.hpp"
#include "connection.hpp"
#include "context.hpp"
#include "verify.hpp"

#include <plugtls/kit/selection.hpp>

#include <memory>
#include <mutex>
#include <string>

namespace plugtls_boringssl {

using namespace plugtls;

namespace {

template <typename Function>
const void *address(Function *function) {
  return reinterpret_cast<const void *>(function);
}

const plugtls_anchor anchors[] = {
    {"SSL_do_handshake", address(&SSL_do_handshake)},
    {"SSL_read", address(&SSL_read)},
    {"SSL_write", address(&SSL_write)},
    {"SSL_CTX_set_custom_verify", address(&SSL_CTX_set_custom_verify)},
    {"EVP_PKEY_cmp", address(&EVP_PKEY_cmp)},
    {"ASN1_item_verify", address(&ASN1_item_verify)},
};

constexpr const char *not_yet = "the backend does not do this yet";

constexpr kit::CapabilityRow capabilities[] = {
    {PLUGTLS_FEATURE_CLIENT, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SERVER, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TLS1_0, PLUGTLS_NO, 0, "deprecated by RFC 8996"},
    {PLUGTLS_FEATURE_TLS1_1, PLUGTLS_NO, 0, "deprecated by RFC 8996"},
    {PLUGTLS_FEATURE_TLS1_2, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TLS1_3, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CIPHER_SUITES, PLUGTLS_PARTIAL, 0,
     "of TLS 1.2; BoringSSL lets nobody choose among those of TLS 1.3"},
    {PLUGTLS_FEATURE_GROUPS, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SIGNATURE_SCHEMES, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_ALPN, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SNI, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SNI_CALLBACK, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SNI_SWITCH_CONTEXT, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SET_CONTEXT, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_VERIFY_OFF, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_VERIFY_CHAIN_ONLY, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_VERIFY_IP, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_VERIFY_SUBJECTS, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_VERIFY_CALLBACK, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_VERIFY_TIME, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_VERIFY_OFFLINE, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CLIENT_CERTIFICATE, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CLIENT_AUTH, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_MULTIPLE_IDENTITIES, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TRUST_SYSTEM, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TRUST_FILE, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TRUST_DIRECTORY, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TRUST_WITHOUT_SYSTEM, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_KEY_ENCRYPTED, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_KEY_PKCS11, PLUGTLS_NO, 0, "BoringSSL has neither engines nor providers"},
    {PLUGTLS_FEATURE_KEY_SIGNER, PLUGTLS_NO, 0, not_yet},
    {PLUGTLS_FEATURE_KEY_SIGNER_ASYNC, PLUGTLS_NO, 0, not_yet},
    {PLUGTLS_FEATURE_CERT_RSA, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CERT_RSA_PSS, PLUGTLS_NO, 0,
     "BoringSSL reads no keys that are for RSASSA-PSS alone"},
    {PLUGTLS_FEATURE_CERT_ECDSA, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CERT_ED25519, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_PEER_CHAIN, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_VERIFIED_CHAIN, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CRL, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_OCSP_CLIENT, PLUGTLS_NO, 0, not_yet},
    {PLUGTLS_FEATURE_OCSP_SERVER, PLUGTLS_NO, 0, not_yet},
    {PLUGTLS_FEATURE_EXPORTER, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_BINDING_TLS_EXPORTER, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_BINDING_TLS_SERVER_END_POINT, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_KEYLOG, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_RESUMPTION, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SESSION_BYTES, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TICKET_KEYS, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_PSK, PLUGTLS_NO, 0, "BoringSSL has no external PSKs in TLS 1.3"},
    {PLUGTLS_FEATURE_KEY_UPDATE, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_RECORD_SIZE_LIMIT, PLUGTLS_YES, smallest_record, ""},
    {PLUGTLS_FEATURE_EARLY_DATA, PLUGTLS_NO, 0, not_yet},
    {PLUGTLS_FEATURE_HALF_CLOSE, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH, PLUGTLS_NO, 0, "BoringSSL does not have it"},
    {PLUGTLS_FEATURE_HYBRID_KEY_EXCHANGE, PLUGTLS_NO, 0,
     "this release of BoringSSL does not have X25519MLKEM768"},
    {PLUGTLS_FEATURE_SUSPEND, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_EFFECTIVE_CONFIG, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_ATTACH_FD, PLUGTLS_NO, 0, not_yet},
};

void capability(const plugtls_backend_instance *, uint32_t feature, plugtls_capability *out) {
  plugtls_capability answer{};
  answer.size = sizeof answer;
  kit::answer_capability(capabilities, feature, &answer);
  if (feature == PLUGTLS_FEATURE_CIPHER_SUITES) answer.value = all_suites().size();
  if (feature == PLUGTLS_FEATURE_GROUPS) answer.value = all_groups().size();
  if (feature == PLUGTLS_FEATURE_SIGNATURE_SCHEMES) answer.value = all_schemes().size();
  kit::write_sized(out, answer);
}

size_t list(const plugtls_backend_instance *, uint32_t which, uint16_t *out, size_t capacity) {
  switch (which) {
    case PLUGTLS_LIST_CIPHER_SUITES:
      return kit::copy_list(all_suites(), out, capacity);
    case PLUGTLS_LIST_GROUPS:
      return kit::copy_list(all_groups(), out, capacity);
    case PLUGTLS_LIST_SIGNATURE_SCHEMES:
      return kit::copy_list(all_schemes(), out, capacity);
    case PLUGTLS_LIST_VERSIONS:
      return kit::copy_list(versions, out, capacity);
    default:
      return 0;
  }
}

// BoringSSL has no releases; its headers count what changes incompatibly.
const char *built_against() {
  static const std::string text = "API " + std::to_string(BORINGSSL_API_VERSION);
  return text.c_str();
}

plugtls_status info(const plugtls_backend_instance *, plugtls_backend_info *out) {
  kit::write_sized(
      out, plugtls_backend_info{sizeof(plugtls_backend_info), std::size(anchors), "boringssl",
                                PLUGTLS_BACKEND_VERSION, "BoringSSL",
                                OpenSSL_version(OPENSSL_VERSION), built_against(), anchors});
  return PLUGTLS_OK;
}

constexpr plugtls_backend_table make_table() {
  plugtls_backend_table table{};
  table.size = sizeof table;
  table.abi_major = PLUGTLS_ABI_MAJOR;
  table.abi_minor = PLUGTLS_ABI_MINOR;
  table.info = &info;
  table.capability = &capability;
  table.list = &list;
  table.context_create = &context_create;
  table.context_free = &context_free;
  table.context_list = &context_list;
  table.context_value = &context_value;
  table.connection_create = &connection_create;
  table.connection_free = &connection_free;
  table.connection_set_context = &connection_set_context;
  table.handshake = &handshake;
  table.read = &read;
  table.write = &write;
  table.shutdown = &shutdown;
  table.pending = &pending;
  table.connection_info = &connection_info;
  table.connection_chain = &connection_chain;
  table.chain_size = &chain_size;
  table.chain_at = &chain_at;
  table.chain_free = &chain_free;
  table.channel_binding = &channel_binding;
  table.context_set_ticket_keys = &context_set_ticket_keys;
  table.export_keying_material = &export_keying_material;
  table.key_update = &key_update;
  table.verify_chain = &verify_chain;
  table.session_get = &session_get;
  table.session_export = &session_export;
  table.session_import = &session_import;
  table.session_info = &session_info;
  table.session_free = &session_free;
  return table;
}

constexpr plugtls_backend_table table = make_table();

// One for the process: the first host's services live for ever.
plugtls_backend_instance *instance_for(const plugtls_host &host) {
  static std::mutex mutex;
  static plugtls_backend_instance *instance = nullptr;
  const std::lock_guard lock(mutex);
  if (instance != nullptr) return instance;
  auto made = std::make_unique<plugtls_backend_instance>();
  made->host = host;
  instance = made.release();
  return instance;
}

}  // namespace

}  // namespace plugtls_boringssl

plugtls_status plugtls_backend_entry(const plugtls_host *host, plugtls_backend_export *out,
                                     plugtls_error *err) {
  using namespace plugtls;
  return kit::guard(err, [&] {
    const plugtls_host services = kit::read_sized(host);
    if (services.abi_major != PLUGTLS_ABI_MAJOR)
      return kit::fail(err, PLUGTLS_E_ABI, "the host has ABI %u, this backend %u",
                       unsigned{services.abi_major}, unsigned{PLUGTLS_ABI_MAJOR});
    if (services.inner != nullptr)
      return kit::fail(err, PLUGTLS_E_BACKEND_REFUSED, "this backend wraps no other");
    kit::write_sized(
        out, plugtls_backend_export{sizeof(plugtls_backend_export), 0, &plugtls_boringssl::table,
                                    plugtls_boringssl::instance_for(services)});
    return plugtls_status{PLUGTLS_OK};
  });
}
