// SPDX-License-Identifier: Apache-2.0
// The wolfSSL backend: what it is, what it can do, and its table.
#include "algorithms.hpp"
#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"
#include "library.hpp"
#include "offline.hpp"
#include "session.hpp"
#include "tickets.hpp"

#include <wolfssl/version.h>
#include <wolfssl/wolfcrypt/ecc.h>

#include <memory>
#include <mutex>

namespace plugtls::wolfssl {

namespace {

template <typename Function>
const void *address(Function *function) {
  return reinterpret_cast<const void *>(function);
}

const plugtls_anchor anchors[] = {
    {"wolfSSL_Init", address(&wolfSSL_Init)},
    {"wolfSSL_CTX_new", address(&wolfSSL_CTX_new)},
    {"wolfSSL_new", address(&wolfSSL_new)},
    {"wolfSSL_connect", address(&wolfSSL_connect)},
    {"wolfSSL_accept", address(&wolfSSL_accept)},
    {"wolfSSL_read", address(&wolfSSL_read)},
    {"wolfSSL_write", address(&wolfSSL_write)},
    {"wc_ecc_verify_hash", address(&wc_ecc_verify_hash)},
};

constexpr uint64_t signer_types = PLUGTLS_KEY_RSA | PLUGTLS_KEY_ECDSA | PLUGTLS_KEY_ED25519;

constexpr kit::CapabilityRow capabilities[] = {
    {PLUGTLS_FEATURE_CLIENT, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SERVER, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TLS1_0, PLUGTLS_NO, 0, "deprecated by RFC 8996"},
    {PLUGTLS_FEATURE_TLS1_1, PLUGTLS_NO, 0, "deprecated by RFC 8996"},
    {PLUGTLS_FEATURE_TLS1_2, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TLS1_3, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CIPHER_SUITES, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_GROUPS, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SIGNATURE_SCHEMES, PLUGTLS_PARTIAL, 0,
     "a TLS 1.3 server's CertificateRequest names every scheme; what is not in the list is "
     "refused"},
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
    {PLUGTLS_FEATURE_KEY_PKCS11, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_KEY_SIGNER, PLUGTLS_YES, signer_types, ""},
    {PLUGTLS_FEATURE_KEY_SIGNER_ASYNC, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CERT_RSA, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CERT_RSA_PSS, PLUGTLS_NO, 0,
     "wolfSSL, to 5.7.2 at least, verifies no signatures by keys of type id-RSASSA-PSS"},
    {PLUGTLS_FEATURE_CERT_ECDSA, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CERT_ED25519, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_PEER_CHAIN, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_VERIFIED_CHAIN, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CRL, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_OCSP_CLIENT, PLUGTLS_PARTIAL, 0,
     "TLS 1.3 alone, so it has to be the lowest version: a staple of TLS 1.2 wolfSSL judges by its "
     "own rules, and nothing overrules it"},
    {PLUGTLS_FEATURE_OCSP_SERVER, PLUGTLS_NO, 0,
     "wolfSSL sends only what it can verify itself, and leaves out the rest in silence; 5.5.4 "
     "loses 6 kB of memory in every such handshake of TLS 1.3"},
    {PLUGTLS_FEATURE_EXPORTER, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_BINDING_TLS_EXPORTER, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_BINDING_TLS_SERVER_END_POINT, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_KEYLOG, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_RESUMPTION, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SESSION_BYTES, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TICKET_KEYS, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_PSK, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_KEY_UPDATE, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_RECORD_SIZE_LIMIT, PLUGTLS_PARTIAL, smallest_record,
     "records of application data; wolfSSL does not cut handshake messages"},
    {PLUGTLS_FEATURE_EARLY_DATA, PLUGTLS_NO, 0, "Debian builds wolfSSL without early data"},
    {PLUGTLS_FEATURE_HALF_CLOSE, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_HYBRID_KEY_EXCHANGE, PLUGTLS_NO, 0, "wolfSSL has no X25519MLKEM768 here"},
    {PLUGTLS_FEATURE_SUSPEND, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_EFFECTIVE_CONFIG, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_ATTACH_FD, PLUGTLS_NO, 0, "wolfSSL gains nothing by owning the descriptor"},
};

void capability(const plugtls_backend_instance *instance, uint32_t feature,
                plugtls_capability *out) {
  plugtls_capability answer{};
  answer.size = sizeof answer;
  prepare(*instance);
  kit::answer_capability(capabilities, feature, &answer);
  if (feature == PLUGTLS_FEATURE_CIPHER_SUITES) answer.value = all_suites().size();
  if (feature == PLUGTLS_FEATURE_GROUPS) answer.value = all_groups().size();
  if (feature == PLUGTLS_FEATURE_SIGNATURE_SCHEMES) answer.value = all_schemes().size();
  kit::write_sized(out, answer);
}

size_t list(const plugtls_backend_instance *instance, uint32_t which, uint16_t *out,
            size_t capacity) {
  prepare(*instance);
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

plugtls_status info(const plugtls_backend_instance *, plugtls_backend_info *out) {
  kit::write_sized(out,
                   plugtls_backend_info{sizeof(plugtls_backend_info), std::size(anchors), "wolfssl",
                                        PLUGTLS_BACKEND_VERSION, "wolfSSL", wolfSSL_lib_version(),
                                        LIBWOLFSSL_VERSION_STRING, anchors});
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
  table.export_keying_material = &export_keying_material;
  table.channel_binding = &channel_binding;
  table.verify_chain = &verify_chain;
  table.key_update = &key_update;
  table.request_client_certificate = &request_client_certificate;
  table.connection_set_context = &connection_set_context;
  table.context_set_ticket_keys = &context_set_ticket_keys;
  table.session_get = &session_get;
  table.session_export = &session_export;
  table.session_import = &session_import;
  table.session_info = &session_info;
  table.session_free = &session_free;
  return table;
}

constexpr plugtls_backend_table table = make_table();

// One for the process: what it holds is found out about the library, and the first host's services live for ever.
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

// Structs of the library's are used as the headers have them.
plugtls_status check_version(plugtls_error *err) {
  if (wolfSSL_lib_version_hex() == LIBWOLFSSL_VERSION_HEX) return PLUGTLS_OK;
  return kit::fail(err, PLUGTLS_E_BACKEND_REFUSED,
                   "it was built against wolfSSL %s and finds %s at run time",
                   LIBWOLFSSL_VERSION_STRING, wolfSSL_lib_version());
}

}  // namespace

}  // namespace plugtls::wolfssl

plugtls_status plugtls_backend_entry(const plugtls_host *host, plugtls_backend_export *out,
                                     plugtls_error *err) {
  using namespace plugtls;
  return kit::guard(err, [&] {
    // Before anything else: another library behind these names would not even survive what follows.
    if (const plugtls_status status = wolfssl::check_version(err); status != PLUGTLS_OK)
      return status;
    const plugtls_host services = kit::read_sized(host);
    if (services.abi_major != PLUGTLS_ABI_MAJOR)
      return kit::fail(err, PLUGTLS_E_ABI, "the host has ABI %u, this backend 1",
                       unsigned{services.abi_major});
    if (services.inner != nullptr)
      return kit::fail(err, PLUGTLS_E_BACKEND_REFUSED, "this backend wraps no other");
    kit::write_sized(out, plugtls_backend_export{sizeof(plugtls_backend_export), 0, &wolfssl::table,
                                                 wolfssl::instance_for(services)});
    return plugtls_status{PLUGTLS_OK};
  });
}
