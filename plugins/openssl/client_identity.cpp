// SPDX-License-Identifier: Apache-2.0
#include "client_identity.hpp"

#include "connection.hpp"
#include "context.hpp"

#include <algorithm>

namespace plugtls::openssl {

namespace {

bool signs_by(int key_type, unsigned scheme) noexcept {
  const unsigned low = scheme & 0xffU;
  switch (key_type) {
    case EVP_PKEY_RSA:
      return scheme >> 8U == 8 ? low >= 4 && low <= 6 : low == 1;  // PSS, else PKCS #1
    case EVP_PKEY_RSA_PSS:
      return scheme >= 0x0809 && scheme <= 0x080b;
    case EVP_PKEY_EC:
      return low == 3;
    case EVP_PKEY_ED25519:
      return scheme == 0x0807;
    case EVP_PKEY_ED448:
      return scheme == 0x0808;
    default:
      return false;
  }
}

int current_type(const SSL *ssl) noexcept {
  const X509 *own = SSL_get_certificate(ssl);
  const EVP_PKEY *key = own != nullptr ? X509_get0_pubkey(own) : nullptr;
  return key != nullptr ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
}

bool is_accepted(SSL *ssl, int key_type) noexcept {
  unsigned char low = 0;
  unsigned char high = 0;
  const int count = SSL_get_shared_sigalgs(ssl, 0, nullptr, nullptr, nullptr, &low, &high);
  for (int i = 0; i < count; ++i) {
    SSL_get_shared_sigalgs(ssl, i, nullptr, nullptr, nullptr, &low, &high);
    if (signs_by(key_type, unsigned{high} << 8U | low)) return true;
  }
  return false;
}

bool make_current(SSL *ssl, int key_type) noexcept {
  for (long more = SSL_set_current_cert(ssl, SSL_CERT_SET_FIRST); more == 1;
       more = SSL_set_current_cert(ssl, SSL_CERT_SET_NEXT))
    if (current_type(ssl) == key_type) return true;
  return false;
}

// Asked once there is a CertificateRequest. In TLS 1.3 OpenSSL looks at all identities by itself.
int on_request(SSL *ssl, void *) {
  if (SSL_version(ssl) >= TLS1_3_VERSION) return 1;
  const plugtls_backend_context &context = *connection_of(ssl)->context;
  for (const int key_type : context.identity_types)
    if (is_accepted(ssl, key_type) && make_current(ssl, key_type)) return 1;
  return 1;  // the server will say that it misses one
}

}  // namespace

void set_client_identities(plugtls_backend_context &context) {
  if (context.role == PLUGTLS_ROLE_CLIENT && context.identities > 1)
    SSL_CTX_set_cert_cb(context.ctx.get(), &on_request, nullptr);
}

}  // namespace plugtls::openssl
