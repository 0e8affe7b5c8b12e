// SPDX-License-Identifier: Apache-2.0
// Keying material and channel bindings (B9).
#include "connection.hpp"
#include "error.hpp"

#include <wolfssl/wolfcrypt/hash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace plugtls::wolfssl {

namespace {

constexpr std::size_t exporter_size = 32;  // RFC 9266, 2

plugtls_status native_failure(plugtls_error *err, int native, const char *what) {
  plugtls_error error = kit::make_error(PLUGTLS_E_INTERNAL, "%s", what);
  set_native(error, native);
  return kit::fail(err, error);
}

plugtls_status too_small(plugtls_error *err, std::size_t needed, std::size_t capacity) {
  return kit::fail(err, PLUGTLS_E_BUFFER_TOO_SMALL,
                   "the channel binding takes %zu bytes, %zu are given", needed, capacity);
}

bool export_material(plugtls_backend_connection &connection, std::string_view label,
                     plugtls_bytes context, uint8_t *out, size_t size) {
  const uint8_t none = 0;
  return wolfSSL_export_keying_material(connection.ssl.get(), out, size, label.data(), label.size(),
                                        context.data != nullptr ? context.data : &none,
                                        context.size,
                                        context.data != nullptr ? 1 : 0) == WOLFSSL_SUCCESS;
}

plugtls_status tls_exporter(plugtls_backend_connection &connection, uint8_t *out, size_t capacity,
                            size_t *out_size, plugtls_error *err) {
  if (capacity < exporter_size) return too_small(err, exporter_size, capacity);
  // RFC 9266, 3: in TLS 1.2 it is unique only with the extended master secret.
  if (connection.version == PLUGTLS_VERSION_TLS1_2 && !connection.flight.extended_master_secret())
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "tls-exporter needs the extended master secret (RFC 7627), which the peer did "
                     "not agree to");
  const uint8_t none = 0;
  if (!export_material(connection, "EXPORTER-Channel-Binding", {&none, 0}, out, exporter_size))
    return native_failure(err, 0, "wolfSSL could not export the channel binding");
  *out_size = exporter_size;
  return PLUGTLS_OK;
}

// Empty if it cannot be told.
kit::DerView certificate_of_server(const plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  if (context.role == PLUGTLS_ROLE_CLIENT) {
    const Certificates &chain = connection.known_chain();
    return chain.empty() ? kit::DerView{} : kit::DerView(chain.front());
  }
  const auto &identities = context.identities;
  if (identities.size() > 1 && connection.resumed) return {};
  return identities[connection.identity].chain.front();
}

// RFC 5929, 4.1: the hash of the certificate's own signature, where that is no weaker than SHA-256.
wc_HashType hash_for(kit::DerView certificate) {
  switch (kit::facts_of(certificate).signature_hash) {
    case kit::SignatureHash::md5:
    case kit::SignatureHash::sha1:
    case kit::SignatureHash::sha256:
      return WC_HASH_TYPE_SHA256;
    case kit::SignatureHash::sha224:
      return WC_HASH_TYPE_SHA224;
    case kit::SignatureHash::sha384:
      return WC_HASH_TYPE_SHA384;
    case kit::SignatureHash::sha512:
      return WC_HASH_TYPE_SHA512;
    default:
      return WC_HASH_TYPE_NONE;
  }
}

plugtls_status server_end_point(const plugtls_backend_connection &connection, uint8_t *out,
                                size_t capacity, size_t *out_size, plugtls_error *err) {
  const kit::DerView certificate = certificate_of_server(connection);
  if (certificate.empty())
    return kit::fail(
        err, PLUGTLS_E_WRONG_STATE,
        "tls-server-end-point is unknown: there is no certificate, or the connection was "
        "resumed and the server has several");
  const wc_HashType hash = hash_for(certificate);
  if (hash == WC_HASH_TYPE_NONE)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "tls-server-end-point is not defined for a certificate whose signature has no "
                     "hash of its own (RFC 5929, 4.1)");
  std::array<byte, WC_MAX_DIGEST_SIZE> digest{};
  const auto size = static_cast<size_t>(std::max(0, wc_HashGetDigestSize(hash)));
  const int native = wc_Hash(hash, certificate.data(), static_cast<word32>(certificate.size()),
                             digest.data(), static_cast<word32>(size));
  if (native != 0) return native_failure(err, native, "wolfSSL could not hash the certificate");
  if (capacity < size) return too_small(err, size, capacity);
  std::memcpy(out, digest.data(), size);
  *out_size = size;
  return PLUGTLS_OK;
}

// wolfSSL wipes a connection that has been closed by both ends.
bool has_secrets(const plugtls_backend_connection &connection) {
  return !(connection.sent_close && connection.got_close);
}

}  // namespace

plugtls_status export_keying_material(plugtls_backend_connection *connection, const char *label,
                                      plugtls_bytes context, uint8_t *out, size_t size,
                                      plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (!connection->done) return wrong_state(err, "export_keying_material");
  if (!has_secrets(*connection))
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "export_keying_material after both ends have closed");
  if (export_material(*connection, label, context, out, size)) return PLUGTLS_OK;
  return native_failure(err, 0, "wolfSSL could not export keying material");
}

plugtls_status channel_binding(plugtls_backend_connection *connection, uint32_t binding,
                               uint8_t *out, size_t capacity, size_t *out_size,
                               plugtls_error *err) {
  if (!connection->done) return wrong_state(err, "channel_binding");
  return kit::guard(err, [&] {
    switch (binding) {
      case PLUGTLS_BINDING_TLS_EXPORTER:
        if (!has_secrets(*connection))
          return kit::fail(err, PLUGTLS_E_WRONG_STATE, "tls-exporter after both ends have closed");
        return tls_exporter(*connection, out, capacity, out_size, err);
      case PLUGTLS_BINDING_TLS_SERVER_END_POINT:
        return server_end_point(*connection, out, capacity, out_size, err);
      default:
        return kit::fail(err, PLUGTLS_E_INVALID_ARGUMENT, "there is no channel binding %u",
                         binding);
    }
  });
}

}  // namespace plugtls::wolfssl
