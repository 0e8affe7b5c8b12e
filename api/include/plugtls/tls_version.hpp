// SPDX-License-Identifier: Apache-2.0
/// Protocol versions (S25): wire numbers, and two that always work, the lowest and the highest a backend has.
#ifndef PLUGTLS_TLS_VERSION_HPP
#define PLUGTLS_TLS_VERSION_HPP

#include "plugtls/detail/named_number.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plugtls {

enum class TlsVersion : std::uint16_t {
  minimum_supported = 0x0001,
  SSLv2 = 0x0002,
  SSLv3 = 0x0300,
  TLSv1 = 0x0301,
  TLSv1_1 = 0x0302,
  TLSv1_2 = 0x0303,
  TLSv1_3 = 0x0304,
  maximum_supported = 0xffff,
};

namespace detail {

inline constexpr auto tls_version_names = std::to_array<Named<TlsVersion>>({
    {TlsVersion::minimum_supported, "minimum_supported"},
    {TlsVersion::SSLv2, "SSLv2"},
    {TlsVersion::SSLv3, "SSLv3"},
    {TlsVersion::TLSv1, "TLSv1"},
    {TlsVersion::TLSv1_1, "TLSv1.1"},
    {TlsVersion::TLSv1_2, "TLSv1.2"},
    {TlsVersion::TLSv1_3, "TLSv1.3"},
    {TlsVersion::maximum_supported, "maximum_supported"},
});

}  // namespace detail

/// The registry's name, or the number as "0x1a1a" if it has none.
inline std::string name(TlsVersion value) {
  return detail::name_or_number(detail::tls_version_names, value);
}
/// "TLSv1.3" in any case, "1.3", or a number as "0x0304".
inline std::optional<TlsVersion> parse_tls_version(std::string_view text) noexcept {
  // "1.3" is what people type.
  if (text == "1.0") return TlsVersion::TLSv1;
  if (text == "1.1") return TlsVersion::TLSv1_1;
  if (text == "1.2") return TlsVersion::TLSv1_2;
  if (text == "1.3") return TlsVersion::TLSv1_3;
  return detail::parse_name(detail::tls_version_names, text);
}

}  // namespace plugtls

#endif
