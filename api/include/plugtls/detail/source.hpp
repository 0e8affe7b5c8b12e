// SPDX-License-Identifier: Apache-2.0
/// What certificates, keys, trust anchors and CRLs have in common: a description of where they come from. A backend turns
/// it into its own objects when a context is built, so one configuration serves every backend.
#ifndef PLUGTLS_DETAIL_SOURCE_HPP
#define PLUGTLS_DETAIL_SOURCE_HPP

#include "plugtls/error.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace plugtls::detail {

inline plugtls_bytes to_c(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}
inline plugtls_bytes to_c(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size()};
}
inline std::span<const std::byte> to_span(plugtls_bytes bytes) noexcept {
  return {reinterpret_cast<const std::byte *>(bytes.data), bytes.size};
}
inline std::string_view to_text(plugtls_bytes bytes) noexcept {
  return {reinterpret_cast<const char *>(bytes.data), bytes.size};
}
inline std::string_view to_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// A source without password or signer.
struct Source {
  std::uint32_t kind = 0;  // PLUGTLS_SOURCE_...
  std::string bytes;       // encoding, path or URI

  bool operator==(const Source &) const = default;

  plugtls_source view() const noexcept {
    plugtls_source out{};
    out.size = sizeof out;
    out.kind = kind;
    out.bytes = to_c(bytes);
    return out;
  }
};

/// An empty path or encoding is somebody's unset variable, and never what was meant.
inline Source make_source(std::uint32_t kind, std::string_view bytes, const char *what) {
  if (bytes.empty()) throw_error(errc::invalid_argument, what);
  return {kind, std::string(bytes)};
}

}  // namespace plugtls::detail

#endif
