// SPDX-License-Identifier: Apache-2.0
#include "keylog.hpp"

#include "connection.hpp"

#include <plugtls/kit/key_log.hpp>

#include <mbedtls/md.h>
#include <mbedtls/ssl_ciphersuites.h>

#include <cstring>
#include <string_view>

namespace plugtls::mbedtls {

namespace {

std::string_view label_of(mbedtls_ssl_key_export_type type) {
  switch (type) {
    case MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET:
      return "CLIENT_RANDOM";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_EARLY_SECRET:
      return "CLIENT_EARLY_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_EARLY_EXPORTER_SECRET:
      return "EARLY_EXPORTER_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_HANDSHAKE_TRAFFIC_SECRET:
      return "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_HANDSHAKE_TRAFFIC_SECRET:
      return "SERVER_HANDSHAKE_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_APPLICATION_TRAFFIC_SECRET:
      return "CLIENT_TRAFFIC_SECRET_0";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_APPLICATION_TRAFFIC_SECRET:
      return "SERVER_TRAFFIC_SECRET_0";
    default:
      return {};
  }
}

void log_line(const plugtls_backend_connection &connection, std::string_view label,
              const unsigned char *secret, std::size_t size) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  if (callbacks.keylog == nullptr || label.empty() || size > 64) return;
  const kit::KeyLogLine line(label, connection.client_random, {secret, size});
  callbacks.keylog(callbacks.user, connection.host_connection, line.get());
}

}  // namespace

void log_key(void *user, mbedtls_ssl_key_export_type type, const unsigned char *secret,
             std::size_t size, const unsigned char client_random[32], const unsigned char *,
             mbedtls_tls_prf_types) {
  auto &connection = *static_cast<plugtls_backend_connection *>(user);
  std::memcpy(connection.client_random.data(), client_random, connection.client_random.size());
  log_line(connection, label_of(type), secret, size);
}

void log_exporter_secret(const plugtls_backend_connection &connection) {
  const mbedtls_ssl_context *ssl = connection.ssl->get();
  if (connection.context->callbacks.keylog == nullptr ||
      mbedtls_ssl_get_version_number(ssl) != MBEDTLS_SSL_VERSION_TLS1_3)
    return;
  const auto *suite = mbedtls_ssl_ciphersuite_from_id(mbedtls_ssl_get_ciphersuite_id_from_ssl(ssl));
  const auto *hash = mbedtls_md_info_from_type(static_cast<mbedtls_md_type_t>(suite->mac));
  log_line(connection, "EXPORTER_SECRET", ssl->session->app_secrets.exporter_master_secret,
           mbedtls_md_get_size(hash));
}

}  // namespace plugtls::mbedtls
