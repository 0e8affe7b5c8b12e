// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include "error.hpp"
#include "signer.hpp"

#include <plugtls/kit/blobs.hpp>
#include <plugtls/kit/der.hpp>

#include <mbedtls/pem.h>
#include <psa/crypto.h>

#include <array>
#include <string_view>

namespace plugtls::mbedtls {

namespace {

using Pem = kit::Pinned<mbedtls_pem_context, mbedtls_pem_init, mbedtls_pem_free>;

// PEM for Mbed TLS: it wants the NUL counted.
kit::SecureBytes terminated(const kit::Blob &blob) {
  kit::SecureBytes out(blob.bytes);
  out.push_back(0);
  return out;
}

// Calls `take` with the DER of each block of that name; a block that cannot be decoded makes it answer false.
template <class Take>
bool each_block(const kit::Blob &blob, const char *label, Take &&take) {
  const std::string begin = std::string("-----BEGIN ") + label + "-----";
  const std::string end = std::string("-----END ") + label + "-----";
  const kit::SecureBytes text = terminated(blob);
  std::size_t at = 0;
  while (true) {
    Pem pem;
    std::size_t used = 0;
    const int read = mbedtls_pem_read_buffer(pem.get(), begin.c_str(), end.c_str(),
                                             text.data() + at, nullptr, 0, &used);
    if (read == MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT) {
      // A begin without an end is a block cut short.
      return kit::as_text({text.data() + at, text.size() - at}).find(begin) ==
             std::string_view::npos;
    }
    if (read != 0) return false;
    std::size_t size = 0;
    const unsigned char *der = mbedtls_pem_get_buffer(pem.get(), &size);
    if (!take(der, size)) return false;
    at += used;
  }
}

int accept_extension(void *, const mbedtls_x509_crt *, const mbedtls_x509_buf *, int,
                     const unsigned char *, const unsigned char *) {
  return 0;
}

std::size_t length_of(const mbedtls_x509_crt *chain) {
  std::size_t out = 0;
  for (; chain != nullptr && chain->raw.p != nullptr; chain = chain->next)
    ++out;
  return out;
}

// A certificate whose key Mbed TLS cannot use, Ed25519 say, is no use as an anchor, and no fault of the store's.
bool is_beyond(int native) {
  const int high = -(-native & 0xff80);
  return high == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG || high == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE ||
         high == MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE || high == MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG;
}

// Sound certificates of whose keys Mbed TLS knows nothing.
void refuse_key_type(const kit::Blob &blob, kit::KeyType type, int native) {
  if (type != kit::KeyType::rsa_pss && type != kit::KeyType::ed25519 && type != kit::KeyType::ed448)
    return;
  plugtls_error error = kit::make_error(
      PLUGTLS_E_UNSUPPORTED, "%s: Mbed TLS has certificates with RSA and ECDSA keys only",
      blob.origin.c_str());
  error.feature =
      type == kit::KeyType::rsa_pss ? PLUGTLS_FEATURE_CERT_RSA_PSS : PLUGTLS_FEATURE_CERT_ED25519;
  set_native(error, native);
  throw kit::Error(error);
}

void add_anchors(mbedtls_x509_crt *anchors, const plugtls_source &source,
                 const plugtls_host &host) {
  for (const kit::Blob &blob : kit::blobs_of(source, host)) {
    std::size_t found = 0;
    int native = 0;
    const auto add = [&](const unsigned char *der, std::size_t size) {
      native = parse_certificate(anchors, der, size);
      ++found;
      return native == 0 || is_beyond(native);
    };
    const bool whole = blob.is_pem() ? each_block(blob, "CERTIFICATE", add)
                                     : add(blob.bytes.data(), blob.bytes.size());
    const bool lenient = source.kind == PLUGTLS_SOURCE_DIRECTORY || blob.bytes.empty();
    if ((!whole || found == 0) && !lenient)
      raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED, native,
                   blob.origin + ": no trust anchor could be read from it");
  }
}

void add_crls(mbedtls_x509_crl *crls, const plugtls_config &config, const plugtls_host &host) {
  for (uint32_t i = 0; i < config.crl_count; ++i) {
    for (const kit::Blob &blob : kit::blobs_of(*config.crls[i], host)) {
      std::size_t found = 0;
      int native = 0;
      const auto add = [&](const unsigned char *der, std::size_t size) {
        native = mbedtls_x509_crl_parse_der(crls, der, size);
        found += native == 0 ? 1U : 0U;
        return native == 0;
      };
      const bool whole = blob.is_pem() ? each_block(blob, "X509 CRL", add)
                                       : add(blob.bytes.data(), blob.bytes.size());
      if (!whole || found == 0)
        raise_native(PLUGTLS_E_CRL_MALFORMED, native,
                     blob.origin + ": no CRL could be read from it");
    }
  }
}

// EncryptedPrivateKeyInfo (RFC 5958) begins with an AlgorithmIdentifier, every other key with a version; in PEM the
// label, or the header of OpenSSL's traditional form, says it.
bool is_encrypted(const kit::Blob &blob) {
  if (blob.is_pem()) return kit::as_text(blob.bytes).find("ENCRYPTED") != std::string_view::npos;
  kit::DerReader reader(blob.bytes);
  kit::DerReader inner(reader.contents(kit::der_tag::sequence));
  return inner.next().tag == kit::der_tag::sequence && !inner.failed();
}

int parse_key(mbedtls_pk_context *key, const kit::Blob &blob, const kit::SecureBytes *password) {
  const unsigned char *secret = password != nullptr ? password->data() : nullptr;
  const std::size_t secret_size = password != nullptr ? password->size() : 0;
  const kit::SecureBytes text = blob.is_pem() ? terminated(blob) : blob.bytes;
  return mbedtls_pk_parse_key(key, text.data(), text.size(), secret, secret_size, &random, nullptr);
}

void read_key(mbedtls_pk_context *key, const plugtls_source &source) {
  const kit::Blob blob = kit::read_source(source);
  kit::Password password(source);
  const bool encrypted = is_encrypted(blob);
  if (encrypted && !password.get())
    kit::raise(PLUGTLS_E_PASSWORD_REQUIRED,
               "%s: the private key is encrypted and no password was given", blob.origin.c_str());
  const int native = parse_key(key, blob, encrypted ? &*password.get() : nullptr);
  if (native == 0) return;
  if (native == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG) {
    plugtls_error error = kit::make_error(
        PLUGTLS_E_UNSUPPORTED, "%s: Mbed TLS has RSA and ECDSA keys only", blob.origin.c_str());
    error.feature = PLUGTLS_FEATURE_CERT_ED25519;
    set_native(error, native);
    throw kit::Error(error);
  }
  if (encrypted)
    raise_native(PLUGTLS_E_PASSWORD_WRONG, native,
                 blob.origin + ": the password does not open the private key");
  raise_native(PLUGTLS_E_KEY_MALFORMED, native,
               blob.origin + ": no private key could be read from it");
}

void require_match(int native) {
  if (native != 0)
    raise_native(PLUGTLS_E_KEY_MISMATCH, native,
                 "the private key does not belong to the leaf certificate");
}

void use_token(Identity &identity, const plugtls_source &key) {
  identity.token = std::make_unique<kit::TokenKey>(key);
  use_signer(identity, identity.token->signer());
  require_match(try_signer(identity));
}

void use_key(Identity &identity, const plugtls_source &key) {
  read_key(identity.key.get(), key);
  require_match(mbedtls_pk_check_pair(&identity.chain->pk, identity.key.get(), &random, nullptr));
}

std::unique_ptr<Identity> read_identity(const plugtls_identity &identity) {
  auto out = std::make_unique<Identity>();
  for (uint32_t i = 0; i < identity.certificate_count; ++i) {
    const plugtls_source &source = *identity.certificates[i];
    read_certificates(out->chain.get(), source.kind == PLUGTLS_SOURCE_URI
                                            ? kit::read_token_certificate(source)
                                            : kit::read_source(source));
  }
  if (identity.key->kind == PLUGTLS_SOURCE_SIGNER)
    use_signer(*out, identity.key->signer);
  else if (identity.key->kind == PLUGTLS_SOURCE_URI)
    use_token(*out, *identity.key);
  else
    use_key(*out, *identity.key);
  return out;
}

}  // namespace

