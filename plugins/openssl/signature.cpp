// SPDX-License-Identifier: Apache-2.0
#include "signature.hpp"

#include "certificates.hpp"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <new>

namespace plugtls::openssl {

namespace {

using Algorithm = kit::Handle<X509_ALGOR, X509_ALGOR_free>;
using BitString = kit::Handle<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;
using Sequence = kit::Handle<ASN1_SEQUENCE_ANY, [](ASN1_SEQUENCE_ANY *any) {
  sk_ASN1_TYPE_pop_free(any, ASN1_TYPE_free);
}>;

const EVP_MD *native_hash(kit::SignatureHash hash) {
  switch (hash) {
    case kit::SignatureHash::md5:
      return EVP_md5();
    case kit::SignatureHash::sha1:
      return EVP_sha1();
    case kit::SignatureHash::sha224:
      return EVP_sha224();
    case kit::SignatureHash::sha256:
      return EVP_sha256();
    case kit::SignatureHash::sha384:
      return EVP_sha384();
    case kit::SignatureHash::sha512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

// From the contents of an AlgorithmIdentifier.
Algorithm algorithm_of(kit::DerView contents) {
  const int size = static_cast<int>(contents.size());
  std::vector<uint8_t> whole;
  whole.resize(static_cast<std::size_t>(ASN1_object_size(1, size, V_ASN1_SEQUENCE)));
  uint8_t *to = whole.data();
  ASN1_put_object(&to, 1, size, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
  std::copy(contents.begin(), contents.end(), to);
  const uint8_t *at = whole.data();
  return Algorithm(d2i_X509_ALGOR(nullptr, &at, static_cast<long>(whole.size())));
}

BitString bits_of(kit::DerView bytes) {
  BitString out(ASN1_BIT_STRING_new());
  if (!out ||
      ASN1_BIT_STRING_set(
          out.get(), const_cast<uint8_t *>(bytes.data()),  // NOLINT(*-const-cast): a copy is made
          static_cast<int>(bytes.size())) != 1)
    throw std::bad_alloc();
  out.get()->flags |= ASN1_STRING_FLAG_BITS_LEFT;  // else zeros at its end are none of its bits
  return out;
}

}  // namespace

// ASN1_item_verify wants what is signed as a structure, which it encodes: DER in any case, so the same again.
bool signature_holds(const kit::SignedObject &object, kit::DerView issuer) {
  const Certificate certificate = parse_certificate({issuer.begin(), issuer.end()});
  const Algorithm algorithm = algorithm_of(object.algorithm);
  const uint8_t *at = object.body.data();
  const Sequence body(d2i_ASN1_SEQUENCE_ANY(nullptr, &at, static_cast<long>(object.body.size())));
  if (!certificate || !algorithm || !body) return false;
  const BitString signature = bits_of(object.signature);
  return ASN1_item_verify(ASN1_ITEM_rptr(ASN1_SEQUENCE_ANY), algorithm.get(), signature.get(),
                          body.get(), X509_get0_pubkey(certificate.get())) == 1;
}

std::vector<uint8_t> digest_of(kit::SignatureHash hash, kit::DerView bytes) {
  const EVP_MD *native = native_hash(hash);
  std::vector<uint8_t> out(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (native == nullptr ||
      EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, native, nullptr) != 1)
    size = 0;
  out.resize(size);
  return out;
}

}  // namespace plugtls::openssl
