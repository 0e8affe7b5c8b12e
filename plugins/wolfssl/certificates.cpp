// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include "error.hpp"
#include "keys.hpp"
#include "signer.hpp"

#include <plugtls/kit/blobs.hpp>
#include <plugtls/kit/pem.hpp>
#include <plugtls/kit/signed_object.hpp>

#include <string_view>

namespace plugtls::wolfssl {

namespace {

// Calls `take` with each DER encoding of the blob that has the label. False if one cannot be read.
template <class Take>
bool each_encoding(const kit::Blob &blob, std::string_view label, Take &&take) {
  if (!blob.is_pem()) return take(kit::DerView(blob.bytes));
  return kit::each_pem_block(kit::as_text(blob.bytes), [&](const kit::PemBlock &block) {
    return block.label != label || take(kit::DerView(block.der));
  });
}

bool add(Certificates &into, kit::DerView der) {
  if (!kit::parse_signed(der)) return false;
  into.emplace_back(der.begin(), der.end());
  return true;
}

void add_anchors(Certificates &anchors, const plugtls_source &source, const plugtls_host &host) {
  for (const kit::Blob &blob : kit::blobs_of(source, host)) {
    const std::size_t before = anchors.size();
    const bool whole =
        each_encoding(blob, "CERTIFICATE", [&](kit::DerView der) { return add(anchors, der); });
    const bool lenient = source.kind == PLUGTLS_SOURCE_DIRECTORY || blob.bytes.empty();
    if ((!whole || anchors.size() == before) && !lenient)
      kit::raise(PLUGTLS_E_CERTIFICATE_MALFORMED, "%s: no trust anchor could be read from it",
                 blob.origin.c_str());
  }
}

void add_crls(Store &store, const plugtls_config &config, const plugtls_host &host) {
  for (uint32_t i = 0; i < config.crl_count; ++i) {
    for (const kit::Blob &blob : kit::blobs_of(*config.crls[i], host)) {
      const std::size_t before = store.revocations.size();
      const bool whole = each_encoding(blob, "X509 CRL", [&](kit::DerView der) {
        store.revocations.emplace_back(der.begin(), der.end());
        return kit::parse_crl(der).has_value();
      });
      if (!whole || store.revocations.size() == before)
        kit::raise(PLUGTLS_E_CRL_MALFORMED, "%s: no CRL could be read from it",
                   blob.origin.c_str());
    }
  }
  for (const auto &der : store.revocations)
    store.crls.push_back(*kit::parse_crl(der));
}

void read_chain(Certificates &into, const plugtls_identity &identity) {
  for (uint32_t i = 0; i < identity.certificate_count; ++i) {
    const plugtls_source &source = *identity.certificates[i];
    read_certificates(into, source.kind == PLUGTLS_SOURCE_URI ? kit::read_token_certificate(source)
                                                              : kit::read_source(source));
  }
}

[[noreturn]] void refuse_mismatch() {
  kit::raise(PLUGTLS_E_KEY_MISMATCH, "the private key does not belong to the leaf certificate");
}

void use_key(Identity &identity, const plugtls_source &key) {
  identity.key = read_private_key(key);
  if (!belongs_to(identity.key, identity.chain.front())) refuse_mismatch();
}

void use_token(Identity &identity, const plugtls_source &key) {
  identity.token = std::make_unique<kit::TokenKey>(key);
  use_signer(identity, identity.token->signer());
  if (!signer_belongs(identity)) refuse_mismatch();
}

Identity read_identity(const plugtls_identity &identity) {
  Identity out;
  read_chain(out.chain, identity);
  require_key_type(out.chain);
  out.type = kit::facts_of(out.chain.front()).key_type;
  if (identity.key->kind == PLUGTLS_SOURCE_SIGNER)
    use_signer(out, identity.key->signer);
  else if (identity.key->kind == PLUGTLS_SOURCE_URI)
    use_token(out, *identity.key);
  else
    use_key(out, *identity.key);
  return out;
}

std::vector<uint8_t> joined(const Certificates &chain) {
  std::vector<uint8_t> out;
  for (const auto &one : chain)
    out.insert(out.end(), one.begin(), one.end());
  return out;
}

void require_identity(int native, const char *what) {
  if (native == WOLFSSL_SUCCESS) return;
  raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED, native,
               std::string("wolfSSL does not take the identity's ") + what);
}

}  // namespace

