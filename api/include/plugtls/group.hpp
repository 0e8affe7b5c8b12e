// SPDX-License-Identifier: Apache-2.0
/// Key exchange groups: the IANA "TLS Supported Groups" registry.
#ifndef PLUGTLS_GROUP_HPP
#define PLUGTLS_GROUP_HPP

#include "plugtls/detail/named_number.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plugtls {

enum class Group : std::uint16_t {
  sect163k1 = 0x0001,
  sect163r1 = 0x0002,
  sect163r2 = 0x0003,
  sect193r1 = 0x0004,
  sect193r2 = 0x0005,
  sect233k1 = 0x0006,
  sect233r1 = 0x0007,
  sect239k1 = 0x0008,
  sect283k1 = 0x0009,
  sect283r1 = 0x000a,
  sect409k1 = 0x000b,
  sect409r1 = 0x000c,
  sect571k1 = 0x000d,
  sect571r1 = 0x000e,
  secp160k1 = 0x000f,
  secp160r1 = 0x0010,
  secp160r2 = 0x0011,
  secp192k1 = 0x0012,
  secp192r1 = 0x0013,
  secp224k1 = 0x0014,
  secp224r1 = 0x0015,
  secp256k1 = 0x0016,
  secp256r1 = 0x0017,
  secp384r1 = 0x0018,
  secp521r1 = 0x0019,
  brainpoolP256r1 = 0x001a,
  brainpoolP384r1 = 0x001b,
  brainpoolP512r1 = 0x001c,
  x25519 = 0x001d,
  x448 = 0x001e,
  brainpoolP256r1tls13 = 0x001f,
  brainpoolP384r1tls13 = 0x0020,
  brainpoolP512r1tls13 = 0x0021,
  GC256A = 0x0022,
  GC256B = 0x0023,
  GC256C = 0x0024,
  GC256D = 0x0025,
  GC512A = 0x0026,
  GC512B = 0x0027,
  GC512C = 0x0028,
  curveSM2 = 0x0029,
  ffdhe2048 = 0x0100,
  ffdhe3072 = 0x0101,
  ffdhe4096 = 0x0102,
  ffdhe6144 = 0x0103,
  ffdhe8192 = 0x0104,
  MLKEM512 = 0x0200,
  MLKEM768 = 0x0201,
  MLKEM1024 = 0x0202,
  SecP256r1MLKEM768 = 0x11eb,
  X25519MLKEM768 = 0x11ec,
  SecP384r1MLKEM1024 = 0x11ed,
};

namespace detail {

inline constexpr auto group_names = std::to_array<Named<Group>>({
    {Group::sect163k1, "sect163k1"},
    {Group::sect163r1, "sect163r1"},
    {Group::sect163r2, "sect163r2"},
    {Group::sect193r1, "sect193r1"},
    {Group::sect193r2, "sect193r2"},
    {Group::sect233k1, "sect233k1"},
    {Group::sect233r1, "sect233r1"},
    {Group::sect239k1, "sect239k1"},
    {Group::sect283k1, "sect283k1"},
    {Group::sect283r1, "sect283r1"},
    {Group::sect409k1, "sect409k1"},
    {Group::sect409r1, "sect409r1"},
    {Group::sect571k1, "sect571k1"},
    {Group::sect571r1, "sect571r1"},
    {Group::secp160k1, "secp160k1"},
    {Group::secp160r1, "secp160r1"},
    {Group::secp160r2, "secp160r2"},
    {Group::secp192k1, "secp192k1"},
    {Group::secp192r1, "secp192r1"},
    {Group::secp224k1, "secp224k1"},
    {Group::secp224r1, "secp224r1"},
    {Group::secp256k1, "secp256k1"},
    {Group::secp256r1, "secp256r1"},
    {Group::secp384r1, "secp384r1"},
    {Group::secp521r1, "secp521r1"},
    {Group::brainpoolP256r1, "brainpoolP256r1"},
    {Group::brainpoolP384r1, "brainpoolP384r1"},
    {Group::brainpoolP512r1, "brainpoolP512r1"},
    {Group::x25519, "x25519"},
    {Group::x448, "x448"},
    {Group::brainpoolP256r1tls13, "brainpoolP256r1tls13"},
    {Group::brainpoolP384r1tls13, "brainpoolP384r1tls13"},
    {Group::brainpoolP512r1tls13, "brainpoolP512r1tls13"},
    {Group::GC256A, "GC256A"},
    {Group::GC256B, "GC256B"},
    {Group::GC256C, "GC256C"},
    {Group::GC256D, "GC256D"},
    {Group::GC512A, "GC512A"},
    {Group::GC512B, "GC512B"},
    {Group::GC512C, "GC512C"},
    {Group::curveSM2, "curveSM2"},
    {Group::ffdhe2048, "ffdhe2048"},
    {Group::ffdhe3072, "ffdhe3072"},
    {Group::ffdhe4096, "ffdhe4096"},
    {Group::ffdhe6144, "ffdhe6144"},
    {Group::ffdhe8192, "ffdhe8192"},
    {Group::MLKEM512, "MLKEM512"},
    {Group::MLKEM768, "MLKEM768"},
    {Group::MLKEM1024, "MLKEM1024"},
    {Group::SecP256r1MLKEM768, "SecP256r1MLKEM768"},
    {Group::X25519MLKEM768, "X25519MLKEM768"},
    {Group::SecP384r1MLKEM1024, "SecP384r1MLKEM1024"},
});

}  // namespace detail

/// The registry's name, or the number as "0x1a1a" if it has none.
inline std::string name(Group value) {
  return detail::name_or_number(detail::group_names, value);
}
/// A name in any case, or a number as "0x1a1a".
inline std::optional<Group> parse_group(std::string_view text) noexcept {
  return detail::parse_name(detail::group_names, text);
}

}  // namespace plugtls

#endif
