// SPDX-License-Identifier: Apache-2.0
// Certificates, keys, trust anchors and CRLs from their sources.
#pragma once

#include "library.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/crl.hpp>
#include <plugtls/kit/path.hpp>
#include <plugtls/kit/pkcs11.hpp>
#include <plugtls/kit/source.hpp>
#include <plugtls/kit/verified_links.hpp>

#include <memory>
#include <vector>

namespace plugtls::wolfssl {

using Certificates = std::vector<std::vector<uint8_t>>;  // DER

struct Identity {
  Certificates chain;                         // leaf first
  kit::SecureBytes key;                       // or its public half, if it signs outside
  const plugtls_signer *signer = nullptr;     // who signs there
  std::unique_ptr<kit::TokenKey> token = {};  // which is, where it is in a token
  kit::KeyType type = kit::KeyType::unknown;
};

// Trust anchors and CRLs. The facts point into what is beside them.
struct Store {
  Certificates anchors;
  Certificates revocations;
  std::vector<kit::PathCertificate> facts;  // of the anchors, in order
  std::vector<kit::Crl> crls;
  mutable kit::VerifiedLinks links;
};

// Every certificate of a source, or PLUGTLS_E_CERTIFICATE_MALFORMED; of each only the frame is looked at.
void read_certificates(Certificates &into, const kit::Blob &blob);

// A chain to be judged: whatever the source holds, for what is malformed is the policy's to tell.
void read_peer_chain(Certificates &into, const kit::Blob &blob);

// Throws PLUGTLS_E_UNSUPPORTED for a leaf whose key wolfSSL cannot use, by its feature.
void require_key_type(const Certificates &chain);

// Every identity of the configuration; a key that does not match is PLUGTLS_E_KEY_MISMATCH.
std::vector<Identity> read_identities(const plugtls_config &config);

// Puts an identity into a context, or for one connection only.
void use_identity(WOLFSSL_CTX *context, const Identity &identity);
void use_identity(WOLFSSL *connection, const Identity &identity);

// The store of the configuration: its anchors, or the system's, and its CRLs.
std::unique_ptr<Store> make_store(const plugtls_config &config, const plugtls_host &host);

std::vector<kit::PathCertificate> facts_of_chain(const Certificates &chain);

}  // namespace plugtls::wolfssl
