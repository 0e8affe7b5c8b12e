// SPDX-License-Identifier: Apache-2.0
// Signatures of certificates and CRLs: the one thing that wolfCrypt is asked about a chain.
#pragma once

#include <plugtls/kit/signed_object.hpp>

namespace plugtls::wolfssl {

// Whether the object was signed by the key of that certificate.
bool signature_holds(const kit::SignedObject &object, kit::DerView issuer);

}  // namespace plugtls::wolfssl
