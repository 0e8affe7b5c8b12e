// SPDX-License-Identifier: Apache-2.0
/// Alerts: the IANA "TLS Alerts" registry (RFC 8446, 6).
#ifndef PLUGTLS_ALERT_HPP
#define PLUGTLS_ALERT_HPP

#include "plugtls/detail/named_number.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plugtls {

enum class Alert : std::uint8_t {
  close_notify = 0,
  unexpected_message = 10,
  bad_record_mac = 20,
  decryption_failed = 21,
  record_overflow = 22,
  decompression_failure = 30,
  handshake_failure = 40,
  no_certificate = 41,
  bad_certificate = 42,
  unsupported_certificate = 43,
  certificate_revoked = 44,
  certificate_expired = 45,
  certificate_unknown = 46,
  illegal_parameter = 47,
  unknown_ca = 48,
  access_denied = 49,
  decode_error = 50,
  decrypt_error = 51,
  too_many_cids_requested = 52,
  export_restriction = 60,
  protocol_version = 70,
  insufficient_security = 71,
  internal_error = 80,
  inappropriate_fallback = 86,
  user_canceled = 90,
  no_renegotiation = 100,
  missing_extension = 109,
  unsupported_extension = 110,
  certificate_unobtainable = 111,
  unrecognized_name = 112,
  bad_certificate_status_response = 113,
  bad_certificate_hash_value = 114,
  unknown_psk_identity = 115,
  certificate_required = 116,
  general_error = 117,
  no_application_protocol = 120,
  ech_required = 121,
};

namespace detail {

inline constexpr auto alert_names = std::to_array<Named<Alert>>({
    {Alert::close_notify, "close_notify"},
    {Alert::unexpected_message, "unexpected_message"},
    {Alert::bad_record_mac, "bad_record_mac"},
    {Alert::decryption_failed, "decryption_failed"},
    {Alert::record_overflow, "record_overflow"},
    {Alert::decompression_failure, "decompression_failure"},
    {Alert::handshake_failure, "handshake_failure"},
    {Alert::no_certificate, "no_certificate"},
    {Alert::bad_certificate, "bad_certificate"},
    {Alert::unsupported_certificate, "unsupported_certificate"},
    {Alert::certificate_revoked, "certificate_revoked"},
    {Alert::certificate_expired, "certificate_expired"},
    {Alert::certificate_unknown, "certificate_unknown"},
    {Alert::illegal_parameter, "illegal_parameter"},
    {Alert::unknown_ca, "unknown_ca"},
    {Alert::access_denied, "access_denied"},
    {Alert::decode_error, "decode_error"},
    {Alert::decrypt_error, "decrypt_error"},
    {Alert::too_many_cids_requested, "too_many_cids_requested"},
    {Alert::export_restriction, "export_restriction"},
    {Alert::protocol_version, "protocol_version"},
    {Alert::insufficient_security, "insufficient_security"},
    {Alert::internal_error, "internal_error"},
    {Alert::inappropriate_fallback, "inappropriate_fallback"},
    {Alert::user_canceled, "user_canceled"},
    {Alert::no_renegotiation, "no_renegotiation"},
    {Alert::missing_extension, "missing_extension"},
    {Alert::unsupported_extension, "unsupported_extension"},
    {Alert::certificate_unobtainable, "certificate_unobtainable"},
    {Alert::unrecognized_name, "unrecognized_name"},
    {Alert::bad_certificate_status_response, "bad_certificate_status_response"},
    {Alert::bad_certificate_hash_value, "bad_certificate_hash_value"},
    {Alert::unknown_psk_identity, "unknown_psk_identity"},
    {Alert::certificate_required, "certificate_required"},
    {Alert::general_error, "general_error"},
    {Alert::no_application_protocol, "no_application_protocol"},
    {Alert::ech_required, "ech_required"},
});

}  // namespace detail

/// The registry's name, or the number as "0x1a1a" if it has none.
inline std::string name(Alert value) {
  return detail::name_or_number(detail::alert_names, value);
}
/// A name in any case, or a number as "0x1a1a".
inline std::optional<Alert> parse_alert(std::string_view text) noexcept {
  return detail::parse_name(detail::alert_names, text);
}

}  // namespace plugtls

#endif
