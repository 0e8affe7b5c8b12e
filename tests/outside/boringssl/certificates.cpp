// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include "error.hpp"

#include <plugtls/kit/blobs.hpp>
#include <plugtls/kit/pem.hpp>
#include <plugtls/kit/secure_bytes.hpp>

#include <openssl/bio.h>
#include <openssl/bytestring.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs8.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string_view>

namespace plugtls_boringssl {

using namespace plugtls;

namespace {

using Algorithm = kit::Handle<X509_ALGOR, X509_ALGOR_free>;
using Bits = kit::Handle<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;
using Any = kit::Handle<ASN1_TYPE, ASN1_TYPE_free>;

// Of the blocks with one of these labels, or the whole if it is not PEM. Empty if a block of PEM cannot be decoded.
std::vector<Der> blocks_of(const kit::Blob &blob, std::string_view label) {
  if (!blob.is_pem()) return {Der(blob.bytes.begin(), blob.bytes.end())};
  std::vector<Der> out;
  const bool good = kit::each_pem_block(kit::as_text(blob.bytes), [&](const kit::PemBlock &block) {
    if (block.label == label) out.emplace_back(block.der.begin(), block.der.end());
    return true;
  });
  return good ? out : std::vector<Der>{};
}

std::vector<Der> encodings_of(const kit::Blob &blob) {
  return blocks_of(blob, "CERTIFICATE");
}

bool is_certificate(const Der &der) {
  const uint8_t *at = der.data();
  const kit::Handle<X509, X509_free> parsed(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  return parsed && at == der.data() + der.size();
}

// Empty if one of them is none.
std::vector<Der> try_certificates(const kit::Blob &blob) {
  auto out = encodings_of(blob);
  return std::all_of(out.begin(), out.end(), is_certificate) ? out : std::vector<Der>{};
}

int give_password(char *out, int capacity, int, void *user) {
  const auto &password = static_cast<kit::Password *>(user)->get();
  if (!password || password->size() > static_cast<std::size_t>(capacity)) return -1;
  if (!password->empty()) std::memcpy(out, password->data(), password->size());
  return static_cast<int>(password->size());
}

// The first private key; certificates and parameters may stand before it.
Key pem_key(const kit::Blob &blob, kit::Password &password) {
  const kit::Handle<BIO, BIO_free> bio(
      BIO_new_mem_buf(blob.bytes.data(), static_cast<int>(blob.bytes.size())));
  return Key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, &give_password, &password)
                 : nullptr);
}

// EncryptedPrivateKeyInfo (RFC 5958, 3) begins with an AlgorithmIdentifier, every other key with a version.
Key der_key(const kit::Blob &blob, kit::Password &password) {
  kit::DerReader outer(blob.bytes);
  kit::DerReader reader(outer.contents(kit::der_tag::sequence));
  if (!reader.next_is(kit::der_tag::sequence)) {
    const uint8_t *at = blob.bytes.data();
    Key out(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(blob.bytes.size())));
    return at == blob.bytes.data() + blob.bytes.size() ? std::move(out) : nullptr;
  }
  const auto &given = password.get();
  if (!given) return nullptr;
  CBS bytes;
  CBS_init(&bytes, blob.bytes.data(), blob.bytes.size());
  return Key(PKCS8_parse_encrypted_private_key(
      &bytes, reinterpret_cast<const char *>(given->data()), given->size()));
}

void add_crls(Store &to, const plugtls_config &config, const plugtls_host &host) {
  for (uint32_t i = 0; i < config.crl_count; ++i) {
    for (const kit::Blob &blob : kit::blobs_of(*config.crls[i], host)) {
      auto found = blocks_of(blob, "X509 CRL");
      if (found.empty() || !std::all_of(found.begin(), found.end(),
                                        [](const Der &der) { return kit::parse_crl(der); }))
        kit::raise(PLUGTLS_E_CRL_MALFORMED, "%s: no CRL could be read from it",
                   blob.origin.c_str());
      std::move(found.begin(), found.end(), std::back_inserter(to.crl_encodings));
    }
  }
  for (const Der &der : to.crl_encodings)
    to.crls.push_back(*kit::parse_crl(der));
}

