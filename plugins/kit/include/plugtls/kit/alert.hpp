// SPDX-License-Identifier: Apache-2.0
// Which alert tells the peer of which fault (RFC 8446, 6.2), the same for every backend.
#pragma once

#include <plugtls/types.h>

#include <array>
#include <cstdint>

namespace plugtls::kit {

namespace alert {
inline constexpr std::int32_t close_notify = 0;
inline constexpr std::int32_t unexpected_message = 10;
inline constexpr std::int32_t bad_record_mac = 20;
inline constexpr std::int32_t record_overflow = 22;
inline constexpr std::int32_t handshake_failure = 40;
inline constexpr std::int32_t bad_certificate = 42;
inline constexpr std::int32_t unsupported_certificate = 43;
inline constexpr std::int32_t certificate_revoked = 44;
inline constexpr std::int32_t certificate_expired = 45;
inline constexpr std::int32_t certificate_unknown = 46;
inline constexpr std::int32_t illegal_parameter = 47;
inline constexpr std::int32_t unknown_ca = 48;
inline constexpr std::int32_t access_denied = 49;
inline constexpr std::int32_t decode_error = 50;
inline constexpr std::int32_t decrypt_error = 51;
inline constexpr std::int32_t protocol_version = 70;
inline constexpr std::int32_t internal_error = 80;
inline constexpr std::int32_t no_renegotiation = 100;
inline constexpr std::int32_t unrecognized_name = 112;
inline constexpr std::int32_t bad_certificate_status_response = 113;
inline constexpr std::int32_t certificate_required = 116;
inline constexpr std::int32_t no_application_protocol = 120;
}  // namespace alert

// The alert for a refused certificate. Only TLS 1.3 has certificate_required.
constexpr std::int32_t alert_of_certificate(std::int32_t code, bool tls13) noexcept {
  switch (code) {
    case PLUGTLS_E_CERT_EXPIRED:
      return alert::certificate_expired;
    case PLUGTLS_E_CERT_UNKNOWN_ISSUER:
    case PLUGTLS_E_CERT_SELF_SIGNED:
    case PLUGTLS_E_CERT_UNTRUSTED_ROOT:
      return alert::unknown_ca;
    case PLUGTLS_E_CERT_REVOKED:
      return alert::certificate_revoked;
    case PLUGTLS_E_CERT_OCSP_MISSING:
    case PLUGTLS_E_CERT_OCSP_INVALID:
      return alert::bad_certificate_status_response;
    case PLUGTLS_E_CERT_MISSING:
      return tls13 ? alert::certificate_required : alert::handshake_failure;
    default:
      return alert::bad_certificate;
  }
}

// A fatal alert as it stands on the wire before any key is agreed on. A library that closes in silence on
// what is not TLS leaves it to its backend to say so (P-IO-4).
constexpr std::array<std::uint8_t, 7> plaintext_alert(std::int32_t description) noexcept {
  return {21, 3, 1, 0, 2, 2, static_cast<std::uint8_t>(description)};
}

}  // namespace plugtls::kit
