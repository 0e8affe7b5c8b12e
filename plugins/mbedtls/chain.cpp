// SPDX-License-Identifier: Apache-2.0
// Certificate chains of a connection, as DER; and what was negotiated.
#include "connection.hpp"

#include <cstring>

struct plugtls_backend_chain {
  std::vector<std::vector<uint8_t>> certificates;
};

namespace plugtls::mbedtls {

namespace {

std::vector<std::vector<uint8_t>> peer_chain(const plugtls_backend_connection &connection) {
  // A session knows the leaf at most.
  if (connection.resumed() && !connection.remembered.empty()) return connection.remembered;
  std::vector<std::vector<uint8_t>> out;
  const mbedtls_x509_crt *one = mbedtls_ssl_get_peer_cert(connection.ssl->get());
  for (; one != nullptr && one->raw.p != nullptr; one = one->next)
    out.emplace_back(one->raw.p, one->raw.p + one->raw.len);
  return out;
}

}  // namespace

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
  const mbedtls_ssl_context *ssl = connection->ssl->get();
  plugtls_connection_info info{};
  info.size = sizeof info;
  info.handshake_done = connection->done ? 1 : 0;
  info.early_data = connection->early_data();
  if (connection->done) {
    info.version = static_cast<uint16_t>(mbedtls_ssl_get_version_number(ssl));
    info.cipher_suite = static_cast<uint16_t>(mbedtls_ssl_get_ciphersuite_id_from_ssl(ssl));
    info.group = connection->flight.group();
    info.signature_scheme = connection->full ? connection->peer_scheme : uint16_t{0};
    info.resumed = connection->resumed() ? 1 : 0;
    if (const char *protocol = mbedtls_ssl_get_alpn_protocol(ssl))
      info.alpn = {reinterpret_cast<const uint8_t *>(protocol), std::strlen(protocol)};
  }
  const std::string &name = connection->server_name;
  if (!name.empty())
    info.server_name = {reinterpret_cast<const uint8_t *>(name.data()), name.size()};
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

}  // namespace plugtls::mbedtls
