// SPDX-License-Identifier: Apache-2.0
// Keying material and channel bindings (B9).
#include "connection.hpp"
#include "error.hpp"

#include <mbedtls/md.h>

#include <array>
#include <cstring>
#include <string_view>

namespace plugtls::mbedtls {

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

int export_material(plugtls_backend_connection &connection, std::string_view label,
                    plugtls_bytes context, uint8_t *out, size_t size) {
  return mbedtls_ssl_export_keying_material(connection.ssl->get(), out, size, label.data(),
                                            label.size(), context.data, context.size,
                                            context.data != nullptr ? 1 : 0);
}

plugtls_status tls_exporter(plugtls_backend_connection &connection, uint8_t *out, size_t capacity,
                            size_t *out_size, plugtls_error *err) {
  if (capacity < exporter_size) return too_small(err, exporter_size, capacity);
  // RFC 9266, 3: in TLS 1.2 it is unique only with the extended master secret.
  const bool tls12 =
      mbedtls_ssl_get_version_number(connection.ssl->get()) == MBEDTLS_SSL_VERSION_TLS1_2;
  if (tls12 && !connection.flight.extended_master_secret())
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "tls-exporter needs the extended master secret (RFC 7627), which the peer did "
                     "not agree to");
  const uint8_t none = 0;
  const int native =
      export_material(connection, "EXPORTER-Channel-Binding", {&none, 0}, out, exporter_size);
  if (native != 0)
    return native_failure(err, native, "Mbed TLS could not export the channel binding");
  *out_size = exporter_size;
  return PLUGTLS_OK;
}

// nullptr if it cannot be told.
const mbedtls_x509_crt *certificate_of_server(const plugtls_backend_connection &connection) {
  if (connection.context->role == PLUGTLS_ROLE_CLIENT)
    return mbedtls_ssl_get_peer_cert(connection.ssl->get());
  const auto &identities = connection.context->identities;
  if (identities.size() == 1) return identities.front()->chain.get();
  for (const auto &identity : identities)
    if (identity->key.get() == connection.signed_with) return identity->chain.get();
  return nullptr;
}

plugtls_status hash_certificate(kit::ByteView der, mbedtls_md_type_t signed_by, uint8_t *out,
                                size_t capacity, size_t *out_size, plugtls_error *err) {
  // RFC 5929, 4.1: the hash of the certificate's own signature, where that is no weaker than SHA-256.
  const bool weak = signed_by == MBEDTLS_MD_MD5 || signed_by == MBEDTLS_MD_SHA1;
  const mbedtls_md_info_t *hash = mbedtls_md_info_from_type(weak ? MBEDTLS_MD_SHA256 : signed_by);
  if (hash == nullptr)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "tls-server-end-point is not defined for a certificate whose signature has no "
                     "hash of its own (RFC 5929, 4.1)");
  std::array<unsigned char, MBEDTLS_MD_MAX_SIZE> digest{};
  const size_t size = mbedtls_md_get_size(hash);
  if (const int native = mbedtls_md(hash, der.data(), der.size(), digest.data()); native != 0)
    return native_failure(err, native, "Mbed TLS could not hash the certificate");
  if (capacity < size) return too_small(err, size, capacity);
  std::memcpy(out, digest.data(), size);
  *out_size = size;
  return PLUGTLS_OK;
}

plugtls_status server_end_point(plugtls_backend_connection &connection, uint8_t *out,
                                size_t capacity, size_t *out_size, plugtls_error *err) {
  if (const mbedtls_x509_crt *certificate = certificate_of_server(connection))
    return hash_certificate(der_of(*certificate), certificate->sig_md, out, capacity, out_size,
                            err);
  if (connection.context->role == PLUGTLS_ROLE_CLIENT && !connection.remembered.empty()) {
    // The session's, which the library has forgotten.
    Chain chain;
    const auto &der = connection.remembered.front();
    if (parse_certificate(chain.get(), der.data(), der.size()) == 0)
      return hash_certificate(der, chain->sig_md, out, capacity, out_size, err);
  }
  return kit::fail(
      err, PLUGTLS_E_WRONG_STATE,
      "tls-server-end-point is unknown: there is no certificate, or the connection was "
      "resumed and the server has several");
}

}  // namespace

plugtls_status export_keying_material(plugtls_backend_connection *connection, const char *label,
                                      plugtls_bytes context, uint8_t *out, size_t size,
                                      plugtls_error *err) {
  if (!connection->done) return wrong_state(err, "export_keying_material");
  const int native = export_material(*connection, label, context, out, size);
  if (native == 0) return PLUGTLS_OK;
  return native_failure(err, native, "Mbed TLS could not export keying material");
}

plugtls_status channel_binding(plugtls_backend_connection *connection, uint32_t binding,
                               uint8_t *out, size_t capacity, size_t *out_size,
                               plugtls_error *err) {
  if (!connection->done) return wrong_state(err, "channel_binding");
  return kit::guard(err, [&] {
    switch (binding) {
      case PLUGTLS_BINDING_TLS_EXPORTER:
        return tls_exporter(*connection, out, capacity, out_size, err);
      case PLUGTLS_BINDING_TLS_SERVER_END_POINT:
        return server_end_point(*connection, out, capacity, out_size, err);
      default:
        return kit::fail(err, PLUGTLS_E_INVALID_ARGUMENT, "there is no channel binding %u",
                         binding);
    }
  });
}

}  // namespace plugtls::mbedtls
