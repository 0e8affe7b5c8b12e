// SPDX-License-Identifier: Apache-2.0
#include "signer.hpp"

#include "algorithms.hpp"
#include "connection.hpp"
#include "error.hpp"

#include <plugtls/kit/signature_wanted.hpp>

#include <algorithm>
#include <array>

namespace plugtls::mbedtls {

namespace {

uint32_t type_of(const mbedtls_pk_context &key) {
  switch (mbedtls_pk_get_type(&key)) {
    case MBEDTLS_PK_RSA:
      return PLUGTLS_KEY_RSA;
    case MBEDTLS_PK_ECKEY:
      return PLUGTLS_KEY_ECDSA;
    default:
      return 0;
  }
}

}  // namespace

void use_signer(Identity &identity, const plugtls_signer *signer) {
  const mbedtls_x509_crt &leaf = *identity.chain;
  if (type_of(leaf.pk) != kit::read_sized(signer).key_type)
    kit::raise(PLUGTLS_E_KEY_MISMATCH, "the signer's key type is not the leaf certificate's, %s",
               mbedtls_pk_get_name(&leaf.pk));
  unsigned char *at = leaf.pk_raw.p;
  require(mbedtls_pk_parse_subpubkey(&at, at + leaf.pk_raw.len, identity.key.get()),
          "take the public key of the certificate");
  identity.signer = signer;
}

int try_signer(const Identity &identity) {
  constexpr std::array<uint8_t, 32> digest{};  // any will do
  std::array<uint8_t, MBEDTLS_PK_SIGNATURE_MAX_SIZE> signature{};
  const uint16_t scheme = scheme_of(mbedtls_pk_get_type(identity.key.get()), MBEDTLS_MD_SHA256);
  kit::SignatureWanted wanted{*identity.signer,      scheme,           PLUGTLS_SIGN_DIGEST,
                              kit::as_bytes(digest), signature.data(), signature.size()};
  if (!wanted() || !wanted.made()) return MBEDTLS_ERR_PK_KEY_INVALID_FORMAT;
  Key leaf;  // a copy, since verifying takes what it might change
  const mbedtls_x509_buf &raw = identity.chain->pk_raw;
  unsigned char *at = raw.p;
  require(mbedtls_pk_parse_subpubkey(&at, at + raw.len, leaf.get()), "take a public key");
  return mbedtls_pk_verify(leaf.get(), MBEDTLS_MD_SHA256, digest.data(), digest.size(),
                           signature.data(), wanted.size);
}

const plugtls_signer *signer_of(const plugtls_backend_connection &connection,
                                const mbedtls_pk_context *key) noexcept {
  const auto &identities = connection.context->identities;
  const auto found = std::find_if(identities.begin(), identities.end(),
                                  [&](const auto &one) { return one->key.get() == key; });
  return found == identities.end() ? nullptr : (*found)->signer;
}

int sign_outside(plugtls_backend_connection &connection, const plugtls_signer &signer,
                 const Signing &signing, std::size_t *size) noexcept {
  // In TLS 1.3 Mbed TLS would try one scheme after the other. The program has said no, or the connection is being freed.
  if (connection.program_error.code != PLUGTLS_E_NONE) return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
  const uint16_t scheme = scheme_of(signing.type, signing.hash);
  if (scheme == 0) return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
  const std::size_t digest_size =
      signing.digest_size != 0 ? signing.digest_size : mbedtls_md_get_size_from_type(signing.hash);
  kit::SignatureWanted wanted{
      signer,
      scheme,
      PLUGTLS_SIGN_DIGEST,
      {signing.digest, digest_size},
      signing.out,
      std::min<std::size_t>(signing.capacity, MBEDTLS_PK_SIGNATURE_MAX_SIZE)};
  if (!kit::ask_signer(connection.suspension, wanted)) {
    connection.program_error = wanted.failure();
    return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
  }
  *size = wanted.size;
  return 0;
}

}  // namespace plugtls::mbedtls
