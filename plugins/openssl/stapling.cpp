// SPDX-License-Identifier: Apache-2.0
#include "stapling.hpp"

#include "certificates.hpp"
#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"
#include "signature.hpp"
#include "verify.hpp"

#include <openssl/err.h>

#include <new>

namespace plugtls::openssl {

namespace {

using StoreCtx = kit::Handle<X509_STORE_CTX, X509_STORE_CTX_free>;

int staple(SSL *ssl) {
  const X509 *shown = SSL_get_certificate(ssl);
  for (const auto &[leaf, response] : connection_of(ssl)->context->staples) {
    if (leaf != shown) continue;
    void *copy = OPENSSL_memdup(response.data(), response.size());  // the SSL frees it
    if (copy == nullptr) return SSL_TLSEXT_ERR_ALERT_FATAL;
    SSL_set_tlsext_status_ocsp_resp(ssl, static_cast<unsigned char *>(copy),
                                    static_cast<int>(response.size()));
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

// The verification that OpenSSL would have made of the certificate when it came.
StoreCtx store_ctx_of(SSL *ssl) {
  StoreCtx out(X509_STORE_CTX_new());
  if (!out) throw std::bad_alloc();
  if (X509_STORE_CTX_init(out.get(), SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl)),
                          SSL_get0_peer_certificate(ssl), SSL_get_peer_cert_chain(ssl)) != 1 ||
      X509_STORE_CTX_set_ex_data(out.get(), SSL_get_ex_data_X509_STORE_CTX_idx(), ssl) != 1 ||
      X509_STORE_CTX_set_default(out.get(), "ssl_server") != 1 ||
      X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(out.get()), SSL_get0_param(ssl)) != 1)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL could not set up the verification");
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(out.get()), security_level);
  return out;
}

// Once the server's flight is complete. OpenSSL's alert for what is refused here is bad_certificate_status_response.
int judge(SSL *ssl) {
  plugtls_backend_connection &connection = *connection_of(ssl);
  if (connection.certificate_error.code != PLUGTLS_E_NONE) return 0;
  if (!connection.awaits_staple) return 1;
  connection.awaits_staple = false;
  const StoreCtx store_ctx = store_ctx_of(ssl);
  const bool good = verify_now(store_ctx.get(), connection);
  connection.verified.reset(X509_STORE_CTX_get1_chain(store_ctx.get()));
  return good ? 1 : 0;
}

int on_status(SSL *ssl, void *) {
  if (SSL_is_server(ssl) != 0)
    return kit::guard_or(int{SSL_TLSEXT_ERR_ALERT_FATAL}, [&] { return staple(ssl); });
  return kit::guard_or(-1, [&] { return judge(ssl); });
}

}  // namespace

void use_staple(plugtls_backend_context &context, const plugtls_identity &identity,
                std::span<X509 *const> chain) {
  if (identity.ocsp_response == nullptr) return;
  if (context.role == PLUGTLS_ROLE_CLIENT)
    throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_OCSP_SERVER,
                                      "OpenSSL does not staple a response to a client's "
                                      "certificate; leave ocsp_response out"));
  kit::Blob blob = kit::read_source(*identity.ocsp_response);
  X509 *leaf = chain.front();
  const std::vector<uint8_t> der = to_der(leaf);
  const std::vector<uint8_t> issuer = chain.size() > 1 ? to_der(chain[1]) : std::vector<uint8_t>();
  if (!kit::is_staple_for(blob.bytes, kit::facts_of(der), issuer, &digest_of))
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                 blob.origin + ": no successful OCSP response about the identity's leaf");
  ERR_clear_error();
  context.staples.emplace_back(leaf, std::move(blob.bytes));
}

void set_stapling(plugtls_backend_context &context, const plugtls_config &config) {
  context.ocsp = config.ocsp;
  if (config.ocsp != PLUGTLS_OCSP_NONE && context.role == PLUGTLS_ROLE_SERVER)
    throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_OCSP_CLIENT,
                                      "OpenSSL does not ask clients for OCSP responses; use CRLs "
                                      "for their certificates"));
  SSL_CTX *ctx = context.ctx.get();
  SSL_CTX_callback_ctrl(ctx, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB,
                        reinterpret_cast<void (*)()>(&on_status));
  if (config.ocsp != PLUGTLS_OCSP_NONE) SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
}

kit::Staple staple_of(const plugtls_backend_connection &connection) {
  unsigned char *response = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(connection.ssl.get(), &response);
  if (connection.context->ocsp == PLUGTLS_OCSP_NONE) return {};
  return {connection.context->ocsp, {response, size > 0 ? static_cast<std::size_t>(size) : 0}};
}

bool comes_later(const plugtls_backend_connection &connection) {
  return connection.context->ocsp != PLUGTLS_OCSP_NONE &&
         SSL_version(connection.ssl.get()) == TLS1_2_VERSION;
}

}  // namespace plugtls::openssl
