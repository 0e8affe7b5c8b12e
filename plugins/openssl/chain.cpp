// SPDX-License-Identifier: Apache-2.0
// Certificate chains of a connection, as DER.
#include "certificates.hpp"
#include "connection.hpp"
#include "error.hpp"

#include <memory>

struct plugtls_backend_chain {
  std::vector<std::vector<uint8_t>> certificates;
};

namespace plugtls::openssl {

namespace {

void add_all(const STACK_OF(X509) * stack, plugtls_backend_chain &out) {
  for (int i = 0; i < sk_X509_num(stack); ++i)
    out.certificates.push_back(to_der(sk_X509_value(stack, i)));
}

}  // namespace

plugtls_status connection_chain(const plugtls_backend_connection *connection, uint32_t which,
                                plugtls_backend_chain **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    SSL *ssl = connection->ssl.get();
    auto chain = std::make_unique<plugtls_backend_chain>();
    const bool verified = which == PLUGTLS_CHAIN_VERIFIED;
    const STACK_OF(X509) *stack = !verified              ? SSL_get_peer_cert_chain(ssl)
                                  : connection->verified ? connection->verified.get()
                                                         : SSL_get0_verified_chain(ssl);
    // A server's stack leaves the leaf out, and a session that came as bytes has nothing else.
    X509 *leaf = SSL_get0_peer_certificate(ssl);
    const bool alone = SSL_is_server(ssl) != 0 || stack == nullptr;
    if (!verified && alone && leaf != nullptr) chain->certificates.push_back(to_der(leaf));
    add_all(stack, *chain);
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

}  // namespace plugtls::openssl
