// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "algorithms.hpp"
#include "certificates.hpp"
#include "digest.hpp"
#include "identities.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/ticket_keys.hpp>

#include <openssl/ssl.h>

#include <mutex>
#include <string>
#include <vector>

struct plugtls_backend_instance {
  plugtls_host host{};
  std::once_flag prepared;
  BIO_METHOD *bio_method = nullptr;
};

struct plugtls_backend_context {
  plugtls::kit::Handle<SSL_CTX, SSL_CTX_free> ctx;
  plugtls_backend_instance *instance = nullptr;
  plugtls_backend_callbacks callbacks{};
  uint32_t role = 0;
  uint64_t flags = 0;
  uint32_t client_auth = 0;
  uint32_t verify_depth = 0;
  uint32_t crl_check = 0;
  uint32_t record_size = 0;      // most bytes of plaintext in a record sent
  int64_t verify_time = 0;       // with PLUGTLS_CONFIG_VERIFY_TIME in the flags
  uint32_t ticket_lifetime = 0;  // seconds
  uint32_t ticket_count = 0;
  plugtls::kit::TicketKeys ticket_keys;  // servers
  plugtls_boringssl::Digest settings{};  // settings_digest
  plugtls_boringssl::Choice choice;
  std::vector<plugtls_boringssl::Identity> identities;
  plugtls_boringssl::Store store;
  std::string alpn;  // wire format

  bool verifies() const noexcept;
  int64_t time_of_verification() const noexcept;  // Unix time in seconds
};

namespace plugtls_boringssl {

// Bytes of plaintext in a record sent, as far as BoringSSL lets one say.
inline constexpr uint32_t smallest_record = 512;
inline constexpr uint32_t largest_record = 16384;

// How many intermediates there may be.
constexpr uint32_t depth_of(const plugtls_config &config) noexcept {
  return config.verify_depth != 0 ? config.verify_depth : 10;
}

plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err);
void context_free(plugtls_backend_context *context);
size_t context_list(const plugtls_backend_context *context, uint32_t list, uint16_t *out,
                    size_t capacity);
plugtls_status context_value(const plugtls_backend_context *context, uint32_t value, uint64_t *out);

// tickets.cpp
void set_tickets(plugtls_backend_context &context, const plugtls_config &config);
plugtls_status context_set_ticket_keys(plugtls_backend_context *context,
                                       const plugtls_ticket_key *const *keys, size_t count,
                                       plugtls_error *err);

}  // namespace plugtls_boringssl