void read_certificates(Certificates &into, const kit::Blob &blob) {
  const std::size_t before = into.size();
  const bool whole =
      each_encoding(blob, "CERTIFICATE", [&](kit::DerView der) { return add(into, der); });
  if (!whole || into.size() == before)
    kit::raise(PLUGTLS_E_CERTIFICATE_MALFORMED, "%s: no certificate could be read from it",
               blob.origin.c_str());
}

void require_key_type(const Certificates &chain) {
  if (chain.empty() || kit::facts_of(chain.front()).key_type != kit::KeyType::rsa_pss) return;
  throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_CERT_RSA_PSS,
                                    "wolfSSL does not do with keys of type id-RSASSA-PSS"));
}

void read_peer_chain(Certificates &into, const kit::Blob &blob) {
  const std::size_t before = into.size();
  const bool whole = each_encoding(blob, "CERTIFICATE", [&](kit::DerView der) {
    into.emplace_back(der.begin(), der.end());
    return true;
  });
  if (!whole || into.size() == before)
    kit::raise(PLUGTLS_E_CERTIFICATE_MALFORMED, "%s: no certificate could be read from it",
               blob.origin.c_str());
}

std::vector<Identity> read_identities(const plugtls_config &config) {
  std::vector<Identity> out;
  for (uint32_t i = 0; i < config.identity_count; ++i)
    out.push_back(read_identity(*config.identities[i]));
  return out;
}

void use_identity(WOLFSSL_CTX *context, const Identity &identity) {
  const std::vector<uint8_t> chain = joined(identity.chain);
  require_identity(
      wolfSSL_CTX_use_certificate_chain_buffer_format(
          context, chain.data(), static_cast<long>(chain.size()), WOLFSSL_FILETYPE_ASN1),
      "certificates");
  require_identity(wolfSSL_CTX_use_PrivateKey_buffer(context, identity.key.data(),
                                                     static_cast<long>(identity.key.size()),
                                                     WOLFSSL_FILETYPE_ASN1),
                   "private key");
}

void use_identity(WOLFSSL *connection, const Identity &identity) {
  std::string pem;
  for (const auto &one : identity.chain) {
    std::vector<byte> text(one.size() * 2 + 128);
    const int size = wc_DerToPem(one.data(), static_cast<word32>(one.size()), text.data(),
                                 static_cast<word32>(text.size()), CERT_TYPE);
    if (size <= 0) require_identity(size, "certificates");
    pem.append(reinterpret_cast<const char *>(text.data()), static_cast<std::size_t>(size));
  }
  require_identity(wolfSSL_use_certificate_chain_buffer(
                       connection, reinterpret_cast<const unsigned char *>(pem.data()),
                       static_cast<long>(pem.size())),
                   "certificates");
  require_identity(
      wolfSSL_use_PrivateKey_buffer(connection, identity.key.data(),
                                    static_cast<long>(identity.key.size()), WOLFSSL_FILETYPE_ASN1),
      "private key");
}

std::unique_ptr<Store> make_store(const plugtls_config &config, const plugtls_host &host) {
  auto out = std::make_unique<Store>();
  for (const plugtls_source &source : kit::trust_of(config))
    add_anchors(out->anchors, source, host);
  out->facts = facts_of_chain(out->anchors);
  if (out->facts.empty())
    kit::raise(PLUGTLS_E_TRUST_STORE_EMPTY, "the trust store holds no trust anchor");
  add_crls(*out, config, host);
  return out;
}

std::vector<kit::PathCertificate> facts_of_chain(const Certificates &chain) {
  std::vector<kit::PathCertificate> out;
  for (const auto &one : chain)
    out.push_back({one, kit::facts_of(one)});
  return out;
}

}  // namespace plugtls::wolfssl
