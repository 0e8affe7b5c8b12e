// SPDX-License-Identifier: Apache-2.0
// Certificates, keys, trust anchors and CRLs from their sources.
#pragma once

#include <plugtls/backend.h>
#include <plugtls/kit/handle.hpp>
#include <plugtls/kit/path.hpp>
#include <plugtls/kit/pkcs11.hpp>
#include <plugtls/kit/source.hpp>

#include <mbedtls/pk.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include <memory>
#include <vector>

namespace plugtls::mbedtls {

using Chain = kit::Pinned<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;
using Crls = kit::Pinned<mbedtls_x509_crl, mbedtls_x509_crl_init, mbedtls_x509_crl_free>;
using Key = kit::Pinned<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;

struct Identity {
  Chain chain;
  Key key;
  const plugtls_signer *signer = nullptr;  // signs in its place; the key is the public half then
  std::unique_ptr<kit::TokenKey> token;    // which is the signer, where it is in a token
};

// Trust anchors and CRLs.
struct Store {
  Chain anchors;
  Crls crls;
  std::vector<kit::PathCertificate> facts;  // of the anchors, in order
  bool has_crls = false;

  const mbedtls_x509_crt *anchor(std::size_t index) const;
};

// Critical extensions included that Mbed TLS does not know: the kit's policy judges them. Bytes after it are refused, which
// Mbed TLS would leave alone.
int parse_certificate(mbedtls_x509_crt *into, const unsigned char *der, std::size_t size);

// Every certificate of a source, or PLUGTLS_E_CERTIFICATE_MALFORMED.
void read_certificates(mbedtls_x509_crt *into, const kit::Blob &blob);

// A chain to be judged: what cannot be read above the leaf is left out, as it is nobody's issuer. Answers with the leaf's DER
// if that cannot be read. A kind of key that Mbed TLS has not got is PLUGTLS_E_UNSUPPORTED.
std::vector<uint8_t> read_peer_chain(mbedtls_x509_crt *into, const kit::Blob &blob);

// Every identity of the configuration; a key that does not match is PLUGTLS_E_KEY_MISMATCH.
std::vector<std::unique_ptr<Identity>> read_identities(const plugtls_config &config);

// The store of the configuration: its anchors, or the system's, and its CRLs.
std::unique_ptr<Store> make_store(const plugtls_config &config, const plugtls_host &host);

std::vector<kit::PathCertificate> facts_of_chain(const mbedtls_x509_crt *chain);

inline kit::DerView der_of(const mbedtls_x509_crt &certificate) {
  return {certificate.raw.p, certificate.raw.len};
}

// Random numbers as Mbed TLS's functions want them.
int random(void *, unsigned char *out, std::size_t size);

}  // namespace plugtls::mbedtls
