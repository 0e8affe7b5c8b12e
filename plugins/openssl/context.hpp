// SPDX-License-Identifier: Apache-2.0
// An instance (what the library has), and a context (what a configuration made of it).
#pragma once

#include "certificates.hpp"

#include <plugtls/backend.h>

#include <openssl/ssl.h>

#include <array>
#include <string>
#include <vector>

struct plugtls_backend_instance {
  plugtls_host host{};
  plugtls_backend_info info{};
  plugtls::kit::Handle<BIO_METHOD, BIO_meth_free> transport_method;
  // What can be configured, found out from the library at run time, in order of preference.
  std::vector<std::uint16_t> suites, groups, schemes;
};

struct plugtls_backend_context {
  plugtls_backend_instance *instance = nullptr;
  plugtls::kit::Handle<SSL_CTX, SSL_CTX_free> ssl;
  plugtls_backend_callbacks callbacks{};
  std::uint64_t flags = 0;
  std::uint32_t role = 0, client_auth = 0, crl_check = 0, verify_depth = 0;
  std::uint32_t ticket_lifetime = 0, ticket_count = 0;
  std::size_t fragment = 16384, anchors = 0, identities = 0;
  std::int64_t verify_time = 0;
  std::vector<std::uint16_t> versions, suites, groups, schemes;
  std::vector<std::uint8_t> alpn;  // as on the wire, in order of preference
  std::array<std::uint8_t, 32> policy{};  // digest of what verification depends on

  [[nodiscard]] bool verifies() const noexcept {
    return (flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) == 0;
  }
  [[nodiscard]] bool is_server() const noexcept { return role == PLUGTLS_ROLE_SERVER; }
  [[nodiscard]] std::int64_t time() const noexcept {
    if ((flags & PLUGTLS_CONFIG_VERIFY_TIME) != 0) return verify_time;
    return instance->host.now(instance->host.user);
  }
};

namespace plugtls::openssl {

void find_lists(plugtls_backend_instance &instance);
plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err);
void context_free(plugtls_backend_context *context);
std::size_t context_list(const plugtls_backend_context *context, std::uint32_t list,
                         std::uint16_t *out, std::size_t capacity);
plugtls_status context_value(const plugtls_backend_context *context, std::uint32_t value,
                             std::uint64_t *out);

std::uint16_t group_of_nid(int nid) noexcept;
std::uint16_t scheme_of(SSL *ssl) noexcept;

}  // namespace plugtls::openssl
