// SPDX-License-Identifier: Apache-2.0
#include "private_key.hpp"

#include <plugtls/kit/der.hpp>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

namespace plugtls::openssl {

namespace {

using kit::DerReader;
using kit::DerView;
using kit::SecureBytes;
using Bio = kit::Handle<BIO, BIO_free>;
using Number = kit::Handle<BIGNUM, BN_clear_free>;
using Group = kit::Handle<EC_GROUP, EC_GROUP_free>;
using Point = kit::Handle<EC_POINT, EC_POINT_free>;
using KeyContext = kit::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using EncryptedKey = kit::Handle<X509_SIG, X509_SIG_free>;
using KeyInfo = kit::Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

namespace der_tag = kit::der_tag;

// ---- The numbers of a key ----------------------------------------------------------------------

// A number as OpenSSL's parameters have it: the bytes in the machine's order.
SecureBytes native(DerView big_endian) {
  SecureBytes out(big_endian.begin(), big_endian.end());
  if constexpr (std::endian::native == std::endian::little) std::reverse(out.begin(), out.end());
  return out;
}

Key from_parameters(const char *type, OSSL_PARAM *parameters) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY *out = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &out, EVP_PKEY_KEYPAIR, parameters) != 1)
    return {};
  return Key(out);
}

// RSAPrivateKey (RFC 8017, A.1.2), of two primes.
Key rsa_key(DerView encoding) {
  constexpr std::array names{OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                             OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                             OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                             OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
  DerReader outer(encoding);
  DerReader reader(outer.contents(der_tag::sequence));
  const auto version = kit::der_uint(reader.contents(der_tag::integer));
  std::array<SecureBytes, names.size()> numbers;
  std::array<OSSL_PARAM, names.size() + 1> parameters{};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const DerView contents = reader.contents(der_tag::integer);
    if (!kit::is_der_integer(contents) || (contents[0] & 0x80U) != 0) return {};
    numbers.at(i) = native(contents);
    parameters.at(i) =
        OSSL_PARAM_construct_BN(names.at(i), numbers.at(i).data(), numbers.at(i).size());
  }
  if (version != 0U || !outer.finished() || !reader.finished()) return {};
  parameters.back() = OSSL_PARAM_construct_end();
  return from_parameters("RSA", parameters.data());
}

// The public point of a key that came without it (SEC 1, C.4: it is optional).
SecureBytes public_point(int curve, DerView secret) {
  const Group group(EC_GROUP_new_by_curve_name(curve));
  const Number number(BN_secure_new());
  if (!group || !number ||
      BN_bin2bn(secret.data(), static_cast<int>(secret.size()), number.get()) == nullptr)
    return {};
  const Point point(EC_POINT_new(group.get()));
  if (!point ||
      EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) != 1)
    return {};
  SecureBytes out(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                                     nullptr, 0, nullptr));
  EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(),
                     out.size(), nullptr);
  return out;
}

// NID_undef for what is no named curve.
int curve_of(const kit::DerElement &parameters) {
  if (parameters.tag != der_tag::object_identifier) return NID_undef;
  const unsigned char *at = parameters.whole.data();
  const kit::Handle<ASN1_OBJECT, ASN1_OBJECT_free> object(
      d2i_ASN1_OBJECT(nullptr, &at, static_cast<long>(parameters.whole.size())));
  return object ? OBJ_obj2nid(object.get()) : NID_undef;
}

// ECPrivateKey (RFC 5915). In PKCS#8 the curve stands outside; `curve` is then set.
Key ec_key(DerView encoding, int curve) {
  DerReader outer(encoding);
  DerReader reader(outer.contents(der_tag::sequence));
  const auto version = kit::der_uint(reader.contents(der_tag::integer));
  const DerView secret = reader.contents(der_tag::octet_string);
  if (const auto inside = reader.optional_contents(der_tag::context_constructed(0))) {
    DerReader parameters(*inside);
    const int named = curve_of(parameters.next());
    if (curve != NID_undef && curve != named) return {};
    curve = named;
  }
  SecureBytes point;
  if (const auto inside = reader.optional_contents(der_tag::context_constructed(1))) {
    DerReader bits(*inside);
    const auto octets = kit::der_octets(bits.contents(der_tag::bit_string));
    if (!octets || !bits.finished()) return {};
    point.assign(octets->begin(), octets->end());
  }
  if (version != 1U || !outer.finished() || !reader.finished() || secret.empty() ||
      curve == NID_undef)
    return {};
  if (point.empty()) point = public_point(curve, secret);
  SecureBytes number = native(secret);
  std::string name(OBJ_nid2sn(curve));
  std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size()),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, number.data(), number.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  return from_parameters("EC", parameters.data());
}

// RFC 8410, 7: an OCTET STRING in the OCTET STRING.
Key edwards_key(DerView encoding, int type) {
  DerReader reader(encoding);
  const DerView secret = reader.contents(der_tag::octet_string);
  if (!reader.finished()) return {};
  return Key(EVP_PKEY_new_raw_private_key(type, nullptr, secret.data(), secret.size()));
}

// ---- What a key is wrapped in ------------------------------------------------------------------

