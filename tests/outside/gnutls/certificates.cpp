// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include "error.hpp"

#include <plugtls/kit/blobs.hpp>
#include <plugtls/kit/der.hpp>

#include <algorithm>
#include <string_view>

namespace plugtls_gnutls {

using namespace plugtls;

namespace {

using PublicKey = kit::Handle<std::remove_pointer_t<gnutls_pubkey_t>, gnutls_pubkey_deinit>;

gnutls_datum_t datum_of(std::span<const uint8_t> bytes) {
  return {const_cast<unsigned char *>(bytes.data()), static_cast<unsigned>(bytes.size())};
}

Certificate new_certificate() {
  gnutls_x509_crt_t out = nullptr;
  require(gnutls_x509_crt_init(&out), "make a certificate");
  return Certificate(out);
}

// Calls `take` with the DER of each block; false if one cannot be decoded, or begins and does not end.
template <class Take>
bool each_block(const kit::Blob &blob, Take &&take) {
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view end = "-----END CERTIFICATE-----";
  const std::string_view text = kit::as_text(blob.bytes);
  for (std::size_t at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at)) {
    const std::size_t last = text.find(end, at);
    if (last == std::string_view::npos) return false;
    const gnutls_datum_t pem =
        datum_of(std::span<const uint8_t>(blob.bytes).subspan(at, last + end.size() - at));
    gnutls_datum_t der{};
    if (gnutls_pem_base64_decode2("CERTIFICATE", &pem, &der) < 0) return false;
    const kit::Handle<unsigned char, [](unsigned char *data) { gnutls_free(data); }> owned(
        der.data);
    take(Der(der.data, der.data + der.size));
    at = last;
  }
  return true;
}

// Empty if a block of PEM cannot be decoded.
std::vector<Der> encodings_of(const kit::Blob &blob) {
  std::vector<Der> out;
  if (!blob.is_pem())
    out.emplace_back(blob.bytes.begin(), blob.bytes.end());
  else if (!each_block(blob, [&](Der der) { out.push_back(std::move(der)); }))
    out.clear();
  return out;
}

std::vector<Der> try_certificates(const kit::Blob &blob, int *native) {
  auto out = encodings_of(blob);
  const bool good = std::all_of(out.begin(), out.end(), [&](const Der &one) {
    return parse_certificate(one, native) != nullptr;
  });
  return good ? out : std::vector<Der>{};
}

// EncryptedPrivateKeyInfo (RFC 5958) begins with an AlgorithmIdentifier, every other key with a version; in PEM the
// label, or the header of OpenSSL's traditional form, says it.
bool is_encrypted(const kit::Blob &blob) {
  if (blob.is_pem()) return kit::as_text(blob.bytes).find("ENCRYPTED") != std::string_view::npos;
  kit::DerReader reader(blob.bytes);
  kit::DerReader inner(reader.contents(kit::der_tag::sequence));
  return inner.next().tag == kit::der_tag::sequence && !inner.failed();
}

Key read_key(const plugtls_source &source) {
  const kit::Blob blob = kit::read_source(source);
  kit::Password password(source);
  const bool encrypted = is_encrypted(blob);
  if (encrypted && !password.get())
    kit::raise(PLUGTLS_E_PASSWORD_REQUIRED,
               "%s: the private key is encrypted and no password was given", blob.origin.c_str());
  gnutls_x509_privkey_t raw = nullptr;
  require(gnutls_x509_privkey_init(&raw), "make a key");
  Key key(raw);
  kit::SecureBytes secret;
  if (encrypted) secret = *password.get();
  secret.push_back(0);
  const gnutls_datum_t data = datum_of(blob.bytes);
  const int native = gnutls_x509_privkey_import2(
      raw, &data, blob.is_pem() ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER,
      encrypted ? reinterpret_cast<const char *>(secret.data()) : nullptr, 0);
  if (native >= 0) return key;
  if (encrypted)
    raise_native(PLUGTLS_E_PASSWORD_WRONG, native,
                 blob.origin + ": the password does not open the private key");
  raise_native(PLUGTLS_E_KEY_MALFORMED, native,
               blob.origin + ": no private key could be read from it");
}

Identity use_identity(gnutls_certificate_credentials_t credentials,
                      const plugtls_identity &identity) {
  Identity out;
  for (uint32_t i = 0; i < identity.certificate_count; ++i) {
    for (const Der &der : read_certificates(kit::read_source(*identity.certificates[i]))) {
      int native = 0;
      out.chain.push_back(parse_certificate(der, &native));
      out.views.push_back(out.chain.back().get());
    }
  }
  out.key = read_key(*identity.key);
  const int native = gnutls_certificate_set_x509_key(
      credentials, out.views.data(), static_cast<int>(out.views.size()), out.key.get());
  if (native == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
    raise_native(PLUGTLS_E_KEY_MISMATCH, native,
                 "the private key does not belong to the leaf certificate");
  if (native < 0)
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED, native,
                 "GnuTLS does not take the certificate chain");
  return out;
}

// A CRL, or several of a PEM file.
void add_crls(std::vector<Crl> &to, const kit::Blob &blob) {
  const gnutls_datum_t data = datum_of(blob.bytes);
  gnutls_x509_crl_t *list = nullptr;
  unsigned count = 0;
  const int native = gnutls_x509_crl_list_import2(
      &list, &count, &data, blob.is_pem() ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER, 0);
  const kit::Handle<gnutls_x509_crl_t, [](gnutls_x509_crl_t *array) { gnutls_free(array); }> owned(
      list);
  if (native < 0 || count == 0)
    raise_native(PLUGTLS_E_CRL_MALFORMED, native, blob.origin + ": no CRL could be read from it");
  for (unsigned i = 0; i < count; ++i)
    to.emplace_back(list[i]);
}

void read_crls(std::vector<Crl> &to, const plugtls_config &config, const plugtls_host &host) {
  for (uint32_t i = 0; i < config.crl_count; ++i)
    for (const kit::Blob &blob : kit::blobs_of(*config.crls[i], host))
      add_crls(to, blob);
}

}  // namespace

