// SPDX-License-Identifier: Apache-2.0
// Keying material and channel bindings (B9).
#include "connection.hpp"
#include "error.hpp"

#include <openssl/digest.h>
#include <openssl/err.h>

#include <array>
#include <cstring>
#include <string_view>

namespace plugtls_boringssl {

using namespace plugtls;

namespace {

constexpr std::size_t exporter_size = 32;  // RFC 9266, 2

plugtls_status native_failure(plugtls_error *err, const char *what) {
  plugtls_error error = kit::make_error(PLUGTLS_E_INTERNAL, "%s", what);
  set_native(error, ERR_peek_last_error());
  return kit::fail(err, error);
}

plugtls_status too_small(plugtls_error *err, std::size_t needed, std::size_t capacity) {
  return kit::fail(err, PLUGTLS_E_BUFFER_TOO_SMALL,
                   "the channel binding takes %zu bytes, %zu are given", needed, capacity);
}

plugtls_status tls_exporter(plugtls_backend_connection &connection, uint8_t *out, size_t capacity,
                            size_t *out_size, plugtls_error *err) {
  if (capacity < exporter_size) return too_small(err, exporter_size, capacity);
  // RFC 9266, 3: in TLS 1.2 it is unique only with the extended master secret.
  SSL *ssl = connection.ssl.get();
  if (SSL_version(ssl) == TLS1_2_VERSION && SSL_get_extms_support(ssl) != 1)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "tls-exporter needs the extended master secret (RFC 7627), which the peer did "
                     "not agree to");
  constexpr std::string_view label = "EXPORTER-Channel-Binding";
  const unsigned char none = 0;
  if (SSL_export_keying_material(ssl, out, exporter_size, label.data(), label.size(), &none, 0,
                                 1) != 1)
    return native_failure(err, "BoringSSL could not export the channel binding");
  *out_size = exporter_size;
  return PLUGTLS_OK;
}

// RFC 5929, 4.1: of the certificate's own signature, where that is no weaker than SHA-256.
const EVP_MD *hash_of(const Der &certificate) {
  switch (kit::facts_of(certificate).signature_hash) {
    case kit::SignatureHash::md5:
    case kit::SignatureHash::sha1:
    case kit::SignatureHash::sha256:
      return EVP_sha256();
    case kit::SignatureHash::sha224:
      return EVP_sha224();
    case kit::SignatureHash::sha384:
      return EVP_sha384();
    case kit::SignatureHash::sha512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

plugtls_status server_end_point(plugtls_backend_connection &connection, uint8_t *out,
                                size_t capacity, size_t *out_size, plugtls_error *err) {
  SSL *ssl = connection.ssl.get();
  const bool server = SSL_is_server(ssl) != 0;
  // A ticket does not say which of several certificates the client saw.
  if (server && SSL_session_reused(ssl) != 0 && connection.context->identities.size() > 1)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "tls-server-end-point is unknown on a resumed connection of a server with "
                     "several certificates");
  const std::vector<Der> peers = server ? std::vector<Der>() : peer_chain(connection);
  const Identity *own = connection.identity;
  if (server && own == nullptr && !connection.context->identities.empty())
    own = &connection.context->identities.front();  // resumed: nothing was chosen
  if (server ? own == nullptr : peers.empty())
    return kit::fail(err, PLUGTLS_E_WRONG_STATE, "the server has no certificate");
  const Der &certificate = server ? own->leaf : peers.front();
  const EVP_MD *hash = hash_of(certificate);
  if (hash == nullptr)
    return kit::fail(err, PLUGTLS_E_WRONG_STATE,
                     "tls-server-end-point is not defined for a certificate whose signature has no "
                     "hash of its own, Ed25519 say (RFC 5929, 4.1)");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(certificate.data(), certificate.size(), digest.data(), &size, hash, nullptr) != 1)
    return native_failure(err, "BoringSSL could not hash the certificate");
  if (capacity < size) return too_small(err, size, capacity);
  std::memcpy(out, digest.data(), size);
  *out_size = size;
  return PLUGTLS_OK;
}

}  // namespace

plugtls_status export_keying_material(plugtls_backend_connection *connection, const char *label,
                                      plugtls_bytes context, uint8_t *out, size_t size,
                                      plugtls_error *err) {
  if (!connection->done) return wrong_state(err, "export_keying_material");
  const QueueGuard queue;
  const std::string_view text = label;
  if (SSL_export_keying_material(connection->ssl.get(), out, size, text.data(), text.size(),
                                 context.data, context.size, context.data != nullptr ? 1 : 0) == 1)
    return PLUGTLS_OK;
  return native_failure(err, "BoringSSL could not export keying material");
}

plugtls_status channel_binding(plugtls_backend_connection *connection, uint32_t binding,
                               uint8_t *out, size_t capacity, size_t *out_size,
                               plugtls_error *err) {
  if (!connection->done) return wrong_state(err, "channel_binding");
  const QueueGuard queue;
  switch (binding) {
    case PLUGTLS_BINDING_TLS_EXPORTER:
      return tls_exporter(*connection, out, capacity, out_size, err);
    case PLUGTLS_BINDING_TLS_SERVER_END_POINT:
      return server_end_point(*connection, out, capacity, out_size, err);
    default:
      return kit::fail(err, PLUGTLS_E_INVALID_ARGUMENT, "there is no channel binding %u", binding);
  }
}

}  // namespace plugtls_boringssl
