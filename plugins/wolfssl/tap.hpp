// SPDX-License-Identifier: Apache-2.0
// What the peer says in its part of the handshake, read on the way to wolfSSL, which does not show it: its certificates
// even where wolfSSL cannot parse them, the staple, by which scheme it signs, and that a certificate is asked for.
#pragma once

#include "library.hpp"
#include "record.hpp"

#include <plugtls/kit/byte_reader.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace plugtls::wolfssl {

class Tap {
 public:
  struct Message {
    uint8_t type = 0;
    bool tls13 = false;
    kit::ByteView body = {};
  };

  // From which the keys for the peer's part of the handshake are derived. `digest` is wolfCrypt's number.
  void use_secret(kit::ByteView secret, int digest) noexcept;

  // The next whole record is the peer's. Its messages are then taken one by one.
  void hear(WOLFSSL *ssl, kit::ByteView record);

  // False once there is no whole message left. The view is good until the next call.
  bool next(Message &out);

  [[nodiscard]] bool listening() const noexcept { return listening_; }
  void stop() noexcept;

 private:
  TrafficSecret secret_;
  std::optional<RecordKeys> keys_;
  std::vector<uint8_t> messages_;
  std::size_t taken_ = 0;
  uint64_t number_ = 0;  // of the next encrypted record
  bool encrypted_ = false;
  bool listening_ = true;
};

namespace handshake_type {
inline constexpr uint8_t server_hello = 2;
inline constexpr uint8_t new_session_ticket = 4;
inline constexpr uint8_t certificate = 11;
inline constexpr uint8_t server_key_exchange = 12;
inline constexpr uint8_t certificate_request = 13;
inline constexpr uint8_t certificate_verify = 15;
inline constexpr uint8_t finished = 20;
inline constexpr uint8_t key_update = 24;
}  // namespace handshake_type

// The certificates of a Certificate message, leaf first. Empty if there are none.
std::vector<std::vector<uint8_t>> certificates_in(const Tap::Message &message);

// The OCSP response that came with the leaf in a Certificate message of TLS 1.3 (RFC 8446, 4.4.2.1). Empty if there is none.
std::vector<uint8_t> staple_in(const Tap::Message &message);

// The schemes that a CertificateRequest accepts, two bytes each.
kit::ByteView schemes_in(const Tap::Message &message);

// The scheme of a CertificateVerify or a ServerKeyExchange; 0 if there is none.
uint16_t scheme_in(const Tap::Message &message);

}  // namespace plugtls::wolfssl