const mbedtls_x509_crt *Store::anchor(std::size_t index) const {
  const mbedtls_x509_crt *out = anchors.get();
  while (index-- > 0)
    out = out->next;
  return out;
}

int parse_certificate(mbedtls_x509_crt *into, const unsigned char *der, std::size_t size) {
  kit::DerReader reader({der, size});
  (void)reader.contents(kit::der_tag::sequence);
  if (!reader.finished()) return MBEDTLS_ERR_X509_INVALID_FORMAT;
  return mbedtls_x509_crt_parse_der_with_ext_cb(into, der, size, 1, &accept_extension, nullptr);
}

void read_certificates(mbedtls_x509_crt *into, const kit::Blob &blob) {
  int native = 0;
  const std::size_t before = length_of(into);
  kit::KeyType type = kit::KeyType::unknown;
  const auto add = [&](const unsigned char *der, std::size_t size) {
    native = parse_certificate(into, der, size);
    if (native != 0) type = kit::facts_of({der, size}).key_type;
    return native == 0;
  };
  const bool whole = blob.is_pem() ? each_block(blob, "CERTIFICATE", add)
                                   : add(blob.bytes.data(), blob.bytes.size());
  if (is_beyond(native)) refuse_key_type(blob, type, native);
  if (!whole || length_of(into) == before)
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED, native,
                 blob.origin + ": no certificate could be read from it");
}

