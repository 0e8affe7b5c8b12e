// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "certificates.hpp"

#include <plugtls/kit/source.hpp>

namespace plugtls::openssl {

// Empty if there is no key in it, or none that the password opens.
//
// OpenSSL's own decoders (as of 3.0 and 3.5) copy the plain encoding, and a traditional PEM's password, into memory that they give
// back as it is; S28 and P-GEN-6 want it wiped. So the usual keys are taken apart here, in memory that wipes itself, and
// handed over as numbers. Only what is rare goes the old way: DSA, RSASSA-PSS, RSA of more than two primes, and curves
// that are not named.
Key parse_private_key(const kit::Blob &blob, kit::Password &password);

}  // namespace plugtls::openssl
