// SPDX-License-Identifier: Apache-2.0
#include "keys.hpp"

#include "error.hpp"

#include <plugtls/kit/algorithms.hpp>
#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/pem.hpp>
#include <plugtls/kit/signed_object.hpp>
#include <plugtls/kit/source.hpp>

#include <wolfssl/wolfcrypt/random.h>

#include <algorithm>
#include <array>
#include <vector>

namespace plugtls::wolfssl {

namespace {

using Bytes = std::vector<uint8_t>;

// The key itself within a SubjectPublicKeyInfo; empty if it is none.
kit::DerView raw_key(kit::DerView info) {
  kit::DerReader outer(info);
  kit::DerReader reader(outer.contents(kit::der_tag::sequence));
  (void)reader.contents(kit::der_tag::sequence);
  return kit::der_octets(reader.contents(kit::der_tag::bit_string)).value_or(kit::DerView{});
}

Bytes public_half(RsaKey *key) {
  std::array<byte, 8> exponent{};
  Bytes modulus(1024);
  auto exponent_size = static_cast<word32>(exponent.size());
  auto size = static_cast<word32>(modulus.size());
  if (wc_RsaFlattenPublicKey(key, exponent.data(), &exponent_size, modulus.data(), &size) != 0)
    return {};
  modulus.resize(size);
  modulus.insert(modulus.end(), exponent.begin(), exponent.begin() + exponent_size);
  return modulus;
}

Bytes public_half(ecc_key *key) {
  Bytes out(1 + 2 * MAX_ECC_BYTES);
  auto size = static_cast<word32>(out.size());
  if (wc_ecc_export_x963(key, out.data(), &size) != 0) return {};
  out.resize(size);
  return out;
}

// Computed, although the encoding may hold one: that one might be another's.
bool compute_public(ecc_key *key) {
  WC_RNG rng;
  if (wc_InitRng(&rng) != 0) return false;
  const int native = wc_ecc_make_pub_ex(key, nullptr, &rng);
  wc_FreeRng(&rng);
  return native == 0;
}

template <class Key>
bool is_a(const kit::SecureBytes &der) {
  Key key;
  return read_private(der, key.get());
}

bool is_private_key(const kit::SecureBytes &der) {
  return is_a<Rsa>(der) || is_a<Ecc>(der) || is_a<Ed25519>(der) || is_a<Ed448>(der);
}

bool rsa_belongs(const kit::SecureBytes &key, kit::DerView info) {
  Rsa own;
  Rsa shown;
  if (!read_private(key, own.get()) || !read_public(info, shown.get())) return false;
  const Bytes half = public_half(own.get());
  return !half.empty() && half == public_half(shown.get());
}

bool ecc_belongs(const kit::SecureBytes &key, kit::DerView info) {
  Ecc own;
  Ecc shown;
  if (!read_private(key, own.get()) || !read_public(info, shown.get())) return false;
  if (wc_ecc_get_curve_id(own->idx) != wc_ecc_get_curve_id(shown->idx)) return false;
  if (!compute_public(own.get())) return false;
  const Bytes half = public_half(own.get());
  return !half.empty() && half == public_half(shown.get());
}

bool ed25519_belongs(const kit::SecureBytes &key, kit::DerView info) {
  Ed25519 own;
  std::array<uint8_t, ED25519_PUB_KEY_SIZE> half{};
  return read_private(key, own.get()) &&
         wc_ed25519_make_public(own.get(), half.data(), half.size()) == 0 &&
         kit::same_bytes(half, raw_key(info));
}

bool ed448_belongs(const kit::SecureBytes &key, kit::DerView info) {
  Ed448 own;
  std::array<uint8_t, ED448_PUB_KEY_SIZE> half{};
  return read_private(key, own.get()) &&
         wc_ed448_make_public(own.get(), half.data(), half.size()) == 0 &&
         kit::same_bytes(half, raw_key(info));
}

// EncryptedPrivateKeyInfo (RFC 5958) begins with an AlgorithmIdentifier, every other key with a version.
bool is_encrypted_info(kit::DerView der) {
  kit::DerReader reader(der);
  kit::DerReader inner(reader.contents(kit::der_tag::sequence));
  return inner.next().tag == kit::der_tag::sequence && !inner.failed();
}

[[noreturn]] void refuse_password(const kit::Blob &blob, int native) {
  raise_native(PLUGTLS_E_PASSWORD_WRONG, native,
               blob.origin + ": the password does not open the private key");
}

const kit::SecureBytes &ask(kit::Password &password, const kit::Blob &blob) {
  if (!password.get())
    kit::raise(PLUGTLS_E_PASSWORD_REQUIRED,
               "%s: the private key is encrypted and no password was given", blob.origin.c_str());
  return *password.get();
}

kit::SecureBytes decrypt_info(kit::SecureBytes der, const kit::SecureBytes &password,
                              const kit::Blob &blob) {
  const int size = wc_DecryptPKCS8Key(der.data(), static_cast<word32>(der.size()),
                                      reinterpret_cast<const char *>(password.data()),
                                      static_cast<int>(password.size()));
  if (size <= 0) refuse_password(blob, size);
  der.resize(static_cast<std::size_t>(size));
  // wolfSSL leaves the cipher's padding on: what is beyond the key is no part of it.
  kit::DerReader reader(der);
  der.resize(reader.next().whole.size());
  return der;
}

// OpenSSL's traditional form, which wolfSSL wants as PEM and with a password that ends where a NUL is.
kit::SecureBytes decrypt_traditional(const kit::PemBlock &block, const kit::SecureBytes &password,
                                     const kit::Blob &blob) {
  kit::SecureBytes text(password);
  text.push_back(0);
  kit::SecureBytes out(block.der.size() + 16);
  const int size =
      wc_KeyPemToDer(reinterpret_cast<const unsigned char *>(block.whole.data()),
                     static_cast<int>(block.whole.size()), out.data(), static_cast<int>(out.size()),
                     reinterpret_cast<const char *>(text.data()));
  if (size <= 0) refuse_password(blob, size);
  out.resize(static_cast<std::size_t>(size));
  return out;
}

bool is_key_block(const kit::PemBlock &block) {
  return block.label.ends_with("PRIVATE KEY");
}

kit::SecureBytes read_pem(const kit::Blob &blob, kit::Password &password) {
  kit::SecureBytes out;
  const bool whole = kit::each_pem_block(kit::as_text(blob.bytes), [&](kit::PemBlock &block) {
    if (!is_key_block(block) || !out.empty()) return true;  // EC PARAMETERS, say
    if (block.headers.find("ENCRYPTED") != std::string_view::npos)
      out = decrypt_traditional(block, ask(password, blob), blob);
    else if (block.label == "ENCRYPTED PRIVATE KEY")
      out = decrypt_info(std::move(block.der), ask(password, blob), blob);
    else
      out = std::move(block.der);
    return true;
  });
  if (!whole) out.clear();
  return out;
}

kit::SecureBytes read_der(const kit::Blob &blob, kit::Password &password) {
  if (!is_encrypted_info(blob.bytes)) return blob.bytes;
  return decrypt_info(blob.bytes, ask(password, blob), blob);
}

}  // namespace

bool read_public(kit::DerView info, RsaKey *out) {
  kit::DerReader outer(raw_key(info));
  kit::DerReader key(outer.contents(kit::der_tag::sequence));
  const kit::DerView modulus = key.contents(kit::der_tag::integer);
  const kit::DerView exponent = key.contents(kit::der_tag::integer);
  return key.finished() &&
         wc_RsaPublicKeyDecodeRaw(modulus.data(), static_cast<word32>(modulus.size()),
                                  exponent.data(), static_cast<word32>(exponent.size()), out) == 0;
}

bool read_public(kit::DerView info, ecc_key *out) {
  word32 at = 0;
  return wc_EccPublicKeyDecode(info.data(), &at, out, static_cast<word32>(info.size())) == 0;
}

bool read_public(kit::DerView info, ed25519_key *out) {
  const kit::DerView key = raw_key(info);
  return wc_ed25519_import_public(key.data(), static_cast<word32>(key.size()), out) == 0;
}

bool read_public(kit::DerView info, ed448_key *out) {
  const kit::DerView key = raw_key(info);
  return wc_ed448_import_public(key.data(), static_cast<word32>(key.size()), out) == 0;
}

bool read_private(kit::DerView der, RsaKey *out) {
  word32 at = 0;
  return wc_RsaPrivateKeyDecode(der.data(), &at, out, static_cast<word32>(der.size())) == 0;
}

bool read_private(kit::DerView der, ecc_key *out) {
  word32 at = 0;
  return wc_EccPrivateKeyDecode(der.data(), &at, out, static_cast<word32>(der.size())) == 0;
}

bool read_private(kit::DerView der, ed25519_key *out) {
  word32 at = 0;
  return wc_Ed25519PrivateKeyDecode(der.data(), &at, out, static_cast<word32>(der.size())) == 0;
}

bool read_private(kit::DerView der, ed448_key *out) {
  word32 at = 0;
  return wc_Ed448PrivateKeyDecode(der.data(), &at, out, static_cast<word32>(der.size())) == 0;
}

kit::SecureBytes read_private_key(const plugtls_source &source) {
  const kit::Blob blob = kit::read_source(source);
  kit::Password password(source);
  kit::SecureBytes out = blob.is_pem() ? read_pem(blob, password) : read_der(blob, password);
  if (is_private_key(out)) return out;
  // wolfSSL 5.5.4 decrypts the traditional form by whatever password it is given.
  if (password.wanted()) refuse_password(blob, 0);
  kit::raise(PLUGTLS_E_KEY_MALFORMED, "%s: no private key could be read from it",
             blob.origin.c_str());
}

bool belongs_to(const kit::SecureBytes &key, kit::DerView certificate) {
  const kit::DerView info = kit::public_key_info(certificate);
  kit::CertificateFacts facts;
  kit::DerReader reader(info);
  if (!kit::read_public_key(reader.contents(kit::der_tag::sequence), facts)) return false;
  switch (facts.key_type) {
    case kit::KeyType::rsa:
    case kit::KeyType::rsa_pss:
      return rsa_belongs(key, info);
    case kit::KeyType::ec:
      return ecc_belongs(key, info);
    case kit::KeyType::ed25519:
      return ed25519_belongs(key, info);
    case kit::KeyType::ed448:
      return ed448_belongs(key, info);
    default:
      return false;
  }
}

}  // namespace plugtls::wolfssl
