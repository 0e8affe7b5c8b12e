// SPDX-License-Identifier: Apache-2.0
// What a ClientHello says, read off its bytes (RFC 8446, 4.1.2): the evidence of what a backend really offers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace plugtls::tools::compare {

struct ClientHello {
  std::size_t size = 0;  // of the handshake message
  std::uint16_t legacy_version = 0;
  std::size_t session_id_size = 0;
  std::vector<std::uint16_t> cipher_suites;
  std::vector<std::uint8_t> compressions;
  std::vector<std::uint16_t> extensions;  // in the order of sending
  std::vector<std::uint16_t> versions;    // supported_versions
  std::vector<std::uint16_t> groups;
  std::vector<std::uint16_t> signature_schemes;
  std::vector<std::uint16_t> key_shares;  // their groups
};

// From TLS records. Nothing if they hold no whole, well-formed ClientHello.
std::optional<ClientHello> parse_client_hello(std::span<const std::byte> records);

}  // namespace plugtls::tools::compare
