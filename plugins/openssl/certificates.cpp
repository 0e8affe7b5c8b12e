// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include "context.hpp"
#include "error.hpp"
#include "pkcs11.hpp"
#include "private_key.hpp"
#include "signer.hpp"
#include "stapling.hpp"

#include <plugtls/kit/blobs.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>

namespace plugtls::openssl {

namespace {

using Bio = kit::Handle<BIO, BIO_free>;
using Crl = kit::Handle<X509_CRL, X509_CRL_free>;

Bio open_bio(const kit::Blob &blob) {
  // NULL is no memory to OpenSSL, also when there is nothing to read.
  const void *data = blob.bytes.empty() ? "" : static_cast<const void *>(blob.bytes.data());
  Bio bio(BIO_new_mem_buf(data, static_cast<int>(blob.bytes.size())));
  if (!bio) throw std::bad_alloc();
  return bio;
}

using Octets = kit::Handle<unsigned char, [](unsigned char *data) { OPENSSL_free(data); }>;

// Empty if there is none; what is not PEM makes the whole source malformed.
std::vector<std::vector<uint8_t>> try_encodings(const kit::Blob &blob) {
  if (!blob.is_pem()) return {std::vector<uint8_t>(blob.bytes.begin(), blob.bytes.end())};
  std::vector<std::vector<uint8_t>> out;
  const Bio bio = open_bio(blob);
  unsigned char *data = nullptr;
  long size = 0;
  while (PEM_bytes_read_bio(&data, &size, nullptr, PEM_STRING_X509, bio.get(), nullptr, nullptr) ==
         1) {
    const Octets owned(data);
    out.emplace_back(data, data + size);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) out.clear();
  return out;
}

// Empty if there is none; what is not a certificate makes the whole source malformed.
std::vector<Certificate> try_certificates(const kit::Blob &blob) {
  std::vector<Certificate> out;
  for (const auto &der : try_encodings(blob)) {
    out.push_back(parse_certificate(der));
    if (!out.back()) return {};
  }
  return out;
}

std::size_t add_anchors(X509_STORE *store, const plugtls_source &source, const plugtls_host &host) {
  std::size_t added = 0;
  for (const kit::Blob &blob : kit::blobs_of(source, host)) {
    const auto certificates = try_certificates(blob);
    if (certificates.empty() && source.kind != PLUGTLS_SOURCE_DIRECTORY && !blob.bytes.empty())
      raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                   blob.origin + ": no trust anchor could be read from it");
    for (const Certificate &certificate : certificates)
      if (X509_STORE_add_cert(store, certificate.get()) == 1) ++added;
    ERR_clear_error();
  }
  return added;
}

void add_crls(X509_STORE *store, const plugtls_config &config, const plugtls_host &host) {
  for (uint32_t i = 0; i < config.crl_count; ++i) {
    for (const kit::Blob &blob : kit::blobs_of(*config.crls[i], host)) {
      const Bio bio = open_bio(blob);
      std::size_t added = 0;
      const auto add = [&](X509_CRL *raw) {
        const Crl crl(raw);
        added += crl && X509_STORE_add_crl(store, crl.get()) == 1 ? 1U : 0U;
        return raw != nullptr;
      };
      if (!blob.is_pem())
        add(d2i_X509_CRL_bio(bio.get(), nullptr));
      else
        while (add(PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr))) {
        }
      if (added == 0)
        raise_native(PLUGTLS_E_CRL_MALFORMED, blob.origin + ": no CRL could be read from it");
      ERR_clear_error();
    }
  }
}

Key key_of(plugtls_backend_context &context, const plugtls_source &source, X509 *leaf) {
  if (source.kind == PLUGTLS_SOURCE_URI) return read_token_key(source);
  if (source.kind != PLUGTLS_SOURCE_SIGNER) return read_key(source);
  plugtls_backend_instance &instance = *context.instance;
  std::call_once(instance.signers_prepared, [&] { instance.signers = make_signer_library(); });
  context.signs_outside = true;
  return key_of_signer(instance.signers, source.signer, leaf);
}

