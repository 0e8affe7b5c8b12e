// SPDX-License-Identifier: Apache-2.0
// What was negotiated, the peer's certificates as DER, and keying material.
#include "connection.hpp"
#include "error.hpp"

#include <cstring>

struct plugtls_backend_chain {
  std::vector<plugtls_gnutls::Der> certificates;
};

namespace plugtls_gnutls {

using namespace plugtls;

std::vector<Der> peer_chain(const plugtls_backend_connection &connection) {
  unsigned count = 0;
  const gnutls_datum_t *list = gnutls_certificate_get_peers(connection.session.get(), &count);
  std::vector<Der> out;
  for (unsigned i = 0; list != nullptr && i < count; ++i)
    out.emplace_back(list[i].data, list[i].data + list[i].size);
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
  gnutls_session_t session = connection->session.get();
  plugtls_connection_info info{};
  info.size = sizeof info;
  info.handshake_done = connection->done ? 1 : 0;
  if (connection->done) {
    info.version = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3 ? PLUGTLS_VERSION_TLS1_3
                                                                         : PLUGTLS_VERSION_TLS1_2;
    info.cipher_suite = number_of_suite(session);
    info.resumed = gnutls_session_is_resumed(session) != 0 ? 1 : 0;
    info.group = number_of_group(gnutls_group_get(session));
    const bool client = connection->context->role == PLUGTLS_ROLE_CLIENT;
    info.signature_scheme = number_of_scheme(client ? gnutls_sign_algorithm_get(session)
                                                    : gnutls_sign_algorithm_get_client(session));
    gnutls_datum_t protocol{};
    if (gnutls_alpn_get_selected_protocol(session, &protocol) == 0)
      info.alpn = {protocol.data, protocol.size};
  }
  const std::string &name = connection->server_name;
  if (!name.empty())
    info.server_name = {reinterpret_cast<const uint8_t *>(name.data()), name.size()};
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

plugtls_status export_keying_material(plugtls_backend_connection *connection, const char *label,
                                      plugtls_bytes context, uint8_t *out, size_t size,
                                      plugtls_error *err) {
  if (!connection->done) return wrong_state(err, "export_keying_material");
  const int native = gnutls_prf_rfc5705(connection->session.get(), std::strlen(label), label,
                                        context.size, reinterpret_cast<const char *>(context.data),
                                        size, reinterpret_cast<char *>(out));
  if (native >= 0) return PLUGTLS_OK;
  plugtls_error error =
      kit::make_error(PLUGTLS_E_INTERNAL, "GnuTLS could not export keying material");
  set_native(error, native);
  return kit::fail(err, error);
}

}  // namespace plugtls_gnutls
