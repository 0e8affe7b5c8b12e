// SPDX-License-Identifier: Apache-2.0
// A refused certificate in words, the same for every backend.
#pragma once

#include <plugtls/kit/fail.hpp>
#include <plugtls/types.h>

#include <array>
#include <cstdint>

namespace plugtls::kit {

// What is wrong with the certificate that the code is about; goes on from its name.
constexpr const char *certificate_fault(std::int32_t code) noexcept {
  switch (code) {
    case PLUGTLS_E_CERT_EXPIRED:
      return "has expired";
    case PLUGTLS_E_CERT_NOT_YET_VALID:
      return "is not yet valid";
    case PLUGTLS_E_CERT_UNKNOWN_ISSUER:
      return "has an issuer that nobody here knows";
    case PLUGTLS_E_CERT_SELF_SIGNED:
    case PLUGTLS_E_CERT_UNTRUSTED_ROOT:
      return "is self-signed and no trust anchor";
    case PLUGTLS_E_CERT_NAME_MISMATCH:
    case PLUGTLS_E_CERT_IP_MISMATCH:
      return "is not for the name or address that was asked for";
    case PLUGTLS_E_CERT_KEY_USAGE:
      return "has a key usage that does not allow TLS";
    case PLUGTLS_E_CERT_EXTENDED_KEY_USAGE:
      return "has an extended key usage that is for something else";
    case PLUGTLS_E_CERT_NOT_A_CA:
      return "is no certification authority";
    case PLUGTLS_E_CERT_PATH_LENGTH:
      return "allows fewer authorities below it";
    case PLUGTLS_E_CERT_NAME_CONSTRAINTS:
      return "has names that the name constraints of an issuer do not allow";
    case PLUGTLS_E_CERT_WEAK_SIGNATURE:
      return "is signed with a weak hash";
    case PLUGTLS_E_CERT_WEAK_KEY:
      return "has a key that is too weak";
    case PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION:
      return "has a critical extension that nobody here knows";
    case PLUGTLS_E_CERT_BAD_SIGNATURE:
      return "has a wrong signature";
    case PLUGTLS_E_CERT_MALFORMED:
      return "is malformed";
    case PLUGTLS_E_CERT_REVOKED:
      return "has been revoked";
    case PLUGTLS_E_CERT_CRL_MISSING:
      return "has an issuer whose CRL is missing";
    case PLUGTLS_E_CERT_CRL_INVALID:
      return "has an issuer whose CRL is out of date, badly signed or unfit";
    case PLUGTLS_E_CERT_OCSP_MISSING:
      return "came without the OCSP response that is required";
    case PLUGTLS_E_CERT_OCSP_INVALID:
      return "came with an OCSP response that is not acceptable";
    case PLUGTLS_E_CERT_MISSING:
      return "is missing";
    case PLUGTLS_E_CERT_CHAIN_TOO_LONG:
      return "is further from the leaf than a trust anchor may be";
    default:
      return "is not acceptable to the TLS library";
  }
}

// The error for a certificate `depth` steps above the leaf, or -1.
inline plugtls_error certificate_refused(std::int32_t code, std::int32_t depth) noexcept {
  std::array<char, 40> which{"it"};
  if (depth > 0)
    (void)std::snprintf(which.data(), which.size(), "its issuer (certificate %d)", depth);
  plugtls_error error = make_error(code, "the peer's certificate was refused: %s %s", which.data(),
                                   certificate_fault(code));
  error.certificate_depth = depth;
  return error;
}

}  // namespace plugtls::kit