std::vector<Certificate> read_chain(const plugtls_identity &identity) {
  std::vector<Certificate> out;
  for (uint32_t i = 0; i < identity.certificate_count; ++i) {
    const plugtls_source &source = *identity.certificates[i];
    if (source.kind == PLUGTLS_SOURCE_URI) {
      out.push_back(read_token_certificate(source));
      continue;
    }
    for (Certificate &certificate : read_certificates(kit::read_source(source)))
      out.push_back(std::move(certificate));
  }
  return out;
}

void use_identity(plugtls_backend_context &context, const plugtls_identity &identity) {
  const std::vector<Certificate> chain = read_chain(identity);
  const Key key = key_of(context, *identity.key, chain.front().get());
  if (X509_check_private_key(chain.front().get(), key.get()) != 1)
    raise_native(PLUGTLS_E_KEY_MISMATCH, "the private key does not belong to the leaf certificate");
  const kit::Handle<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }> rest(
      sk_X509_new_null());
  for (std::size_t i = 1; i < chain.size(); ++i)
    sk_X509_push(rest.get(), chain[i].get());
  if (SSL_CTX_use_cert_and_key(context.ctx.get(), chain.front().get(), key.get(), rest.get(), 1) !=
      1)
    raise_native(
        PLUGTLS_E_CERTIFICATE_MALFORMED,
        "OpenSSL does not take the certificate chain (key too short, or a weak signature?)");
  context.identity_types.push_back(EVP_PKEY_get_base_id(X509_get0_pubkey(chain.front().get())));
  std::vector<X509 *> views;
  views.reserve(chain.size());
  for (const Certificate &certificate : chain)
    views.push_back(certificate.get());
  use_staple(context, identity, views);
}

}  // namespace

std::vector<Certificate> read_certificates(const kit::Blob &blob) {
  auto out = try_certificates(blob);
  if (out.empty())
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                 blob.origin + ": no certificate could be read from it");
  ERR_clear_error();
  return out;
}

std::vector<std::vector<uint8_t>> read_encodings(const kit::Blob &blob) {
  auto out = try_encodings(blob);
  if (out.empty())
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                 blob.origin + ": no certificate could be read from it");
  ERR_clear_error();
  return out;
}

Certificate parse_certificate(const std::vector<uint8_t> &der) {
  const unsigned char *at = der.data();
  Certificate out(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  return out && at == der.data() + der.size() ? std::move(out) : Certificate();
}

Key read_key(const plugtls_source &source) {
  const kit::Blob blob = kit::read_source(source);
  kit::Password password(source);
  Key key = parse_private_key(blob, password);
  if (!key && password.wanted() && !password.given())
    raise_native(PLUGTLS_E_PASSWORD_REQUIRED,
                 blob.origin + ": the private key is encrypted and no password was given");
  if (!key && password.wanted())
    raise_native(PLUGTLS_E_PASSWORD_WRONG,
                 blob.origin + ": the password does not open the private key");
  if (!key)
    raise_native(PLUGTLS_E_KEY_MALFORMED, blob.origin + ": no private key could be read from it");
  ERR_clear_error();
  return key;
}

void use_identities(plugtls_backend_context &context, const plugtls_config &config) {
  for (uint32_t i = 0; i < config.identity_count; ++i)
    use_identity(context, *config.identities[i]);
}

Store make_store(const plugtls_config &config, const plugtls_host &host) {
  Store store(X509_STORE_new());
  if (!store) throw std::bad_alloc();
  std::size_t added = 0;
  for (const plugtls_source &source : kit::trust_of(config))
    added += add_anchors(store.get(), source, host);
  if (added == 0) kit::raise(PLUGTLS_E_TRUST_STORE_EMPTY, "the trust store holds no trust anchor");
  add_crls(store.get(), config, host);
  return store;
}

std::vector<uint8_t> to_der(X509 *certificate) {
  const int size = i2d_X509(certificate, nullptr);
  std::vector<uint8_t> out(static_cast<std::size_t>(std::max(size, 0)));
  uint8_t *at = out.data();
  if (size > 0) i2d_X509(certificate, &at);
  return out;
}

}  // namespace plugtls::openssl