// An AlgorithmIdentifier from its contents.
Algorithm algorithm_of(kit::DerView contents) {
  uint8_t *whole = nullptr;
  std::size_t size = 0;
  CBB out, inside;
  if (CBB_init(&out, contents.size() + 8) != 1) throw std::bad_alloc();
  const bool done = CBB_add_asn1(&out, &inside, CBS_ASN1_SEQUENCE) == 1 &&
                    CBB_add_bytes(&inside, contents.data(), contents.size()) == 1 &&
                    CBB_finish(&out, &whole, &size) == 1;
  if (!done) {
    CBB_cleanup(&out);
    throw std::bad_alloc();
  }
  const kit::Handle<uint8_t, [](uint8_t *data) { OPENSSL_free(data); }> owned(whole);
  const uint8_t *at = whole;
  return Algorithm(d2i_X509_ALGOR(nullptr, &at, static_cast<long>(size)));
}

}  // namespace

std::vector<Der> read_encodings(const kit::Blob &blob) {
  auto out = encodings_of(blob);
  if (out.empty() || out.front().empty())
    kit::raise(PLUGTLS_E_CERTIFICATE_MALFORMED, "%s: no certificate could be read from it",
               blob.origin.c_str());
  return out;
}

std::vector<Der> read_certificates(const kit::Blob &blob) {
  auto out = try_certificates(blob);
  if (out.empty())
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                 blob.origin + ": no certificate could be read from it");
  return out;
}

Key read_key(const plugtls_source &source) {
  const kit::Blob blob = kit::read_source(source);
  kit::Password password(source);
  Key key = blob.is_pem() ? pem_key(blob, password) : der_key(blob, password);
  if (!key && password.wanted() && !password.given())
    kit::raise(PLUGTLS_E_PASSWORD_REQUIRED,
               "%s: the private key is encrypted and no password was given", blob.origin.c_str());
  if (!key && password.wanted())
    raise_native(PLUGTLS_E_PASSWORD_WRONG,
                 blob.origin + ": the password does not open the private key");
  if (!key)
    raise_native(PLUGTLS_E_KEY_MALFORMED, blob.origin + ": no private key could be read from it");
  ERR_clear_error();
  return key;
}

Key public_key_of(kit::DerView certificate) {
  const kit::DerView info = kit::public_key_info(certificate);
  CBS bytes;
  CBS_init(&bytes, info.data(), info.size());
  return Key(EVP_parse_public_key(&bytes));
}

Store read_store(const plugtls_config &config, const plugtls_host &host) {
  Store out;
  for (const plugtls_source &source : kit::trust_of(config)) {
    for (const kit::Blob &blob : kit::blobs_of(source, host)) {
      auto found = try_certificates(blob);
      const bool lenient = source.kind == PLUGTLS_SOURCE_DIRECTORY || blob.bytes.empty();
      if (found.empty() && !lenient)
        raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                     blob.origin + ": no trust anchor could be read from it");
      std::move(found.begin(), found.end(), std::back_inserter(out.anchors));
    }
  }
  if (out.anchors.empty())
    kit::raise(PLUGTLS_E_TRUST_STORE_EMPTY, "the trust store holds no trust anchor");
  for (const Der &der : out.anchors)
    out.facts.push_back({der, kit::facts_of(der)});
  add_crls(out, config, host);
  return out;
}

bool signature_holds(const kit::SignedObject &object, kit::DerView issuer) {
  const Key key = public_key_of(issuer);
  const Algorithm algorithm = algorithm_of(object.algorithm);
  const uint8_t *at = object.body.data();
  const Any body(d2i_ASN1_TYPE(nullptr, &at, static_cast<long>(object.body.size())));
  const Bits bits(ASN1_BIT_STRING_new());
  if (!key || !algorithm || !body || !bits ||
      ASN1_BIT_STRING_set(bits.get(), object.signature.data(),
                          static_cast<int>(object.signature.size())) != 1)
    return false;
  bits->flags |= ASN1_STRING_FLAG_BITS_LEFT;  // no bit of the last byte is unused, zero or not
  return ASN1_item_verify(ASN1_ITEM_rptr(ASN1_ANY), algorithm.get(), bits.get(), body.get(),
                          key.get()) == 1;
}

}  // namespace plugtls_boringssl
