// SPDX-License-Identifier: Apache-2.0
#include "client_identity.hpp"

#include "certificates.hpp"
#include "connection.hpp"
#include "error.hpp"

#include <plugtls/kit/certificate_request.hpp>
#include <plugtls/kit/selection.hpp>

#include <algorithm>

namespace plugtls::mbedtls {

namespace {

constexpr std::size_t header = 4;  // of a handshake message

// By the scheme's two bytes: in TLS 1.3 one for ECDSA goes with one curve, and PKCS #1 is for certificates alone.
bool signs_by(const mbedtls_pk_context &key, uint32_t scheme, bool tls13) noexcept {
  const bool rsa = mbedtls_pk_can_do(&key, MBEDTLS_PK_RSA) == 1;
  switch (scheme) {
    case 0x0401:
    case 0x0501:
    case 0x0601:
      return rsa && !tls13;
    case 0x0804:
    case 0x0805:
    case 0x0806:
      return rsa;
    case 0x0403:
      return !rsa && (!tls13 || mbedtls_pk_get_bitlen(&key) == 256);
    case 0x0503:
      return !rsa && (!tls13 || mbedtls_pk_get_bitlen(&key) == 384);
    case 0x0603:
      return !rsa && (!tls13 || mbedtls_pk_get_bitlen(&key) == 521);
    default:
      return false;
  }
}

bool fits(const Identity &identity, const std::vector<uint16_t> &own, kit::ByteView accepted,
          bool tls13) noexcept {
  kit::ByteReader schemes(accepted);
  while (!schemes.at_end()) {
    const uint32_t scheme = schemes.number(2);
    if (std::find(own.begin(), own.end(), scheme) != own.end() &&
        signs_by(*identity.key, scheme, tls13))
      return true;
  }
  return false;
}

}  // namespace

OneIdentity::OneIdentity(const mbedtls_ssl_config &of, Identity &identity)
    : conf_(of), identity_(identity) {
  conf_.key_cert = nullptr;
  require(mbedtls_ssl_conf_own_cert(&conf_, identity.chain.get(), identity.key.get()),
          "take the certificate");
}

OneIdentity::~OneIdentity() {
  (void)mbedtls_ssl_conf_own_cert(&conf_, nullptr,
                                  nullptr);  // frees the list, which is all it owns
}

Choice make_choice(const plugtls_backend_context &context) {
  Choice out;
  if (context.role != PLUGTLS_ROLE_CLIENT || context.identities.size() < 2) return out;
  out.reserve(context.identities.size());
  for (const auto &identity : context.identities)
    out.push_back(std::make_unique<OneIdentity>(*context.conf, *identity));
  return out;
}

void choose_identity(mbedtls_ssl_context *ssl) noexcept {
  const plugtls_backend_connection *connection = Current::of_thread();
  if (connection == nullptr || connection->context->choice.empty()) return;
  if (ssl->in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE || ssl->in_hslen < header ||
      ssl->in_msg[0] != MBEDTLS_SSL_HS_CERTIFICATE_REQUEST)
    return;
  const plugtls_backend_context &context = *connection->context;
  const bool tls13 = mbedtls_ssl_get_version_number(ssl) == MBEDTLS_SSL_VERSION_TLS1_3;
  const kit::ByteView accepted =
      kit::schemes_of_request({ssl->in_msg + header, ssl->in_hslen - header}, tls13);
  const auto chosen = std::find_if(
      context.choice.begin(), context.choice.end(),
      [&](const auto &one) { return fits(one->identity(), context.schemes, accepted, tls13); });
  if (chosen != context.choice.end()) ssl->conf = (*chosen)->conf();
}

}  // namespace plugtls::mbedtls
