// SPDX-License-Identifier: Apache-2.0
// What was negotiated, the peer's certificates as DER.
#include "connection.hpp"
#include "error.hpp"

#include <memory>

struct plugtls_backend_chain {
  std::vector<plugtls_boringssl::Der> certificates;
};

namespace plugtls_boringssl {

using namespace plugtls;

std::vector<Der> peer_chain(const plugtls_backend_connection &connection) {
  const STACK_OF(CRYPTO_BUFFER) *list = SSL_get0_peer_certificates(connection.ssl.get());
  std::vector<Der> out;
  for (std::size_t i = 0; list != nullptr && i < sk_CRYPTO_BUFFER_num(list); ++i) {
    const CRYPTO_BUFFER *one = sk_CRYPTO_BUFFER_value(list, i);
    out.emplace_back(CRYPTO_BUFFER_data(one), CRYPTO_BUFFER_data(one) + CRYPTO_BUFFER_len(one));
  }
  return out;
}

plugtls_status connection_chain(const plugtls_backend_connection *connection, uint32_t which,
                                plugtls_backend_chain **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    auto chain = std::make_unique<plugtls_backend_chain>();
    chain->certificates =
        which == PLUGTLS_CHAIN_VERIFIED ? connection->verified : peer_chain(*connection);
    *out = chain->certificates.empty() ? nullptr : chain.release();
    return plugtls_status{PLUGTLS_OK};
  });
}

size_t chain_size(const plugtls_backend_chain *chain) {
  return chain->certificates.size();
}

plugtls_status chain_at(const plugtls_backend_chain *chain, size_t index, plugtls_bytes *out) {
  if (index >= chain->certificates.size()) return PLUGTLS_FAILED;
  *out = kit::as_bytes(chain->certificates[index]);
  return PLUGTLS_OK;
}

void chain_free(plugtls_backend_chain *chain) {
  const std::unique_ptr<plugtls_backend_chain> owned(chain);
}

plugtls_status connection_info(const plugtls_backend_connection *connection,
                               plugtls_connection_info *out) {
  const SSL *ssl = connection->ssl.get();
  plugtls_connection_info info{};
  info.size = sizeof info;
  info.handshake_done = connection->done ? 1 : 0;
  if (connection->done) {
    info.version = static_cast<uint16_t>(SSL_version(ssl));
    info.cipher_suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl));
    info.resumed = SSL_session_reused(ssl) != 0 ? 1 : 0;
    info.group = SSL_get_curve_id(ssl);
    info.signature_scheme = SSL_get_peer_signature_algorithm(ssl);
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &info.alpn.data, &size);
    info.alpn.size = size;
  }
  const std::string &name = connection->server_name;
  if (!name.empty())
    info.server_name = {reinterpret_cast<const uint8_t *>(name.data()), name.size()};
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

}  // namespace plugtls_boringssl
