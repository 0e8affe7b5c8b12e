// SPDX-License-Identifier: Apache-2.0
/// Application protocols (S24): the IANA "TLS Application-Layer Protocol Negotiation (ALPN) Protocol IDs" registry, and any
/// other as bytes.
#ifndef PLUGTLS_NEXT_PROTOCOL_HPP
#define PLUGTLS_NEXT_PROTOCOL_HPP

#include "plugtls/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace plugtls {

/// The registry's names, for a switch.
enum class WellKnownProtocol : std::uint8_t {
  h2,
  h2c,
  http1_1,
  webrtc,
  c_webrtc,
  ftp,
  stun_nat_discovery,
  stun_turn,
  http0_9,
  http1_0,
  h3,
  spdy1,
  spdy2,
  spdy3,
  acme_tls_1,
  imap,
  pop3,
  managesieve,
  coap,
  co,
  mqtt,
  xmpp_client,
  xmpp_server,
  postgresql,
  dot,
  doq,
  ntske_1,
  sunrpc,
  irc,
  nntp,
  nnsp,
  smb,
  sip_2,
  tds_8_0,
  dicom,
  radius_1_0,
  radius_1_1,
};

namespace detail {

inline constexpr auto protocol_names = std::to_array<std::string_view>({
    "h2",
    "h2c",
    "http/1.1",
    "webrtc",
    "c-webrtc",
    "ftp",
    "stun.nat-discovery",
    "stun.turn",
    "http/0.9",
    "http/1.0",
    "h3",
    "spdy/1",
    "spdy/2",
    "spdy/3",
    "acme-tls/1",
    "imap",
    "pop3",
    "managesieve",
    "coap",
    "co",
    "mqtt",
    "xmpp-client",
    "xmpp-server",
    "postgresql",
    "dot",
    "doq",
    "ntske/1",
    "sunrpc",
    "irc",
    "nntp",
    "nnsp",
    "smb",
    "sip/2",
    "tds/8.0",
    "dicom",
    "radius/1.0",
    "radius/1.1",
});

}  // namespace detail

/// A value: the bytes that are sent. Implicitly made from the registry's names: `{WellKnownProtocol::h2, ...}`.
class NextProtocol {
 public:
  NextProtocol(WellKnownProtocol protocol)  // NOLINT(*-explicit-*)
      : bytes_(detail::protocol_names.at(static_cast<std::size_t>(protocol))) {}
  /// 1 to 255 bytes (RFC 7301, 3.1); else a ConfigurationError.
  explicit NextProtocol(std::string_view bytes) : bytes_(bytes) {
    if (bytes.empty() || bytes.size() > 255)
      throw_error(errc::invalid_argument, "the name of an application protocol has 1 to 255 bytes");
  }
  static NextProtocol h2() { return WellKnownProtocol::h2; }
  static NextProtocol h2c() { return WellKnownProtocol::h2c; }
  static NextProtocol http1_1() { return WellKnownProtocol::http1_1; }
  static NextProtocol webrtc() { return WellKnownProtocol::webrtc; }
  static NextProtocol c_webrtc() { return WellKnownProtocol::c_webrtc; }
  static NextProtocol ftp() { return WellKnownProtocol::ftp; }
  static NextProtocol stun_nat_discovery() { return WellKnownProtocol::stun_nat_discovery; }
  static NextProtocol stun_turn() { return WellKnownProtocol::stun_turn; }
  static NextProtocol http0_9() { return WellKnownProtocol::http0_9; }
  static NextProtocol http1_0() { return WellKnownProtocol::http1_0; }
  static NextProtocol h3() { return WellKnownProtocol::h3; }
  static NextProtocol spdy1() { return WellKnownProtocol::spdy1; }
  static NextProtocol spdy2() { return WellKnownProtocol::spdy2; }
  static NextProtocol spdy3() { return WellKnownProtocol::spdy3; }
  static NextProtocol acme_tls_1() { return WellKnownProtocol::acme_tls_1; }
  static NextProtocol imap() { return WellKnownProtocol::imap; }
  static NextProtocol pop3() { return WellKnownProtocol::pop3; }
  static NextProtocol managesieve() { return WellKnownProtocol::managesieve; }
  static NextProtocol coap() { return WellKnownProtocol::coap; }
  static NextProtocol co() { return WellKnownProtocol::co; }
  static NextProtocol mqtt() { return WellKnownProtocol::mqtt; }
  static NextProtocol xmpp_client() { return WellKnownProtocol::xmpp_client; }
  static NextProtocol xmpp_server() { return WellKnownProtocol::xmpp_server; }
  static NextProtocol postgresql() { return WellKnownProtocol::postgresql; }
  static NextProtocol dot() { return WellKnownProtocol::dot; }
  static NextProtocol doq() { return WellKnownProtocol::doq; }
  static NextProtocol ntske_1() { return WellKnownProtocol::ntske_1; }
  static NextProtocol sunrpc() { return WellKnownProtocol::sunrpc; }
  static NextProtocol irc() { return WellKnownProtocol::irc; }
  static NextProtocol nntp() { return WellKnownProtocol::nntp; }
  static NextProtocol nnsp() { return WellKnownProtocol::nnsp; }
  static NextProtocol smb() { return WellKnownProtocol::smb; }
  static NextProtocol sip_2() { return WellKnownProtocol::sip_2; }
  static NextProtocol tds_8_0() { return WellKnownProtocol::tds_8_0; }
  static NextProtocol dicom() { return WellKnownProtocol::dicom; }
  static NextProtocol radius_1_0() { return WellKnownProtocol::radius_1_0; }
  static NextProtocol radius_1_1() { return WellKnownProtocol::radius_1_1; }

  std::string_view bytes() const noexcept { return bytes_; }
  std::optional<WellKnownProtocol> well_known() const noexcept {
    for (std::size_t i = 0; i < detail::protocol_names.size(); ++i)
      if (detail::protocol_names[i] == bytes_) return static_cast<WellKnownProtocol>(i);
    return std::nullopt;
  }
  bool is_well_known() const noexcept { return well_known().has_value(); }
  bool operator==(const NextProtocol &) const = default;

 private:
  std::string bytes_;
};

/// For people: bytes that do not print are "\\x1f".
inline std::string name(const NextProtocol &protocol) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : protocol.bytes()) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      out += c;
      continue;
    }
    out += "\\x";
    out += digits[byte >> 4U];
    out += digits[byte & 0xfU];
  }
  return out;
}

}  // namespace plugtls

#endif
