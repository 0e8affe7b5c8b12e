// SPDX-License-Identifier: Apache-2.0
/// Trust anchors and certificate revocation lists (S29, B8).
#ifndef PLUGTLS_TRUST_STORE_HPP
#define PLUGTLS_TRUST_STORE_HPP

#include "plugtls/detail/source.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace plugtls {

/// Where trust anchors come from: one source or the sum of several. Nothing is read before a context is built.
class TrustStore {
 public:
  /// The system's store, which is also used where none is named.
  static TrustStore system() { return TrustStore({PLUGTLS_SOURCE_SYSTEM, {}}); }
  /// All certificates of a PEM file, or the one of a DER file.
  static TrustStore from_pem_file(std::string_view path) {
    return TrustStore(
        detail::make_source(PLUGTLS_SOURCE_FILE, path, "the trust store's path is empty"));
  }
  static TrustStore from_pem(std::string_view encoding) {
    return TrustStore(
        detail::make_source(PLUGTLS_SOURCE_BYTES, encoding, "the trust store is empty"));
  }
  static TrustStore from_pem(std::span<const std::byte> encoding) {
    return from_pem(detail::to_text(encoding));
  }
  /// Every regular file in a directory.
  static TrustStore from_directory(std::string_view path) {
    return TrustStore(
        detail::make_source(PLUGTLS_SOURCE_DIRECTORY, path, "the trust store's path is empty"));
  }

  /// What either trusts.
  TrustStore &operator+=(const TrustStore &other) {
    const std::vector<detail::Source> added = other.sources_;
    sources_.insert(sources_.end(), added.begin(), added.end());
    return *this;
  }
  friend TrustStore operator+(TrustStore left, const TrustStore &right) {
    left += right;
    return left;
  }

  bool operator==(const TrustStore &) const = default;
  const std::vector<detail::Source> &sources() const noexcept { return sources_; }

 private:
  explicit TrustStore(detail::Source source) { sources_.push_back(std::move(source)); }

  std::vector<detail::Source> sources_;
};

/// Where a certificate revocation list comes from, PEM (several) or DER.
class RevocationList {
 public:
  static RevocationList from_buffer(std::string_view encoding) {
    return RevocationList(
        detail::make_source(PLUGTLS_SOURCE_BYTES, encoding, "the revocation list is empty"));
  }
  static RevocationList from_buffer(std::span<const std::byte> encoding) {
    return from_buffer(detail::to_text(encoding));
  }
  static RevocationList from_file(std::string_view path) {
    return RevocationList(
        detail::make_source(PLUGTLS_SOURCE_FILE, path, "the revocation list's path is empty"));
  }
  /// Every regular file in a directory.
  static RevocationList from_directory(std::string_view path) {
    return RevocationList(
        detail::make_source(PLUGTLS_SOURCE_DIRECTORY, path, "the revocation list's path is empty"));
  }

  bool operator==(const RevocationList &) const = default;
  const detail::Source &source() const noexcept { return source_; }

 private:
  explicit RevocationList(detail::Source source) : source_(std::move(source)) {}

  detail::Source source_;
};

}  // namespace plugtls

#endif
