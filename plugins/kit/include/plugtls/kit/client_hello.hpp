// SPDX-License-Identifier: Apache-2.0
// For servers over libraries that cannot put another context in place once they have read a ClientHello, nor wait
// there: it is read before the library is begun, looked into, and handed over afterwards as if nobody had (P-SNI-1).
#pragma once

#include <plugtls/kit/byte_reader.hpp>
#include <plugtls/types.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plugtls::kit {

namespace tls {
// Content types (RFC 8446, 5.1).
inline constexpr std::uint8_t change_cipher_spec = 20;
inline constexpr std::uint8_t alert = 21;
inline constexpr std::uint8_t handshake = 22;
inline constexpr std::uint8_t application_data = 23;
inline constexpr std::uint8_t fatal = 2;  // an alert's level
inline constexpr std::uint8_t client_hello = 1;
inline constexpr std::size_t record_header = 5;
inline constexpr std::size_t handshake_header = 4;
inline constexpr std::size_t longest_plaintext = 16384;
inline constexpr std::size_t longest_host_name = 255;
}  // namespace tls

inline bool has_number(ByteView list, std::uint16_t number) noexcept {
  for (std::size_t i = 0; i + 1 < list.size(); i += 2)
    if ((list[i] << 8U | list[i + 1]) == number) return true;
  return false;
}

struct ClientHello {
  [[nodiscard]] bool offers(std::uint16_t suite) const noexcept {
    return has_number(cipher_suites, suite);
  }
  [[nodiscard]] bool speaks(std::uint16_t version) const noexcept {
    if (!supported_versions.empty()) return has_number(supported_versions, version);
    return version <= legacy_version && version < PLUGTLS_VERSION_TLS1_3;
  }

  bool well_formed = false;
  std::string_view server_name = {};  // empty if none was sent; a view into what was parsed, as is:
  ByteView cipher_suites = {};        // two bytes each, in the client's order
  ByteView supported_versions =
      {};  // likewise; empty if the extension was not sent (RFC 8446, 4.2.1)
  ByteView signature_schemes = {};  // likewise
  ByteView groups = {};             // likewise
  ByteView protocols = {};          // names behind their lengths, in the client's order (RFC 7301)
  ByteView session_ticket = {};     // of TLS 1.2 (RFC 5077), empty if none was sent
  std::uint16_t legacy_version = 0;
};

// RFC 6066, 3: a list of one name, of type host_name.
inline std::optional<std::string_view> parse_server_name(ByteView extension) noexcept {
  ByteReader outer(extension);
  ByteReader list(outer.vector(2));
  const bool is_host_name = list.number(1) == 0;
  const ByteView name = list.vector(2);
  const bool sane = !name.empty() && name.size() <= tls::longest_host_name &&
                    std::find(name.begin(), name.end(), std::uint8_t{0}) == name.end();
  if (!outer.finished() || !list.finished() || !is_host_name || !sane) return std::nullopt;
  return std::string_view(reinterpret_cast<const char *>(name.data()), name.size());
}

// The body of a ClientHello (RFC 8446, 4.1.2; RFC 5246, 7.4.1.2).
inline ClientHello parse_client_hello(ByteView body) noexcept {
  ByteReader reader(body);
  ClientHello out;
  out.legacy_version = static_cast<std::uint16_t>(reader.number(2));
  reader.take(32);   // random
  reader.vector(1);  // legacy_session_id
  out.cipher_suites = reader.vector(2);
  reader.vector(1);                               // legacy_compression_methods
  if (reader.finished()) out.well_formed = true;  // TLS 1.2 may do without extensions
  ByteReader extensions(reader.vector(2));
  bool named = false;
  while (!extensions.at_end()) {
    const std::uint32_t type = extensions.number(2);
    const ByteView value = extensions.vector(2);
    if (type == 43) out.supported_versions = ByteReader(value).vector(1);
    if (type == 13) out.signature_schemes = ByteReader(value).vector(2);
    if (type == 10) out.groups = ByteReader(value).vector(2);
    if (type == 16) out.protocols = ByteReader(value).vector(2);
    if (type == 35) out.session_ticket = value;
    if (type != 0 || !extensions.good()) continue;
    const auto name = parse_server_name(value);
    if (!name || named) return {};
    named = true;
    out.server_name = *name;
  }
  out.well_formed = out.well_formed || (reader.finished() && extensions.finished());
  return out.well_formed ? out : ClientHello{};
}

