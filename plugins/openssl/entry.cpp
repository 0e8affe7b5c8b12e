// SPDX-License-Identifier: Apache-2.0
// The OpenSSL backend: what it is, what it can do, and its table.
#include "algorithms.hpp"
#include "connection.hpp"
#include "context.hpp"
#include "early_data.hpp"
#include "error.hpp"
#include "offline.hpp"
#include "session.hpp"
#include "tickets.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509_vfy.h>

#include <memory>
#include <mutex>

namespace plugtls::openssl {

namespace {

template <typename Function>
const void *address(Function *function) {
  return reinterpret_cast<const void *>(function);
}

const plugtls_anchor anchors[] = {
    {"OPENSSL_init_ssl", address(&OPENSSL_init_ssl)},
    {"SSL_CTX_new", address(&SSL_CTX_new)},
    {"SSL_new", address(&SSL_new)},
    {"SSL_do_handshake", address(&SSL_do_handshake)},
    {"SSL_read_ex", address(&SSL_read_ex)},
    {"SSL_write_ex", address(&SSL_write_ex)},
    {"SSL_shutdown", address(&SSL_shutdown)},
    {"X509_verify_cert", address(&X509_verify_cert)},
    {"X509_STORE_new", address(&X509_STORE_new)},
    {"ERR_peek_error", address(&ERR_peek_error)},
    {"BIO_meth_new", address(&BIO_meth_new)},
    {"EVP_DigestInit_ex", address(&EVP_DigestInit_ex)},
    {"EVP_CipherInit_ex", address(&EVP_CipherInit_ex)},
    {"EVP_PKEY_sign", address(&EVP_PKEY_sign)},
};

constexpr uint64_t signer_types =
    PLUGTLS_KEY_RSA | PLUGTLS_KEY_RSA_PSS | PLUGTLS_KEY_ECDSA | PLUGTLS_KEY_ED25519;

constexpr kit::CapabilityRow capabilities[] = {
    {PLUGTLS_FEATURE_CLIENT, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SERVER, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TLS1_0, PLUGTLS_NO, 0, "deprecated by RFC 8996"},
    {PLUGTLS_FEATURE_TLS1_1, PLUGTLS_NO, 0, "deprecated by RFC 8996"},
    {PLUGTLS_FEATURE_TLS1_2, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TLS1_3, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CIPHER_SUITES, PLUGTLS_YES, 0, ""},
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
    {PLUGTLS_FEATURE_KEY_PKCS11, PLUGTLS_PARTIAL, 0,
     "by libp11's engine 'pkcs11' (all tokens of a process by one module), or else by the provider "
     "'pkcs11', where one "
     "of them is installed"},
    {PLUGTLS_FEATURE_KEY_SIGNER, PLUGTLS_YES, signer_types, ""},
    {PLUGTLS_FEATURE_KEY_SIGNER_ASYNC, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CERT_RSA, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CERT_RSA_PSS, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CERT_ECDSA, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CERT_ED25519, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_PEER_CHAIN, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_VERIFIED_CHAIN, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_CRL, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_OCSP_CLIENT, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_OCSP_SERVER, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_EXPORTER, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_BINDING_TLS_EXPORTER, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_BINDING_TLS_SERVER_END_POINT, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_KEYLOG, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_RESUMPTION, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SESSION_BYTES, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_TICKET_KEYS, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_PSK, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_KEY_UPDATE, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_RECORD_SIZE_LIMIT, PLUGTLS_YES, smallest_record, ""},
    {PLUGTLS_FEATURE_EARLY_DATA, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_HALF_CLOSE, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_HYBRID_KEY_EXCHANGE, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_SUSPEND, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_EFFECTIVE_CONFIG, PLUGTLS_YES, 0, ""},
    {PLUGTLS_FEATURE_ATTACH_FD, PLUGTLS_NO, 0,
     "OpenSSL gains from a descriptor only with kernel TLS, which takes the read and write calls "
     "away from the transport; use the transport"},
};

void capability(const plugtls_backend_instance *instance, uint32_t feature,
                plugtls_capability *out) {
  plugtls_capability answer{};
  answer.size = sizeof answer;
  prepare(*instance);
  kit::answer_capability(capabilities, feature, &answer);
  if (feature == PLUGTLS_FEATURE_CIPHER_SUITES) answer.value = instance->suites.size();
  if (feature == PLUGTLS_FEATURE_GROUPS) answer.value = instance->groups.size();
  if (feature == PLUGTLS_FEATURE_SIGNATURE_SCHEMES) answer.value = instance->schemes.size();
  if (feature == PLUGTLS_FEATURE_HYBRID_KEY_EXCHANGE && !kit::contains(instance->groups, 0x11ec)) {
    answer.level = PLUGTLS_NO;
    kit::set_text(answer.note, "OpenSSL has X25519MLKEM768 from 3.5 on");
  }
  kit::write_sized(out, answer);
}

size_t list(const plugtls_backend_instance *instance, uint32_t which, uint16_t *out,
            size_t capacity) {
  prepare(*instance);
  switch (which) {
    case PLUGTLS_LIST_CIPHER_SUITES:
      return kit::copy_list(instance->suite_numbers, out, capacity);
    case PLUGTLS_LIST_GROUPS:
      return kit::copy_list(instance->groups, out, capacity);
    case PLUGTLS_LIST_SIGNATURE_SCHEMES:
      return kit::copy_list(instance->schemes, out, capacity);
    case PLUGTLS_LIST_VERSIONS:
      return kit::copy_list(versions, out, capacity);
    default:
      return 0;
  }
}

plugtls_status info(const plugtls_backend_instance *, plugtls_backend_info *out) {
  kit::write_sized(out, plugtls_backend_info{sizeof(plugtls_backend_info), std::size(anchors),
                                             "openssl", PLUGTLS_BACKEND_VERSION, "OpenSSL",
                                             OpenSSL_version(OPENSSL_VERSION_STRING),
                                             OPENSSL_VERSION_STR, anchors});
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
  table.key_update = &key_update;
  table.request_client_certificate = &request_client_certificate;
  table.write_early = &write_early;
  table.read_early = &read_early;
  table.verify_chain = &verify_chain;
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

plugtls_status check_version(plugtls_error *err) {
  const unsigned long built = OPENSSL_VERSION_NUMBER;
  const unsigned long found = OpenSSL_version_num();
  const bool same_major = built >> 28 == found >> 28;
  if (same_major && found >> 20 >= built >> 20) return PLUGTLS_OK;
  return kit::fail(err, PLUGTLS_E_BACKEND_REFUSED,
                   "it was built against OpenSSL %s and finds %s at run time", OPENSSL_VERSION_STR,
                   OpenSSL_version(OPENSSL_VERSION));
}

}  // namespace

}  // namespace plugtls::openssl

plugtls_status plugtls_backend_entry(const plugtls_host *host, plugtls_backend_export *out,
                                     plugtls_error *err) {
  using namespace plugtls;
  return kit::guard(err, [&] {
    // Before anything else: another library behind these names would not even survive what follows.
    if (const plugtls_status status = openssl::check_version(err); status != PLUGTLS_OK)
      return status;
    const plugtls_host services = kit::read_sized(host);
    if (services.abi_major != PLUGTLS_ABI_MAJOR)
      return kit::fail(err, PLUGTLS_E_ABI, "the host has ABI %u, this backend 1",
                       unsigned{services.abi_major});
    if (services.inner != nullptr)
      return kit::fail(err, PLUGTLS_E_BACKEND_REFUSED, "this backend wraps no other");
    kit::write_sized(out, plugtls_backend_export{sizeof(plugtls_backend_export), 0, &openssl::table,
                                                 openssl::instance_for(services)});
    return plugtls_status{PLUGTLS_OK};
  });
}