Certificate parse_certificate(std::span<const uint8_t> der, int *native) {
  Certificate out = new_certificate();
  const gnutls_datum_t data = datum_of(der);
  *native = gnutls_x509_crt_import(out.get(), &data, GNUTLS_X509_FMT_DER);
  return *native == 0 ? std::move(out) : nullptr;
}

std::vector<Der> read_encodings(const kit::Blob &blob) {
  auto out = encodings_of(blob);
  if (out.empty() || out.front().empty())
    kit::raise(PLUGTLS_E_CERTIFICATE_MALFORMED, "%s: no certificate could be read from it",
               blob.origin.c_str());
  return out;
}

std::vector<Der> read_certificates(const kit::Blob &blob) {
  int native = 0;
  auto out = try_certificates(blob, &native);
  if (out.empty())
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED, native,
                 blob.origin + ": no certificate could be read from it");
  return out;
}

std::vector<Identity> use_identities(gnutls_certificate_credentials_t credentials,
                                     const plugtls_config &config) {
  std::vector<Identity> out;
  for (uint32_t i = 0; i < config.identity_count; ++i)
    out.push_back(use_identity(credentials, *config.identities[i]));
  return out;
}

Store read_store(const plugtls_config &config, const plugtls_host &host) {
  Store out;
  for (const plugtls_source &source : kit::trust_of(config)) {
    for (const kit::Blob &blob : kit::blobs_of(source, host)) {
      int native = 0;
      auto found = try_certificates(blob, &native);
      const bool lenient = source.kind == PLUGTLS_SOURCE_DIRECTORY || blob.bytes.empty();
      if (found.empty() && !lenient)
        raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED, native,
                     blob.origin + ": no trust anchor could be read from it");
      std::move(found.begin(), found.end(), std::back_inserter(out.anchors));
    }
  }
  if (out.anchors.empty())
    kit::raise(PLUGTLS_E_TRUST_STORE_EMPTY, "the trust store holds no trust anchor");
  for (const Der &der : out.anchors)
    out.facts.push_back({der, kit::facts_of(der)});
  read_crls(out.crls, config, host);
  return out;
}

bool signature_holds(kit::DerView lower, kit::DerView upper) {
  int native = 0;
  const Certificate signed_one = parse_certificate(lower, &native);
  const Certificate issuer = parse_certificate(upper, &native);
  if (!signed_one || !issuer) return false;
  gnutls_pubkey_t raw = nullptr;
  require(gnutls_pubkey_init(&raw), "make a public key");
  const PublicKey key(raw);
  if (gnutls_pubkey_import_x509(raw, issuer.get(), 0) < 0) return false;
  kit::DerReader outer(lower);
  kit::DerReader inner(outer.contents(kit::der_tag::sequence));
  const gnutls_datum_t tbs = datum_of(inner.next().whole);
  std::vector<uint8_t> bytes(1024);
  std::size_t size = bytes.size();
  if (gnutls_x509_crt_get_signature(signed_one.get(), reinterpret_cast<char *>(bytes.data()),
                                    &size) < 0)
    return false;
  const gnutls_datum_t signature = datum_of({bytes.data(), size});
  // How strong the hash is, the policy has judged by then.
  const auto algorithm = static_cast<gnutls_sign_algorithm_t>(
      gnutls_x509_crt_get_signature_algorithm(signed_one.get()));
  return gnutls_pubkey_verify_data2(raw, algorithm, GNUTLS_VERIFY_ALLOW_BROKEN, &tbs, &signature) >=
         0;
}

}  // namespace plugtls_gnutls
