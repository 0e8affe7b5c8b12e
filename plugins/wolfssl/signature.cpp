// SPDX-License-Identifier: Apache-2.0
#include "signature.hpp"

#include "keys.hpp"

#include <plugtls/kit/algorithms.hpp>

#include <wolfssl/wolfcrypt/hash.h>

#include <array>
#include <optional>
#include <vector>

namespace plugtls::wolfssl {

namespace {

struct Hash {
  wc_HashType type;
  int mgf;
};

std::optional<Hash> hash_of(kit::SignatureHash hash) {
  switch (hash) {
    case kit::SignatureHash::sha224:
      return Hash{WC_HASH_TYPE_SHA224, WC_MGF1SHA224};
    case kit::SignatureHash::sha256:
      return Hash{WC_HASH_TYPE_SHA256, WC_MGF1SHA256};
    case kit::SignatureHash::sha384:
      return Hash{WC_HASH_TYPE_SHA384, WC_MGF1SHA384};
    case kit::SignatureHash::sha512:
      return Hash{WC_HASH_TYPE_SHA512, WC_MGF1SHA512};
    case kit::SignatureHash::sha1:
      return Hash{WC_HASH_TYPE_SHA, WC_MGF1SHA1};
    case kit::SignatureHash::md5:
      return Hash{WC_HASH_TYPE_MD5, WC_MGF1NONE};
    default:
      return std::nullopt;
  }
}

using Bytes = std::vector<uint8_t>;

Bytes hashed(kit::DerView bytes, const Hash &hash) {
  Bytes out(static_cast<std::size_t>(std::max(0, wc_HashGetDigestSize(hash.type))));
  if (wc_Hash(hash.type, bytes.data(), static_cast<word32>(bytes.size()), out.data(),
              static_cast<word32>(out.size())) != 0)
    out.clear();
  return out;
}

bool verify_pkcs1(const kit::SignedObject &object, kit::DerView info, const Hash &hash) {
  const Bytes digest = hashed(object.body, hash);
  Rsa key;
  std::array<byte, 128> expected{};
  const int oid = wc_HashGetOID(hash.type);
  if (digest.empty() || oid < 0 || !read_public(info, key.get())) return false;
  const word32 size =
      wc_EncodeSignature(expected.data(), digest.data(), static_cast<word32>(digest.size()), oid);
  std::vector<byte> opened(object.signature.size());
  const int got =
      wc_RsaSSL_Verify(object.signature.data(), static_cast<word32>(object.signature.size()),
                       opened.data(), static_cast<word32>(opened.size()), key.get());
  return got > 0 && kit::same_bytes(kit::DerView(opened.data(), static_cast<std::size_t>(got)),
                                    kit::DerView(expected.data(), size));
}

// RSASSA-PSS-params (RFC 4055, 3.1): how long the salt is. Negative if they are malformed, or ask for what wolfCrypt
// does not do: another hash for the mask than for the message.
int salt_of(kit::DerView algorithm) {
  kit::DerReader reader(algorithm);
  (void)reader.contents(kit::der_tag::object_identifier);
  kit::DerReader parameters(reader.contents(kit::der_tag::sequence));
  const auto hash = parameters.optional_contents(kit::der_tag::context_constructed(0));
  const auto mask = parameters.optional_contents(kit::der_tag::context_constructed(1));
  const auto salt = parameters.optional_contents(kit::der_tag::context_constructed(2));
  if (reader.failed() || parameters.failed() || hash.has_value() != mask.has_value()) return -1;
  if (mask) {
    kit::DerReader outer(*mask);
    kit::DerReader function(outer.contents(kit::der_tag::sequence));
    (void)function.contents(kit::der_tag::object_identifier);
    if (!kit::same_bytes(function.next().whole, *hash) || function.failed()) return -1;
  }
  if (!salt) return 20;
  kit::DerReader number(*salt);
  const auto length = kit::der_uint(number.contents(kit::der_tag::integer));
  return number.finished() && length && *length <= 512 ? static_cast<int>(*length) : -1;
}

bool verify_pss(const kit::SignedObject &object, kit::DerView info, const Hash &hash) {
  const Bytes digest = hashed(object.body, hash);
  const int salt = salt_of(object.algorithm);
  Rsa key;
  if (digest.empty() || salt < 0 || !read_public(info, key.get())) return false;
  std::vector<byte> sealed(object.signature.begin(), object.signature.end());
  std::vector<byte> opened(sealed.size());
  const int got =
      wc_RsaPSS_Verify_ex(sealed.data(), static_cast<word32>(sealed.size()), opened.data(),
                          static_cast<word32>(opened.size()), hash.type, hash.mgf, salt, key.get());
  if (got <= 0) return false;
  return wc_RsaPSS_CheckPadding_ex(digest.data(), static_cast<word32>(digest.size()), opened.data(),
                                   static_cast<word32>(got), hash.type, salt,
                                   8 * wc_RsaEncryptSize(key.get())) == 0;
}

bool verify_ecdsa(const kit::SignedObject &object, kit::DerView info, const Hash &hash) {
  const Bytes digest = hashed(object.body, hash);
  Ecc key;
  int holds = 0;
  return !digest.empty() && read_public(info, key.get()) &&
         wc_ecc_verify_hash(object.signature.data(), static_cast<word32>(object.signature.size()),
                            digest.data(), static_cast<word32>(digest.size()), &holds,
                            key.get()) == 0 &&
         holds == 1;
}

bool verify_ed25519(const kit::SignedObject &object, kit::DerView info) {
  Ed25519 key;
  int holds = 0;
  return read_public(info, key.get()) &&
         wc_ed25519_verify_msg(object.signature.data(),
                               static_cast<word32>(object.signature.size()), object.body.data(),
                               static_cast<word32>(object.body.size()), &holds, key.get()) == 0 &&
         holds == 1;
}

bool verify_ed448(const kit::SignedObject &object, kit::DerView info) {
  Ed448 key;
  int holds = 0;
  return read_public(info, key.get()) &&
         wc_ed448_verify_msg(object.signature.data(), static_cast<word32>(object.signature.size()),
                             object.body.data(), static_cast<word32>(object.body.size()), &holds,
                             key.get(), nullptr, 0) == 0 &&
         holds == 1;
}

}  // namespace

std::vector<uint8_t> digest_of(kit::SignatureHash hash, kit::DerView bytes) {
  const auto native = hash_of(hash);
  return native ? hashed(bytes, *native) : std::vector<uint8_t>();
}

bool signature_holds(const kit::SignedObject &object, kit::DerView issuer) {
  const kit::DerView info = kit::public_key_info(issuer);
  kit::CertificateFacts facts;
  kit::DerReader reader(info);
  if (!kit::read_public_key(reader.contents(kit::der_tag::sequence), facts)) return false;
  kit::DerReader algorithm(object.algorithm);
  const kit::DerView oid = algorithm.contents(kit::der_tag::object_identifier);
  if (kit::is_oid(oid, kit::oid::ed25519))
    return facts.key_type == kit::KeyType::ed25519 && verify_ed25519(object, info);
  if (kit::is_oid(oid, kit::oid::ed448))
    return facts.key_type == kit::KeyType::ed448 && verify_ed448(object, info);
  const auto hash = hash_of(kit::hash_of_signature(object.algorithm));
  if (!hash) return false;
  const bool pss = kit::is_oid(oid, kit::oid::rsassa_pss);
  const bool rsa = oid.size() == 9;  // PKCS #1's own; ecdsa-with-... have 7 and 8
  switch (facts.key_type) {
    case kit::KeyType::rsa:
      return pss ? verify_pss(object, info, *hash) : rsa && verify_pkcs1(object, info, *hash);
    case kit::KeyType::rsa_pss:
      return pss && verify_pss(object, info, *hash);
    case kit::KeyType::ec:
      return !rsa && verify_ecdsa(object, info, *hash);
    default:
      return false;
  }
}

}  // namespace plugtls::wolfssl
