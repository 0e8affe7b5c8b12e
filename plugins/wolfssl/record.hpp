// SPDX-License-Identifier: Apache-2.0
// Records of TLS 1.3 (RFC 8446, 5.2) opened and sealed with the keys that a connection has in use. wolfSSL shows neither
// the handshake messages it decrypts nor lets a program choose an alert: both are done here, beside it.
#pragma once

#include "library.hpp"

#include <plugtls/kit/byte_reader.hpp>
#include <plugtls/kit/secure_bytes.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace plugtls::wolfssl {

// A traffic secret (RFC 8446, 7.1).
class TrafficSecret {
 public:
  ~TrafficSecret() { clear(); }
  TrafficSecret() = default;
  TrafficSecret(const TrafficSecret &) = delete;
  TrafficSecret &operator=(const TrafficSecret &) = delete;

  void set(kit::ByteView bytes, int digest) noexcept;
  void clear() noexcept;
  // RFC 8446, 7.3. False if there is no secret.
  bool derive(std::string_view label, uint8_t *out, std::size_t size) const noexcept;

 private:
  std::array<uint8_t, 64> bytes_{};
  std::size_t size_ = 0;
  int digest_ = 0;
};

class RecordKeys {
 public:
  // The keys that wolfSSL has now for what the client, or the server, sends.
  RecordKeys(WOLFSSL *ssl, bool of_client) noexcept;
  // The keys that are derived from the secret for what the connection's suite needs.
  RecordKeys(WOLFSSL *ssl, const TrafficSecret &secret) noexcept;
  ~RecordKeys() { kit::wipe(key_.data(), key_.size()); }
  RecordKeys(const RecordKeys &) = delete;
  RecordKeys &operator=(const RecordKeys &) = delete;

  // A whole record with its header: what was in it, content type last, padding gone. Nothing if it is not that record.
  [[nodiscard]] std::optional<std::vector<uint8_t>> open(kit::ByteView record,
                                                         uint64_t number) const;
  // A whole record. Empty if there are no such keys.
  [[nodiscard]] std::vector<uint8_t> seal(kit::ByteView inner, uint64_t number) const;

 private:
  void choose(WOLFSSL *ssl) noexcept;

  enum class Cipher : uint8_t {
    none,
    gcm,
    ccm,
    ccm8,
    chacha
  };
  static constexpr std::size_t nonce_size = 12;
  using Nonce = std::array<uint8_t, nonce_size>;

  [[nodiscard]] std::size_t tag_size() const noexcept { return cipher_ == Cipher::ccm8 ? 8 : 16; }
  [[nodiscard]] Nonce nonce_of(uint64_t number) const noexcept;
  bool decrypt(const Nonce &nonce, kit::ByteView header, kit::ByteView sealed, uint8_t *out) const;
  bool encrypt(const Nonce &nonce, kit::ByteView header, kit::ByteView plain, uint8_t *out) const;

  Cipher cipher_ = Cipher::none;
  std::array<uint8_t, 32> key_{};
  std::size_t key_size_ = 0;
  Nonce iv_{};
};

// Both are about the last record of `flight`, which wolfSSL is about to send on this connection. False if it is none that
// could be replaced: `flight` is as it was.
//
// Puts a fatal alert in the place of whatever alert it is.
bool replace_alert(WOLFSSL *ssl, bool client, std::vector<uint8_t> &flight, int32_t alert);
// A KeyUpdate that asks for one back, or does not.
bool replace_key_update(WOLFSSL *ssl, bool client, std::vector<uint8_t> &flight, bool ask);

}  // namespace plugtls::wolfssl
