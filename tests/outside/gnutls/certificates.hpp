// SPDX-License-Identifier: Apache-2.0
// Certificates, keys and trust anchors from their sources.
#pragma once

#include <plugtls/backend.h>
#include <plugtls/kit/handle.hpp>
#include <plugtls/kit/path.hpp>
#include <plugtls/kit/source.hpp>

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include <type_traits>
#include <vector>

namespace plugtls_gnutls {

namespace kit = plugtls::kit;

using Certificate = kit::Handle<std::remove_pointer_t<gnutls_x509_crt_t>, gnutls_x509_crt_deinit>;
using Key = kit::Handle<std::remove_pointer_t<gnutls_x509_privkey_t>, gnutls_x509_privkey_deinit>;
using Credentials = kit::Handle<std::remove_pointer_t<gnutls_certificate_credentials_t>,
                                gnutls_certificate_free_credentials>;
using Der = std::vector<uint8_t>;

// The DER of every certificate of a source, whatever is in it; PLUGTLS_E_CERTIFICATE_MALFORMED if there is none.
std::vector<Der> read_encodings(const kit::Blob &blob);

// The same, of certificates that GnuTLS can read, or PLUGTLS_E_CERTIFICATE_MALFORMED.
std::vector<Der> read_certificates(const kit::Blob &blob);

struct Identity {
  std::vector<Certificate> chain;
  std::vector<gnutls_x509_crt_t> views;  // of the same
  Key key;
};

// Every identity of the configuration; a key that does not match is PLUGTLS_E_KEY_MISMATCH.
std::vector<Identity> use_identities(gnutls_certificate_credentials_t credentials,
                                     const plugtls_config &config);

using Crl = kit::Handle<std::remove_pointer_t<gnutls_x509_crl_t>, gnutls_x509_crl_deinit>;

// Trust anchors with what they say, and CRLs.
struct Store {
  std::vector<Der> anchors;
  std::vector<kit::PathCertificate> facts;  // views into the former
  std::vector<Crl> crls;
};

// The store of the configuration, or the system's.
Store read_store(const plugtls_config &config, const plugtls_host &host);

// nullptr: GnuTLS cannot read it.
Certificate parse_certificate(std::span<const uint8_t> der, int *native);

// Does the key of one certificate verify the signature of another?
bool signature_holds(kit::DerView lower, kit::DerView upper);

}  // namespace plugtls_gnutls
