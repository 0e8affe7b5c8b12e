// SPDX-License-Identifier: Apache-2.0
// What was negotiated.
#include "algorithms.hpp"
#include "connection.hpp"

namespace plugtls::openssl {

namespace {

uint32_t early_data_of(const SSL *ssl) {
  switch (SSL_get_early_data_status(ssl)) {
    case SSL_EARLY_DATA_ACCEPTED:
      return PLUGTLS_EARLY_DATA_ACCEPTED;
    case SSL_EARLY_DATA_REJECTED:
      return PLUGTLS_EARLY_DATA_REJECTED;
    default:
      return PLUGTLS_EARLY_DATA_NONE;
  }
}

}  // namespace

plugtls_status connection_info(const plugtls_backend_connection *connection,
                               plugtls_connection_info *out) {
  SSL *ssl = connection->ssl.get();
  plugtls_connection_info info{};
  info.size = sizeof info;
  info.handshake_done = connection->done ? 1 : 0;
  const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
  if (cipher != nullptr) {
    info.version = static_cast<uint16_t>(SSL_version(ssl));
    info.cipher_suite = SSL_CIPHER_get_protocol_id(cipher);
    info.group = group_of_nid(static_cast<int>(SSL_get_negotiated_group(ssl)));
  }
  int type = NID_undef;
  int hash = NID_undef;
  if (connection->done && SSL_get_peer_signature_type_nid(ssl, &type) == 1) {
    SSL_get_peer_signature_nid(ssl, &hash);
    info.signature_scheme = scheme_of(type, hash, SSL_get0_peer_certificate(ssl));
  }
  info.resumed = SSL_session_reused(ssl) != 0 && !connection->by_psk ? 1 : 0;
  info.early_data = early_data_of(ssl);
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &info.alpn.data, &size);
  info.alpn.size = size;
  const std::string &name = connection->server_name;
  if (!name.empty())
    info.server_name = {reinterpret_cast<const uint8_t *>(name.data()), name.size()};
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

}  // namespace plugtls::openssl
