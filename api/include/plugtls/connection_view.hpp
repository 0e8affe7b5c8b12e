// SPDX-License-Identifier: Apache-2.0
/// What can be asked about a connection, also from a callback.
#ifndef PLUGTLS_CONNECTION_VIEW_HPP
#define PLUGTLS_CONNECTION_VIEW_HPP

#include "plugtls/context_base.hpp"
#include "plugtls/next_protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace plugtls {

/// A certificate in DER (X.690).
using Der = std::vector<std::byte>;

enum class EarlyData : std::uint32_t {
  none = PLUGTLS_EARLY_DATA_NONE,
  rejected = PLUGTLS_EARLY_DATA_REJECTED,
  accepted = PLUGTLS_EARLY_DATA_ACCEPTED,
};

/// Does not own the connection. What is not settled yet, before or during the handshake, is absent.
class ConnectionView {
 public:
  explicit ConnectionView(plugtls_connection *handle) noexcept : handle_(handle) {}

  /// S12.
  std::optional<CipherSuite> cipher() const noexcept {
    return number<CipherSuite>(info().cipher_suite);
  }
  /// S14.
  std::optional<TlsVersion> negotiated_tls_version() const noexcept {
    return number<TlsVersion>(info().version);
  }
  /// S13: none if not configured, not supported by the peer, or nothing in common.
  std::optional<NextProtocol> negotiated_protocol() const {
    const plugtls_connection_info found = info();
    if (found.alpn.size == 0) return std::nullopt;
    return NextProtocol(detail::to_text(found.alpn));
  }
  /// The key exchange group; none for RSA key transport.
  std::optional<Group> group() const noexcept { return number<Group>(info().group); }
  /// How the peer signed the handshake.
  std::optional<SignatureScheme> signature_scheme() const noexcept {
    return number<SignatureScheme>(info().signature_scheme);
  }
  /// The server name as it was sent, an A-label.
  std::optional<std::string> server_name() const {
    const plugtls_connection_info found = info();
    if (found.server_name.size == 0) return std::nullopt;
    return std::string(detail::to_text(found.server_name));
  }
  bool resumed() const noexcept { return info().resumed != 0; }
  bool handshake_done() const noexcept { return info().handshake_done != 0; }
  EarlyData early_data() const noexcept { return static_cast<EarlyData>(info().early_data); }

  /// The peer's chain as it was sent, leaf first (S31); empty if it sent none.
  std::vector<Der> peer_certificates() const { return chain(PLUGTLS_CHAIN_PEER); }
  /// The path that was built, leaf to anchor (B7); empty where nothing was verified.
  std::vector<Der> verified_chain() const { return chain(PLUGTLS_CHAIN_VERIFIED); }

  plugtls_connection *handle() const noexcept { return handle_; }

 protected:
  plugtls_connection_info info() const noexcept {
    plugtls_connection_info out{};
    out.size = sizeof out;
    // It fails for no reason a program could act on; what is not known stays absent.
    (void)plugtls_connection_info_get(handle_, &out);
    return out;
  }

 private:
  template <typename Number>
  static std::optional<Number> number(std::uint16_t value) noexcept {
    if (value == 0) return std::nullopt;
    return static_cast<Number>(value);
  }

  std::vector<Der> chain(std::uint32_t which) const {
    plugtls_chain *raw = nullptr;
    detail::call(&plugtls_connection_chain, handle_, which, &raw);
    const std::unique_ptr<plugtls_chain, void (*)(plugtls_chain *)> owned(raw, &plugtls_chain_free);
    std::vector<Der> out;
    for (std::size_t i = 0; raw != nullptr && i < plugtls_chain_size(raw); ++i) {
      const auto der = detail::to_span(plugtls_chain_at(raw, i));
      out.emplace_back(der.begin(), der.end());
    }
    return out;
  }

  plugtls_connection *handle_;
};

}  // namespace plugtls

#endif
