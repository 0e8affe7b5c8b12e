// SPDX-License-Identifier: Apache-2.0
// What the kit's judgement of OCSP responses asks of OpenSSL (kit/ocsp.hpp). OCSP_basic_verify would judge the responder
// by the clock and by the store alone.
#pragma once

#include <plugtls/kit/facts.hpp>
#include <plugtls/kit/signed_object.hpp>

#include <vector>

namespace plugtls::openssl {

// Whether the object was signed by the key of that certificate.
bool signature_holds(const kit::SignedObject &object, kit::DerView issuer);

// Empty if OpenSSL has not got the hash.
std::vector<uint8_t> digest_of(kit::SignatureHash hash, kit::DerView bytes);

}  // namespace plugtls::openssl
