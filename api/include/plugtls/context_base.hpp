// SPDX-License-Identifier: Apache-2.0
/// What client and server contexts have in common: a shared handle on an immutable context, and what came into force.
#ifndef PLUGTLS_CONTEXT_BASE_HPP
#define PLUGTLS_CONTEXT_BASE_HPP

#include "plugtls/backend.hpp"
#include "plugtls/callbacks.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace plugtls {

namespace detail {

/// A context of the C API with what its callbacks need. Connections and sessions hold it, because the callbacks must outlive
/// them too.
struct ContextCore : std::enable_shared_from_this<ContextCore> {
  ContextCore() = default;
  ContextCore(const ContextCore &) = delete;
  ContextCore &operator=(const ContextCore &) = delete;
  ContextCore(ContextCore &&) = delete;
  ContextCore &operator=(ContextCore &&) = delete;
  ~ContextCore() { plugtls_context_free(handle); }

  plugtls_context *handle = nullptr;
  Callbacks callbacks;
  // Keys behind a signer only: the bytes of any other are not kept.
  std::vector<std::shared_ptr<const KeyMaterial>> signers;
};

}  // namespace detail

/// B21: the configuration that came into force. Two of them can be compared, across backends too.
struct EffectiveConfig {
  std::vector<TlsVersion> versions;
  std::vector<CipherSuite> cipher_suites;
  std::vector<Group> groups;
  std::vector<SignatureScheme> signature_schemes;
  bool validates_certificates = true;
  bool checks_hostname = true;
  ClientAuthentication client_authentication = ClientAuthentication::none;
  RevocationCheck revocation_check = RevocationCheck::none;
  OcspCheck ocsp_check = OcspCheck::none;
  std::uint64_t verify_depth = 0;
  std::uint64_t record_size_limit = 0;
  std::uint64_t early_data_max = 0;
  std::uint64_t ticket_lifetime_s = 0;
  std::uint64_t ticket_count = 0;
  std::uint64_t trust_anchors = 0;
  std::uint64_t identities = 0;

  bool operator==(const EffectiveConfig &) const = default;
};

/// A cheap value that shares one immutable context with its copies and its connections. May be used by many threads.
class Context {
 public:
  explicit Context(std::shared_ptr<detail::ContextCore> core) noexcept : core_(std::move(core)) {}

  Backend backend() const noexcept { return Backend(plugtls_context_backend(core_->handle)); }

  /// Needs Feature::effective_config.
  EffectiveConfig effective() const {
    EffectiveConfig out;
    out.versions = list<TlsVersion>(PLUGTLS_LIST_VERSIONS);
    out.cipher_suites = list<CipherSuite>(PLUGTLS_LIST_CIPHER_SUITES);
    out.groups = list<Group>(PLUGTLS_LIST_GROUPS);
    out.signature_schemes = list<SignatureScheme>(PLUGTLS_LIST_SIGNATURE_SCHEMES);
    const std::uint64_t flags = value(PLUGTLS_VALUE_FLAGS);
    out.validates_certificates = (flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) == 0;
    out.checks_hostname =
        out.validates_certificates && (flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) == 0;
    out.client_authentication = static_cast<ClientAuthentication>(value(PLUGTLS_VALUE_CLIENT_AUTH));
    out.revocation_check = static_cast<RevocationCheck>(value(PLUGTLS_VALUE_CRL_CHECK));
    out.ocsp_check = static_cast<OcspCheck>(value(PLUGTLS_VALUE_OCSP));
    out.verify_depth = value(PLUGTLS_VALUE_VERIFY_DEPTH);
    out.record_size_limit = value(PLUGTLS_VALUE_RECORD_SIZE_LIMIT);
    out.early_data_max = value(PLUGTLS_VALUE_EARLY_DATA_MAX);
    out.ticket_lifetime_s = value(PLUGTLS_VALUE_TICKET_LIFETIME);
    out.ticket_count = value(PLUGTLS_VALUE_TICKET_COUNT);
    out.trust_anchors = value(PLUGTLS_VALUE_TRUST_ANCHORS);
    out.identities = value(PLUGTLS_VALUE_IDENTITIES);
    return out;
  }

  /// The same context, not an equal one.
  friend bool operator==(const Context &left, const Context &right) noexcept {
    return left.core_->handle == right.core_->handle;
  }

  plugtls_context *handle() const noexcept { return core_->handle; }
  const std::shared_ptr<detail::ContextCore> &core() const noexcept { return core_; }

 private:
  template <typename Number>
  std::vector<Number> list(std::uint32_t which) const {
    return detail::list_of<Number>([&](std::uint16_t *out, std::size_t capacity) {
      return plugtls_context_list(core_->handle, which, out, capacity);
    });
  }

  std::uint64_t value(std::uint32_t which) const {
    std::uint64_t out = 0;
    detail::call(&plugtls_context_value, core_->handle, which, &out);
    return out;
  }

  std::shared_ptr<detail::ContextCore> core_;
};

}  // namespace plugtls

#endif