// PrivateKeyInfo, or OneAsymmetricKey of RFC 5958, behind its version.
Key pkcs8_key(DerReader &reader) {
  DerReader algorithm(reader.contents(der_tag::sequence));
  const DerView oid = algorithm.contents(der_tag::object_identifier);
  const DerView key = reader.contents(der_tag::octet_string);
  if (reader.failed() || algorithm.failed()) return {};
  constexpr std::string_view rsa_encryption("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9);
  constexpr std::string_view ec_public_key("\x2a\x86\x48\xce\x3d\x02\x01", 7);
  constexpr std::string_view ed25519("\x2b\x65\x70", 3), ed448("\x2b\x65\x71", 3);
  if (kit::is_oid(oid, rsa_encryption)) return rsa_key(key);
  if (kit::is_oid(oid, ed25519)) return edwards_key(key, EVP_PKEY_ED25519);
  if (kit::is_oid(oid, ed448)) return edwards_key(key, EVP_PKEY_ED448);
  if (!kit::is_oid(oid, ec_public_key)) return {};
  const int curve = curve_of(algorithm.next());
  return curve == NID_undef ? Key() : ec_key(key, curve);
}

// A key that is not encrypted, whichever of the three it is.
Key plain_key(DerView encoding) {
  DerReader outer(encoding);
  DerReader reader(outer.contents(der_tag::sequence));
  (void)reader.element(der_tag::integer);
  if (!outer.finished() || reader.failed()) return {};
  Key out;
  if (reader.next_is(der_tag::sequence))
    out = pkcs8_key(reader);
  else if (reader.next_is(der_tag::octet_string))
    out = ec_key(encoding, NID_undef);
  else
    out = rsa_key(encoding);
  if (out) return out;
  const unsigned char *at = encoding.data();
  return Key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(encoding.size())));
}

// EncryptedPrivateKeyInfo (RFC 5958, 3).
Key encrypted_key(DerView encoding, kit::Password &password) {
  const unsigned char *at = encoding.data();
  const EncryptedKey encrypted(d2i_X509_SIG(nullptr, &at, static_cast<long>(encoding.size())));
  if (!encrypted) return {};
  const auto &given = password.get();
  if (!given) return {};
  const KeyInfo info(PKCS8_decrypt(encrypted.get(), reinterpret_cast<const char *>(given->data()),
                                   static_cast<int>(given->size())));
  if (!info) return {};
  SecureBytes plain(
      static_cast<std::size_t>(std::max(i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr), 0)));
  unsigned char *out = plain.data();
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &out);
  return plain_key(plain);
}

Key der_key(DerView encoding, kit::Password &password) {
  DerReader outer(encoding);
  DerReader reader(outer.contents(der_tag::sequence));
  return reader.next_is(der_tag::sequence) ? encrypted_key(encoding, password)
                                           : plain_key(encoding);
}

// ---- PEM -----------------------------------------------------------------------------------------

int give_password(char *out, int capacity, int, void *user) {
  const auto &password = static_cast<kit::Password *>(user)->get();
  if (!password || password->size() > static_cast<std::size_t>(capacity)) return -1;
  if (!password->empty()) std::memcpy(out, password->data(), password->size());
  return static_cast<int>(password->size());
}

// One PEM block; its memory is wiped.
struct Block {
  char *name = nullptr;
  char *header = nullptr;
  unsigned char *data = nullptr;
  long size = 0;

  Block() = default;
  Block(const Block &) = delete;
  Block &operator=(const Block &) = delete;
  ~Block() {
    OPENSSL_secure_free(name);
    OPENSSL_secure_free(header);
    OPENSSL_secure_clear_free(data, capacity_);
  }
  bool read(BIO *bio) {
    if (PEM_read_bio_ex(bio, &name, &header, &data, &size,
                        PEM_FLAG_SECURE | PEM_FLAG_EAY_COMPATIBLE) != 1)
      return false;
    capacity_ = static_cast<std::size_t>(size);
    return true;
  }
  // The traditional encryption, by its header; in place.
  bool decrypt(kit::Password &password) {
    EVP_CIPHER_INFO cipher{};
    return PEM_get_EVP_CIPHER_INFO(header, &cipher) == 1 &&
           PEM_do_header(&cipher, data, &size, &give_password, &password) == 1;
  }
  [[nodiscard]] DerView bytes() const { return {data, static_cast<std::size_t>(size)}; }

 private:
  std::size_t capacity_ = 0;
};

// The first block that is a private key; certificates and parameters may stand before it.
Key pem_key(const kit::Blob &blob, kit::Password &password) {
  const Bio bio(BIO_new_mem_buf(blob.bytes.data(), static_cast<int>(blob.bytes.size())));
  if (!bio) throw std::bad_alloc();
  for (;;) {
    Block block;
    if (!block.read(bio.get())) return {};
    const std::string_view name = block.name;
    if (!name.ends_with("PRIVATE KEY")) continue;
    if (!block.decrypt(password)) return {};
    return name == "ENCRYPTED PRIVATE KEY" ? encrypted_key(block.bytes(), password)
                                           : plain_key(block.bytes());
  }
}

}  // namespace

Key parse_private_key(const kit::Blob &blob, kit::Password &password) {
  return blob.is_pem() ? pem_key(blob, password) : der_key(blob.bytes, password);
}

}  // namespace plugtls::openssl