// Reads from a transport no further than the last record of the ClientHello (P-IO-6). What is no ClientHello is left to
// the library to refuse, with its own alert.
class ClientHelloReader {
 public:
  ClientHelloReader() { raw_.reserve(usual); }

  // PLUGTLS_OK once there is nothing more to wait for, else what the transport answered.
  plugtls_status read(const plugtls_transport &transport) {
    while (!complete_) {
      const plugtls_status status = fill(transport);
      if (status != PLUGTLS_OK) return status;
      if (raw_.size() < wanted_) continue;
      if (in_header_)
        begin_record();
      else
        end_record();
    }
    return PLUGTLS_OK;
  }

  [[nodiscard]] bool complete() const noexcept { return complete_; }
  // Not well-formed if what came is no ClientHello.
  [[nodiscard]] ClientHello hello() const noexcept {
    return is_hello_ ? parse_client_hello(ByteView(message_).subspan(tls::handshake_header))
                     : ClientHello{};
  }

  // Hands out again what was read. 0: nothing is left.
  std::size_t replay(void *out, std::size_t capacity) noexcept {
    const std::size_t size = std::min(capacity, raw_.size() - replayed_);
    if (size > 0) std::memcpy(out, raw_.data() + replayed_, size);
    replayed_ += size;
    return size;
  }

 private:
  static constexpr std::size_t usual = 2048;
  static constexpr std::size_t longest = std::size_t{1} << 16U;  // of the message

  plugtls_status fill(const plugtls_transport &transport) {
    const std::size_t had = raw_.size();
    raw_.resize(wanted_);
    std::size_t got = 0;
    const plugtls_status status =
        transport.read(transport.user, raw_.data() + had, wanted_ - had, &got);
    raw_.resize(had + (status == PLUGTLS_OK ? std::min(got, wanted_ - had) : 0));
    return status;
  }

  void begin_record() {
    ByteReader header(ByteView(raw_).last(tls::record_header));
    const bool is_handshake = header.number(1) == tls::handshake;
    const bool is_tls = header.number(1) == 3;
    header.take(1);
    const std::size_t size = header.number(2);
    if (!is_handshake || !is_tls || size == 0 || size > tls::longest_plaintext) {
      complete_ = true;
      return;
    }
    in_header_ = false;
    begun_ = raw_.size();
    wanted_ = begun_ + size;
  }

  void end_record() {
    message_.insert(message_.end(), raw_.begin() + static_cast<std::ptrdiff_t>(begun_), raw_.end());
    in_header_ = true;
    wanted_ = raw_.size() + tls::record_header;
    if (message_.size() < tls::handshake_header) return;
    ByteReader reader(message_);
    const bool is_client_hello = reader.number(1) == tls::client_hello;
    const std::size_t size = tls::handshake_header + reader.number(3);
    is_hello_ = is_client_hello && message_.size() == size;
    complete_ = !is_client_hello || size > longest || message_.size() >= size;
  }

  std::vector<std::uint8_t> raw_;      // as it came
  std::vector<std::uint8_t> message_;  // without record headers
  std::size_t wanted_ = tls::record_header;
  std::size_t begun_ = 0;
  std::size_t replayed_ = 0;
  bool in_header_ = true;
  bool complete_ = false;
  bool is_hello_ = false;
};

}  // namespace plugtls::kit
