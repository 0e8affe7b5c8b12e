// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "algorithms.hpp"
#include "certificates.hpp"
#include "digest.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/handle.hpp>
#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/sized.hpp>

#include <gnutls/gnutls.h>

#include <string>
#include <vector>

struct plugtls_backend_instance {
  plugtls_host host{};
};

struct plugtls_backend_context {
  using Priority =
      plugtls::kit::Handle<std::remove_pointer_t<gnutls_priority_t>, gnutls_priority_deinit>;

  plugtls_backend_instance *instance = nullptr;
  plugtls_backend_callbacks callbacks{};
  uint32_t role = 0;
  uint64_t flags = 0;
  uint32_t client_auth = 0;
  uint32_t verify_depth = 0;
  uint32_t crl_check = 0;
  uint32_t record_size = 0;  // most bytes of application data in a record sent
  int64_t verify_time = 0;   // with PLUGTLS_CONFIG_VERIFY_TIME in the flags
  uint32_t identities = 0;
  uint32_t ticket_lifetime = 0;  // seconds
  uint32_t ticket_count = 0;
  plugtls::kit::SecureBytes ticket_key;  // servers that resume
  plugtls_gnutls::Digest settings{};     // settings_digest
  plugtls_gnutls::Choice choice;
  Priority priority;
  plugtls_gnutls::Credentials credentials;
  plugtls_gnutls::Store store;
  std::vector<plugtls_gnutls::Identity> to_choose_from;  // of a client that has several
  std::vector<std::string> protocols;

  bool verifies() const noexcept;
  int64_t time_of_verification() const noexcept;  // Unix time in seconds
};

namespace plugtls_gnutls {

// Bytes of plaintext in a record sent. What is smaller would make a record for every few bytes.
inline constexpr uint32_t smallest_record = 64;
inline constexpr uint32_t largest_record = 16384;

// How many intermediates there may be.
constexpr uint32_t depth_of(const plugtls_config &config) noexcept {
  return config.verify_depth != 0 ? config.verify_depth : 10;
}

plugtls_backend_context::Priority make_priority(const Choice &choice);

plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err);
void context_free(plugtls_backend_context *context);
size_t context_list(const plugtls_backend_context *context, uint32_t list, uint16_t *out,
                    size_t capacity);
plugtls_status context_value(const plugtls_backend_context *context, uint32_t value, uint64_t *out);

}  // namespace plugtls_gnutls
