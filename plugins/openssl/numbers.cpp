// SPDX-License-Identifier: Apache-2.0
// IANA's numbers and OpenSSL's names for them.
#include "context.hpp"

#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "numbers.hpp"

namespace plugtls::openssl {

namespace {

constexpr Named known_groups[] = {
    {0x11ec, "X25519MLKEM768", 0},     {29, "X25519", NID_X25519},
    {23, "P-256", NID_X9_62_prime256v1}, {30, "X448", NID_X448},
    {24, "P-384", NID_secp384r1},      {25, "P-521", NID_secp521r1},
    {256, "ffdhe2048", NID_ffdhe2048}, {257, "ffdhe3072", NID_ffdhe3072},
    {258, "ffdhe4096", NID_ffdhe4096}};

// SHA-1 and SHA-224 are left out for good: RFC 9155.
constexpr Named known_schemes[] = {
    {0x0403, "ecdsa_secp256r1_sha256", 0}, {0x0503, "ecdsa_secp384r1_sha384", 0},
    {0x0603, "ecdsa_secp521r1_sha512", 0}, {0x0807, "ed25519", 0},
    {0x0808, "ed448", 0},                  {0x0804, "rsa_pss_rsae_sha256", 0},
    {0x0805, "rsa_pss_rsae_sha384", 0},    {0x0806, "rsa_pss_rsae_sha512", 0},
    {0x0809, "rsa_pss_pss_sha256", 0},     {0x080a, "rsa_pss_pss_sha384", 0},
    {0x080b, "rsa_pss_pss_sha512", 0},     {0x0401, "rsa_pkcs1_sha256", 0},
    {0x0501, "rsa_pkcs1_sha384", 0},       {0x0601, "rsa_pkcs1_sha512", 0}};

std::uint16_t pss_scheme(SSL *ssl, int hash) noexcept {
  const X509 *leaf = SSL_get0_peer_certificate(ssl);
  const EVP_PKEY *key = leaf == nullptr ? nullptr : X509_get0_pubkey(leaf);
  const int base = key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS ? 0x0809 : 0x0804;
  return static_cast<std::uint16_t>(base + (hash == NID_sha384 ? 1 : hash == NID_sha512 ? 2 : 0));
}

}  // namespace

std::span<const Named> groups() noexcept { return known_groups; }
std::span<const Named> schemes() noexcept { return known_schemes; }

std::string joined(std::span<const std::uint16_t> numbers, std::span<const Named> table) {
  std::string out;
  for (const std::uint16_t number : numbers) {
    for (const Named &row : table) {
      if (row.number == number) out += (out.empty() ? "" : ":") + std::string(row.name);
    }
  }
  return out;
}

std::uint16_t group_of_nid(int nid) noexcept {
  if (nid <= 0) return 0;
  if ((nid & TLSEXT_nid_unknown) != 0) return static_cast<std::uint16_t>(nid & 0xffff);
  for (const Named &row : known_groups) {
    if (row.nid == nid) return row.number;
  }
  return 0;
}

std::uint16_t scheme_of(SSL *ssl) noexcept {
  int type = 0;
  int hash = 0;
  if (SSL_get_peer_signature_type_nid(ssl, &type) != 1) return 0;
  if (type == NID_ED25519) return 0x0807;
  if (type == NID_ED448) return 0x0808;
  if (SSL_get_peer_signature_nid(ssl, &hash) != 1) return 0;
  if (type == EVP_PKEY_RSA_PSS) return pss_scheme(ssl, hash);
  const int high = hash == NID_sha256 ? 4 : hash == NID_sha384 ? 5 : hash == NID_sha512 ? 6 : 0;
  if (high == 0) return 0;
  return static_cast<std::uint16_t>(high << 8 | (type == EVP_PKEY_EC ? 3 : 1));
}

void find_lists(plugtls_backend_instance &instance) {
  const kit::Handle<SSL_CTX, SSL_CTX_free> probe(SSL_CTX_new(TLS_method()));
  if (!probe) throw std::bad_alloc();
  SSL_CTX_set_security_level(probe.get(), 2);
  (void)SSL_CTX_set_ciphersuites(probe.get(),
                                 "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                                 "TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256");
  (void)SSL_CTX_set_cipher_list(probe.get(),
                                "ECDHE+AESGCM:ECDHE+CHACHA20:ALL:!aNULL:!eNULL:!PSK:!SRP");
  const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(probe.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    instance.suites.push_back(SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(ciphers, i)));
  }
  for (const Named &row : known_groups) {
    if (SSL_CTX_set1_groups_list(probe.get(), row.name) == 1) instance.groups.push_back(row.number);
  }
  for (const Named &row : known_schemes) {
    if (SSL_CTX_set1_sigalgs_list(probe.get(), row.name) == 1) {
      instance.schemes.push_back(row.number);
    }
  }
  ERR_clear_error();
}

}  // namespace plugtls::openssl
