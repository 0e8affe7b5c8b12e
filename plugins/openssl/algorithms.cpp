// SPDX-License-Identifier: Apache-2.0
#include "algorithms.hpp"

#include "error.hpp"
#include "transport.hpp"

#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/selection.hpp>

#include <openssl/ssl.h>

#include <string_view>

namespace plugtls::openssl {

namespace {

// Everything that authenticates and encrypts; what is weaker cannot be configured at all.
constexpr const char *all_suites =
    "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AESCCM:DHE+AESGCM:DHE+CHACHA20:DHE+AESCCM:AESGCM:AESCCM:"
    "ECDHE+AES:DHE+AES:!aNULL:!eNULL:!PSK:!SRP";
constexpr const char *all_suites13 =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_"
    "SHA256:TLS_AES_128_CCM_8_SHA256";

struct Named {
  uint16_t number;
  const char *name;
  int nid;
};

constexpr Named known_groups[] = {
    {0x11ec, "X25519MLKEM768", 0},           {0x001d, "X25519", NID_X25519},
    {0x0017, "P-256", NID_X9_62_prime256v1}, {0x001e, "X448", NID_X448},
    {0x0018, "P-384", NID_secp384r1},        {0x0019, "P-521", NID_secp521r1},
    {0x0100, "ffdhe2048", NID_ffdhe2048},    {0x0101, "ffdhe3072", NID_ffdhe3072},
    {0x0102, "ffdhe4096", NID_ffdhe4096},
};

struct Scheme {
  uint16_t number;
  const char *name;
  int type;
  int hash;
};

constexpr Scheme known_schemes[] = {
    {0x0403, "ecdsa_secp256r1_sha256", NID_X9_62_id_ecPublicKey, NID_sha256},
    {0x0503, "ecdsa_secp384r1_sha384", NID_X9_62_id_ecPublicKey, NID_sha384},
    {0x0603, "ecdsa_secp521r1_sha512", NID_X9_62_id_ecPublicKey, NID_sha512},
    {0x0807, "ed25519", NID_ED25519, NID_undef},
    {0x0808, "ed448", NID_ED448, NID_undef},
    {0x0804, "rsa_pss_rsae_sha256", NID_rsassaPss, NID_sha256},
    {0x0805, "rsa_pss_rsae_sha384", NID_rsassaPss, NID_sha384},
    {0x0806, "rsa_pss_rsae_sha512", NID_rsassaPss, NID_sha512},
    {0x0809, "rsa_pss_pss_sha256", NID_rsassaPss, NID_sha256},
    {0x080a, "rsa_pss_pss_sha384", NID_rsassaPss, NID_sha384},
    {0x080b, "rsa_pss_pss_sha512", NID_rsassaPss, NID_sha512},
    {0x0401, "rsa_pkcs1_sha256", NID_rsaEncryption, NID_sha256},
    {0x0501, "rsa_pkcs1_sha384", NID_rsaEncryption, NID_sha384},
    {0x0601, "rsa_pkcs1_sha512", NID_rsaEncryption, NID_sha512},
};

constexpr uint16_t hybrid = 0x11ec;  // X25519MLKEM768
constexpr uint16_t x25519 = 0x001d;

template <typename Table>
std::string names_of(const std::vector<uint16_t> &numbers, const Table &table) {
  std::string out;
  for (const uint16_t number : numbers) {
    for (const auto &entry : table) {
      if (entry.number != number) continue;
      if (!out.empty()) out += ':';
      out += entry.name;
    }
  }
  return out;
}

void discover(const plugtls_backend_instance &instance) {
  const kit::Handle<SSL_CTX, SSL_CTX_free> ctx(SSL_CTX_new(TLS_method()));
  if (!ctx) raise_native(PLUGTLS_E_INTERNAL, "OpenSSL could not make a context");
  SSL_CTX_set_cipher_list(ctx.get(), all_suites);
  SSL_CTX_set_ciphersuites(ctx.get(), all_suites13);
  const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(ctx.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, i);
    instance.suites.push_back({SSL_CIPHER_get_protocol_id(cipher), SSL_CIPHER_get_name(cipher)});
    instance.suite_numbers.push_back(instance.suites.back().number);
  }
  for (const Named &group : known_groups)
    if (SSL_CTX_set1_groups_list(ctx.get(), group.name) == 1)
      instance.groups.push_back(group.number);
  for (const Scheme &scheme : known_schemes)
    if (SSL_CTX_set1_sigalgs_list(ctx.get(), scheme.name) == 1)
      instance.schemes.push_back(scheme.number);
}

}  // namespace

void prepare(const plugtls_backend_instance &instance) noexcept {
  (void)kit::guard(nullptr, [&] {
    std::call_once(instance.prepared, [&] {
      const QueueGuard queue;
      instance.bio_method = make_bio_method();
      instance.psk_mark = SSL_SESSION_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
      discover(instance);
    });
    return plugtls_status{PLUGTLS_OK};
  });
}

std::string suite_names(const plugtls_backend_instance &instance,
                        const std::vector<uint16_t> &numbers) {
  return names_of(numbers, instance.suites);
}

std::string group_names(const std::vector<uint16_t> &numbers) {
  return names_of(numbers, known_groups);
}

std::string default_group_names(const std::vector<uint16_t> &numbers) {
  if (!kit::contains(numbers, hybrid)) return group_names(numbers);
  // The star asks for a key share; OpenSSL knows it wherever it knows the hybrid group (3.5 on).
  std::string out;
  for (const uint16_t number : numbers) {
    if (!out.empty()) out += ':';
    if (number == hybrid || number == x25519) out += '*';
    out += names_of({number}, known_groups);
  }
  return out;
}

std::string scheme_names(const std::vector<uint16_t> &numbers) {
  return names_of(numbers, known_schemes);
}

uint16_t group_of_nid(int nid) noexcept {
  constexpr int unknown = 0x1000000;  // TLSEXT_nid_unknown: the rest is the group's number
  if ((nid & unknown) != 0) return static_cast<uint16_t>(nid & 0xffff);
  for (const Named &group : known_groups)
    if (nid != 0 && group.nid == nid) return group.number;
  return 0;
}

// OpenSSL gives the schemes of keys that are for RSASSA-PSS alone the same numbers as those of other RSA keys.
uint16_t scheme_of(int type_nid, int hash_nid, const X509 *signer) noexcept {
  const EVP_PKEY *key = signer != nullptr ? X509_get0_pubkey(signer) : nullptr;
  const bool pss_only = key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS;
  for (const Scheme &scheme : known_schemes) {
    const bool for_pss_only = scheme.number >= 0x0809 && scheme.number <= 0x080b;
    if (scheme.type != type_nid || for_pss_only != pss_only) continue;
    if (scheme.hash == hash_nid || scheme.hash == NID_undef) return scheme.number;
  }
  return 0;
}

}  // namespace plugtls::openssl
