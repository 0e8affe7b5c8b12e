// SPDX-License-Identifier: Apache-2.0
// Certificates, keys, trust anchors and CRLs from their sources.
#pragma once

#include <plugtls/backend.h>
#include <plugtls/kit/certificate.hpp>
#include <plugtls/kit/crl.hpp>
#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/handle.hpp>
#include <plugtls/kit/path.hpp>
#include <plugtls/kit/signed_object.hpp>
#include <plugtls/kit/source.hpp>

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <vector>

namespace plugtls_boringssl {

namespace kit = plugtls::kit;

using Key = kit::Handle<EVP_PKEY, EVP_PKEY_free>;
using Der = std::vector<uint8_t>;

// The DER of every certificate of a source, whatever is in it; PLUGTLS_E_CERTIFICATE_MALFORMED if there is none.
std::vector<Der> read_encodings(const kit::Blob &blob);

// The same, of certificates that can be read, or PLUGTLS_E_CERTIFICATE_MALFORMED.
std::vector<Der> read_certificates(const kit::Blob &blob);

Key read_key(const plugtls_source &source);

// A certificate's public key; null if it is of a kind that BoringSSL does not have.
Key public_key_of(kit::DerView certificate);

// Trust anchors with what they say, and CRLs. The facts are views into the encodings.
struct Store {
  std::vector<Der> anchors;
  std::vector<kit::PathCertificate> facts;
  std::vector<Der> crl_encodings;
  std::vector<kit::Crl> crls;
};

// The store of the configuration, or the system's.
Store read_store(const plugtls_config &config, const plugtls_host &host);

// Does the key of the certificate verify the signature?
bool signature_holds(const kit::SignedObject &object, kit::DerView issuer);

}  // namespace plugtls_boringssl