std::vector<uint8_t> read_peer_chain(mbedtls_x509_crt *into, const kit::Blob &blob) {
  std::vector<uint8_t> bad_leaf;
  kit::KeyType type = kit::KeyType::unknown;
  int native = 0;
  const auto add = [&](const unsigned char *der, std::size_t size) {
    const bool leaf = into->raw.p == nullptr;
    if (!bad_leaf.empty()) return true;
    const int answer = parse_certificate(into, der, size);
    if (leaf && answer != 0) {
      bad_leaf.assign(der, der + size);
      native = answer;
      type = kit::facts_of(bad_leaf).key_type;
    }
    return true;
  };
  const bool whole = blob.is_pem() ? each_block(blob, "CERTIFICATE", add)
                                   : add(blob.bytes.data(), blob.bytes.size());
  if (is_beyond(native)) refuse_key_type(blob, type, native);
  if (!whole || (into->raw.p == nullptr && bad_leaf.empty()))
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED, native,
                 blob.origin + ": no certificate could be read from it");
  return bad_leaf;
}

std::vector<std::unique_ptr<Identity>> read_identities(const plugtls_config &config) {
  std::vector<std::unique_ptr<Identity>> out;
  for (uint32_t i = 0; i < config.identity_count; ++i)
    out.push_back(read_identity(*config.identities[i]));
  return out;
}

std::unique_ptr<Store> make_store(const plugtls_config &config, const plugtls_host &host) {
  auto out = std::make_unique<Store>();
  for (const plugtls_source &source : kit::trust_of(config))
    add_anchors(out->anchors.get(), source, host);
  out->facts = facts_of_chain(out->anchors.get());
  if (out->facts.empty())
    kit::raise(PLUGTLS_E_TRUST_STORE_EMPTY, "the trust store holds no trust anchor");
  add_crls(out->crls.get(), config, host);
  out->has_crls = config.crl_count > 0;
  return out;
}

std::vector<kit::PathCertificate> facts_of_chain(const mbedtls_x509_crt *chain) {
  std::vector<kit::PathCertificate> out;
  for (; chain != nullptr && chain->raw.p != nullptr; chain = chain->next)
    out.push_back({der_of(*chain), kit::facts_of(der_of(*chain))});
  return out;
}

int random(void *, unsigned char *out, std::size_t size) {
  return psa_generate_random(out, size) == PSA_SUCCESS ? 0 : MBEDTLS_ERR_PK_BAD_INPUT_DATA;
}

}  // namespace plugtls::mbedtls
