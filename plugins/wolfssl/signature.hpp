// SPDX-License-Identifier: Apache-2.0
// Signatures of certificates, CRLs and OCSP responses, and digests: all that wolfCrypt is asked about a chain.
#pragma once

#include <plugtls/kit/facts.hpp>
#include <plugtls/kit/signed_object.hpp>

#include <vector>

namespace plugtls::wolfssl {

// Whether the object was signed by the key of that certificate.
bool signature_holds(const kit::SignedObject &object, kit::DerView issuer);

// Empty if wolfCrypt has not got the hash.
std::vector<uint8_t> digest_of(kit::SignatureHash hash, kit::DerView bytes);

}  // namespace plugtls::wolfssl
