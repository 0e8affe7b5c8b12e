// SPDX-License-Identifier: Apache-2.0
/// Certificates to present to a peer (S27).
#ifndef PLUGTLS_CERTIFICATE_HPP
#define PLUGTLS_CERTIFICATE_HPP

#include "plugtls/detail/source.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace plugtls {

/// Where a certificate comes from. Nothing is read before a context is built from it; a file that cannot be read and an
/// encoding that cannot be parsed are that context's error. A PEM source may hold several certificates, in order: a leaf
/// and its intermediates, as in the "fullchain.pem" of most certificate authorities.
class Certificate {
 public:
  /// PEM if it has a "-----BEGIN CERTIFICATE-----" preamble, else DER.
  static Certificate from_buffer(std::span<const std::byte> encoding) {
    return from_buffer(detail::to_text(encoding));
  }
  static Certificate from_buffer(std::string_view encoding) {
    return Certificate(
        detail::make_source(PLUGTLS_SOURCE_BYTES, encoding, "the certificate is empty"));
  }
  /// The same from a file, which the backend may read itself.
  static Certificate from_file(std::string_view path) {
    return Certificate(
        detail::make_source(PLUGTLS_SOURCE_FILE, path, "the certificate's path is empty"));
  }
  /// A PKCS#11 URI (RFC 7512); needs Feature::key_pkcs11.
  static Certificate from_uri(std::string_view uri) {
    return Certificate(
        detail::make_source(PLUGTLS_SOURCE_URI, uri, "the certificate's URI is empty"));
  }

  bool operator==(const Certificate &) const = default;
  const detail::Source &source() const noexcept { return source_; }

 private:
  explicit Certificate(detail::Source source) : source_(std::move(source)) {}

  detail::Source source_;
};

}  // namespace plugtls

#endif
