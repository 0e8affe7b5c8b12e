// SPDX-License-Identifier: Apache-2.0
// Tickets that a client of TLS 1.3 is sent. wolfSSL ends the connection where the nonce of one (RFC 8446, 4.6.1) is longer
// than 8 bytes, as Mbed TLS's and rustls's are. So such a ticket gets a short one on its way to wolfSSL, and the real one
// comes into its place when the key of a resumption is derived from it (keylog.cpp). Built to allocate nonces
// (WOLFSSL_TICKET_NONCE_MALLOC, as in Debian 13), wolfSSL takes any length, and derives that key without asking.
#pragma once

#include "record.hpp"

#include <plugtls/kit/byte_reader.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace plugtls::wolfssl {

class TicketWatch {
 public:
  using Nonce = std::vector<uint8_t>;

  // From which the keys for what the server sends after the handshake are derived.
  void use_secret(kit::ByteView secret, int digest) noexcept { secret_.set(secret, digest); }
  void begin() noexcept { watching_ = true; }
  // Until the first data come: behind them, where every record would have to be opened twice, no server is known to send
  // tickets of that kind.
  [[nodiscard]] bool watching() const noexcept { return watching_; }
  void stop() noexcept;

  // A whole record of the server's: what wolfSSL is to be given in its place, or nothing if it may have it as it is.
  std::optional<std::vector<uint8_t>> look_into(WOLFSSL *ssl, kit::ByteView record);

  // The nonce of the ticket that wolfSSL has come to; empty if nobody looked at it.
  Nonce next_nonce();

 private:
  bool shorten(kit::ByteView messages, std::vector<uint8_t> &out);

  TrafficSecret secret_;
  std::optional<RecordKeys> keys_;
  std::deque<Nonce> nonces_;
  uint64_t number_ = 0;  // of the next record
  bool watching_ = false;
};

}  // namespace plugtls::wolfssl
