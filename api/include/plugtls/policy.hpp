// SPDX-License-Identifier: Apache-2.0
/// The small vocabularies of a configuration.
#ifndef PLUGTLS_POLICY_HPP
#define PLUGTLS_POLICY_HPP

#include "plugtls/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace plugtls {

/// Whether a server asks its clients for a certificate.
enum class ClientAuthentication : std::uint32_t {
  none = PLUGTLS_CLIENT_AUTH_NONE,
  /// A client may have none; one that it sends is verified.
  request = PLUGTLS_CLIENT_AUTH_REQUEST,
  require = PLUGTLS_CLIENT_AUTH_REQUIRE,
};

/// Which certificates must be covered by a revocation list (RFC 5280, 6.3).
enum class RevocationCheck : std::uint32_t {
  none = PLUGTLS_CRL_CHECK_NONE,
  leaf = PLUGTLS_CRL_CHECK_LEAF,
  chain = PLUGTLS_CRL_CHECK_CHAIN,
};

/// Stapled OCSP responses (RFC 6066, 8; RFC 7633).
enum class OcspCheck : std::uint32_t {
  none = PLUGTLS_OCSP_NONE,
  /// Ask for one, check one that comes.
  request = PLUGTLS_OCSP_REQUEST,
  /// Refuse a peer that sends none.
  require = PLUGTLS_OCSP_REQUIRE,
};

/// The hash of an external pre-shared key (RFC 8446, 4.2.11).
enum class PskHash : std::uint32_t {
  sha256 = PLUGTLS_HASH_SHA256,
  sha384 = PLUGTLS_HASH_SHA384
};

struct PreSharedKey {
  Secret identity;
  Secret key;
  PskHash hash = PskHash::sha256;
};

/// A key that encrypts session tickets. `name` is sent in the clear and tells keys apart; `key` is 32 bytes of cipher key
/// and 32 bytes of MAC key, uniformly random.
class TicketKey {
 public:
  static constexpr std::size_t name_size = 16;
  static constexpr std::size_t key_size = 64;

  TicketKey(std::span<const std::byte, name_size> name, std::span<const std::byte, key_size> key)
      : key_(key) {
    std::memcpy(name_.data(), name.data(), name_size);
  }

  std::span<const std::byte, name_size> name() const noexcept { return name_; }
  std::span<const std::byte> key() const noexcept { return key_.bytes(); }

 private:
  std::array<std::byte, name_size> name_{};
  Secret key_;
};

}  // namespace plugtls

#endif
