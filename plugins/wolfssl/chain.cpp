// SPDX-License-Identifier: Apache-2.0
// Certificate chains of a connection, as DER; and what was negotiated.
#include "connection.hpp"

struct plugtls_backend_chain {
  std::vector<std::vector<uint8_t>> certificates;
};

namespace plugtls::wolfssl {

plugtls_status connection_chain(const plugtls_backend_connection *connection, uint32_t which,
                                plugtls_backend_chain **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    auto chain = std::make_unique<plugtls_backend_chain>();
    chain->certificates =
        which == PLUGTLS_CHAIN_VERIFIED ? connection->verified : connection->known_chain();
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
  plugtls_connection_info info{};
  info.size = sizeof info;
  info.handshake_done = connection->done ? 1 : 0;
  if (connection->done) {
    info.version = connection->version;
    info.cipher_suite = connection->cipher_suite;
    info.group = connection->flight.group();
    info.signature_scheme = connection->resumed ? uint16_t{0} : connection->peer_scheme;
    info.resumed = connection->resumed ? 1 : 0;
    const std::string &protocol = connection->protocol;
    if (!protocol.empty())
      info.alpn = {reinterpret_cast<const uint8_t *>(protocol.data()), protocol.size()};
  }
  const std::string &name = connection->server_name;
  if (!name.empty())
    info.server_name = {reinterpret_cast<const uint8_t *>(name.data()), name.size()};
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

}  // namespace plugtls::wolfssl
