// SPDX-License-Identifier: Apache-2.0
/// A backend that has been opened: what it is and what it can do (B1, B3).
#ifndef PLUGTLS_BACKEND_HPP
#define PLUGTLS_BACKEND_HPP

#include "plugtls/cipher_suite.hpp"
#include "plugtls/detail/c_config.hpp"
#include "plugtls/feature.hpp"
#include "plugtls/group.hpp"
#include "plugtls/registry.hpp"
#include "plugtls/signature_scheme.hpp"
#include "plugtls/tls_version.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plugtls {

/// Something a backend must have.
struct Need {
  Need(Feature needed, bool partial_suffices = false)  // NOLINT(*-explicit-*): {Feature::alpn, ...}
      : feature(needed), allow_partial(partial_suffices) {}

  Feature feature;
  bool allow_partial;
};

namespace detail {

/// A list whose size is asked for first.
template <typename Number, typename Ask>
std::vector<Number> list_of(Ask ask) {
  std::vector<std::uint16_t> numbers(ask(nullptr, std::size_t{0}));
  numbers.resize(std::min(numbers.size(), ask(numbers.data(), numbers.size())));
  std::vector<Number> out;
  out.reserve(numbers.size());
  for (const std::uint16_t number : numbers)
    out.push_back(static_cast<Number>(number));
  return out;
}

}  // namespace detail

/// A cheap value; the backend itself lives as long as the process.
class Backend {
 public:
  /// Opens the first backend of `names` ("wolfssl,openssl") that can be used and has every need. Empty: the one that
  /// $PLUGTLS_BACKEND, the configuration or the priorities choose (docs/environment.md). One that was named and cannot be
  /// used is a BackendError that tells why; nothing else takes its place.
  static Backend open(std::string_view names = {}, const std::vector<Need> &needs = {}) {
    Registry registry;
    return open(registry, names, needs);
  }
  static Backend open(Registry &registry, std::string_view names = {},
                      const std::vector<Need> &needs = {}) {
    const std::string terminated(names);
    std::vector<plugtls_need> c;
    c.reserve(needs.size());
    for (const Need &need : needs)
      c.push_back({static_cast<std::uint32_t>(need.feature), need.allow_partial ? 1U : 0U});
    plugtls_backend *backend = nullptr;
    detail::call(&plugtls_backend_open, registry.handle(),
                 terminated.empty() ? nullptr : terminated.c_str(), c.data(), c.size(), &backend);
    return Backend(backend);
  }
  explicit Backend(plugtls_backend *handle) noexcept : handle_(handle) {}

  /// "openssl", or "trace(openssl)".
  std::string_view name() const noexcept { return describe().name; }
  std::string_view version() const noexcept { return describe().version; }
  /// "OpenSSL", and its version at run time and when the backend was built.
  std::string_view library() const noexcept { return describe().library; }
  std::string_view library_version() const noexcept { return describe().library_version; }
  std::string_view library_built() const noexcept { return describe().library_built; }
  /// Path of the shared library, and of its manifest.
  std::string_view path() const noexcept { return describe().path; }
  std::string_view manifest() const noexcept { return describe().manifest; }
  unsigned abi_major() const noexcept { return describe().abi_major; }
  unsigned abi_minor() const noexcept { return describe().abi_minor; }

  Capability capability(Feature feature) const {
    plugtls_capability c{};
    c.size = sizeof c;
    plugtls_backend_capability(handle_, static_cast<std::uint32_t>(feature), &c);
    return {static_cast<Level>(c.level), c.value, c.note};
  }
  /// True for a plain yes; a partial one has a note that says what is left out.
  bool supports(Feature feature) const { return capability(feature).level == Level::yes; }

  /// What it can be configured with, in order of its preference.
  std::vector<CipherSuite> cipher_suites() const {
    return list<CipherSuite>(PLUGTLS_LIST_CIPHER_SUITES);
  }
  std::vector<Group> groups() const { return list<Group>(PLUGTLS_LIST_GROUPS); }
  std::vector<SignatureScheme> signature_schemes() const {
    return list<SignatureScheme>(PLUGTLS_LIST_SIGNATURE_SCHEMES);
  }
  std::vector<TlsVersion> versions() const { return list<TlsVersion>(PLUGTLS_LIST_VERSIONS); }

  bool operator==(const Backend &) const = default;
  plugtls_backend *handle() const noexcept { return handle_; }

 private:
  plugtls_backend_description describe() const noexcept {
    plugtls_backend_description out{};
    out.size = sizeof out;
    plugtls_backend_describe(handle_, &out);
    return out;
  }

  template <typename Number>
  std::vector<Number> list(std::uint32_t which) const {
    return detail::list_of<Number>([&](std::uint16_t *out, std::size_t capacity) {
      return plugtls_backend_list(handle_, which, out, capacity);
    });
  }

  plugtls_backend *handle_;
};

}  // namespace plugtls

#endif
