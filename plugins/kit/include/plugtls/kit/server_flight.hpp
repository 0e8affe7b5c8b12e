// SPDX-License-Identifier: Apache-2.0
// What a server's first messages say in the clear, for libraries that do not tell: the group, whether a session is
// resumed (TLS 1.3), whether the extended master secret was agreed on (TLS 1.2).
#pragma once

#include <plugtls/kit/byte_reader.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace plugtls::kit {

// Fed with what a server sends, in pieces of any size; stops listening where encryption begins.
class ServerFlight {
 public:
  [[nodiscard]] bool listening() const noexcept { return listening_; }
  [[nodiscard]] std::uint16_t group() const noexcept { return group_; }
  [[nodiscard]] bool extended_master_secret() const noexcept { return extended_master_secret_; }
  [[nodiscard]] bool pre_shared_key() const noexcept { return pre_shared_key_; }

  void hear(const void *data, std::size_t size) {
    if (!listening_) return;
    const auto *bytes = static_cast<const std::uint8_t *>(data);
    records_.insert(records_.end(), bytes, bytes + size);
    while (listening_ && take_record()) {
    }
  }

 private:
  static constexpr std::size_t longest = std::size_t{1} << 17U;  // no flight in the clear is longer

  bool take_record() {
    ByteReader reader(records_);
    const std::uint32_t type = reader.number(1);
    reader.take(2);
    const ByteView body = reader.vector(2);
    if (!reader.good()) {
      listening_ = records_.size() < longest;
      return false;
    }
    if (type != handshake) {  // change_cipher_spec, an alert, or application data
      stop();
      return false;
    }
    messages_.insert(messages_.end(), body.begin(), body.end());
    records_.erase(records_.begin(),
                   records_.begin() + static_cast<std::ptrdiff_t>(5 + body.size()));
    while (listening_ && take_message()) {
    }
    return listening_;
  }

  bool take_message() {
    ByteReader reader(messages_);
    const std::uint32_t type = reader.number(1);
    const ByteView body = reader.vector(3);
    if (!reader.good()) {
      listening_ = messages_.size() < longest;
      return false;
    }
    if (type == server_hello) read_server_hello(body);
    if (type == server_key_exchange) read_server_key_exchange(body);
    if (!listening_) return false;
    messages_.erase(messages_.begin(),
                    messages_.begin() + static_cast<std::ptrdiff_t>(4 + body.size()));
    return true;
  }

  void read_server_hello(ByteView body) {
    ByteReader reader(body);
    reader.take(2);
    const ByteView random = reader.take(retry_random.size());
    const bool retry =
        std::equal(random.begin(), random.end(), retry_random.begin(), retry_random.end());
    reader.vector(1);
    reader.take(2 + 1);
    ByteReader extensions(reader.vector(2));
    bool tls13 = false;
    while (!extensions.at_end()) {
      const std::uint32_t type = extensions.number(2);
      ByteReader value(extensions.vector(2));
      if (type == 23) extended_master_secret_ = true;
      if (type == 41) pre_shared_key_ = true;
      if (type == 43) tls13 = true;
      if (type == 51 && !retry) group_ = static_cast<std::uint16_t>(value.number(2));
    }
    if (tls13 && !retry) stop();
  }

  // RFC 8422, 5.4: named_curve and a group. A DHE exchange begins with the length of a prime, which is not in that range.
  void read_server_key_exchange(ByteView body) {
    ByteReader reader(body);
    const bool named_curve = reader.number(1) == 3;
    const std::uint32_t group = reader.number(2);
    const ByteView point = reader.vector(1);
    if (named_curve && reader.good() && !point.empty()) group_ = static_cast<std::uint16_t>(group);
    stop();
  }

  void stop() {
    listening_ = false;
    records_ = {};
    messages_ = {};
  }

  static constexpr std::uint32_t handshake = 22;
  static constexpr std::uint32_t server_hello = 2;
  static constexpr std::uint32_t server_key_exchange = 12;
  // RFC 8446, 4.1.3: a ServerHello of this random is a HelloRetryRequest.
  static constexpr std::array<std::uint8_t, 32> retry_random{
      0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
      0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
      0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

  std::vector<std::uint8_t> records_;
  std::vector<std::uint8_t> messages_;
  std::uint16_t group_ = 0;
  bool extended_master_secret_ = false;
  bool pre_shared_key_ = false;
  bool listening_ = true;
};

}  // namespace plugtls::kit
