// SPDX-License-Identifier: Apache-2.0
#include "identities.hpp"

#include "connection.hpp"
#include "error.hpp"

#include <algorithm>
#include <span>

namespace plugtls_boringssl {

using namespace plugtls;

namespace {

Identity read_identity(const plugtls_identity &identity) {
  Identity out;
  for (uint32_t i = 0; i < identity.certificate_count; ++i) {
    for (const Der &der : read_certificates(kit::read_source(*identity.certificates[i]))) {
      if (out.chain.empty()) out.leaf = der;
      out.chain.emplace_back(CRYPTO_BUFFER_new(der.data(), der.size(), nullptr));
      if (!out.chain.back()) throw std::bad_alloc();
    }
  }
  if (kit::facts_of(out.leaf).key_type == kit::KeyType::rsa_pss)
    throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_CERT_RSA_PSS,
                                      "BoringSSL reads no keys that are for RSASSA-PSS alone"));
  out.key = read_key(*identity.key);
  const Key leaf = public_key_of(out.leaf);
  if (!leaf)
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                 "BoringSSL does not have the kind of key that the leaf certificate has");
  if (EVP_PKEY_cmp(leaf.get(), out.key.get()) != 1)
    raise_native(PLUGTLS_E_KEY_MISMATCH, "the private key does not belong to the leaf certificate");
  return out;
}

int curve_of(const EVP_PKEY *key) {
  return EC_GROUP_get_curve_name(EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key)));
}

// In TLS 1.2 the scheme does not name the curve.
bool can_sign(const EVP_PKEY *key, uint16_t scheme, uint16_t version) {
  if (SSL_get_signature_algorithm_key_type(scheme) != EVP_PKEY_id(key)) return false;
  if (EVP_PKEY_id(key) == EVP_PKEY_RSA)
    return version == TLS1_2_VERSION || SSL_is_signature_algorithm_rsa_pss(scheme) != 0;
  if (EVP_PKEY_id(key) != EVP_PKEY_EC || version == TLS1_2_VERSION) return true;
  const int curve = curve_of(key);
  return (scheme == SSL_SIGN_ECDSA_SECP256R1_SHA256 && curve == NID_X9_62_prime256v1) ||
         (scheme == SSL_SIGN_ECDSA_SECP384R1_SHA384 && curve == NID_secp384r1) ||
         (scheme == SSL_SIGN_ECDSA_SECP521R1_SHA512 && curve == NID_secp521r1);
}

bool fits(const plugtls_backend_connection &connection, const Identity &identity) {
  const SSL *ssl = connection.ssl.get();
  const uint16_t version = static_cast<uint16_t>(SSL_version(ssl));
  const uint16_t *peers = nullptr;
  const std::size_t count = SSL_get0_peer_verify_algorithms(ssl, &peers);
  const auto &own = connection.context->choice.schemes;
  const bool signs = std::any_of(peers, peers + count, [&](uint16_t scheme) {
    return std::find(own.begin(), own.end(), scheme) != own.end() &&
           can_sign(identity.key.get(), scheme, version);
  });
  if (!signs || version != TLS1_2_VERSION || connection.context->role != PLUGTLS_ROLE_SERVER)
    return signs;
  return EVP_PKEY_id(identity.key.get()) == EVP_PKEY_RSA ? connection.offers_rsa
                                                         : connection.offers_ecdsa;
}

std::vector<CRYPTO_BUFFER *> views_of(const Identity &identity) {
  std::vector<CRYPTO_BUFFER *> out;
  for (const Buffer &buffer : identity.chain)
    out.push_back(buffer.get());
  return out;
}

bool use(SSL *ssl, const Identity &identity) {
  const auto chain = views_of(identity);
  return SSL_set_chain_and_key(ssl, chain.data(), chain.size(), identity.key.get(), nullptr) == 1;
}

}  // namespace

std::vector<Identity> read_identities(SSL_CTX *ctx, const plugtls_config &config) {
  std::vector<Identity> out;
  for (uint32_t i = 0; i < config.identity_count; ++i)
    out.push_back(read_identity(*config.identities[i]));
  // It takes no EC certificate whose key usage does not let it sign, say. The first is what stays.
  for (auto one = out.rbegin(); one != out.rend(); ++one) {
    const auto chain = views_of(*one);
    if (SSL_CTX_set_chain_and_key(ctx, chain.data(), chain.size(), one->key.get(), nullptr) != 1)
      raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                   "BoringSSL does not take the certificate chain");
  }
  return out;
}

int choose_identity(SSL *ssl, void *) {
  return kit::guard_or(0, [&] {
    plugtls_backend_connection &connection = *connection_of(ssl);
    const auto &identities = connection.context->identities;
    if (identities.empty()) return 1;
    const auto fit = std::find_if(identities.begin(), identities.end(),
                                  [&](const Identity &one) { return fits(connection, one); });
    const Identity &chosen = fit != identities.end() ? *fit : identities.front();
    connection.identity = &chosen;
    return use(ssl, chosen) ? 1 : 0;
  });
}

}  // namespace plugtls_boringssl
