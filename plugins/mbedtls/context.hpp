// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "certificates.hpp"
#include "client_identity.hpp"
#include "digest.hpp"
#include "tickets.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/handle.hpp>
#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/selection.hpp>
#include <plugtls/kit/single_use.hpp>
#include <plugtls/kit/ticket_keys.hpp>

#include <mbedtls/ssl.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct plugtls_backend_instance {
  plugtls_host host{};
  // Done on first use: the entry function must not call into the library before libplugtls has proved that nobody
  // captured its symbols.
  mutable std::once_flag prepared;
};

struct plugtls_backend_context {
  plugtls::kit::Pinned<mbedtls_ssl_config, mbedtls_ssl_config_init, mbedtls_ssl_config_free> conf;
  mbedtls_x509_crt_profile profile{};
  plugtls_backend_instance *instance = nullptr;
  plugtls_backend_callbacks callbacks{};
  uint32_t role = 0;
  uint64_t flags = 0;
  uint32_t client_auth = 0;
  uint32_t verify_depth = 0;
  uint32_t crl_check = 0;
  uint32_t record_size = 0;      // most bytes of application data in a record sent
  uint32_t ticket_lifetime = 0;  // seconds
  uint32_t ticket_count = 0;
  uint32_t early_data_max = 0;
  int64_t verify_time = 0;  // with PLUGTLS_CONFIG_VERIFY_TIME in the flags
  plugtls::kit::VersionRange versions{};
  // The library keeps pointers to these lists; each ends in 0, nullptr or so.
  std::vector<int> suites;
  std::vector<uint16_t> groups;
  std::vector<uint16_t> schemes;
  std::vector<std::string> protocols;
  std::vector<const char *> alpn;
  std::vector<std::unique_ptr<plugtls::mbedtls::Identity>> identities;
  plugtls::mbedtls::Choice choice;  // of a client that has several
  bool signs_outside = false;       // a key of an identity is a signer
  std::unique_ptr<plugtls::mbedtls::Store> store;
  plugtls::mbedtls::Digest settings{};     // settings_digest
  plugtls::kit::SecureBytes psk_identity;  // of the key that a client offers
  uint32_t psk_hash = 0;                   // PLUGTLS_HASH_...; 0: none is offered
  plugtls::kit::TicketKeys ticket_keys;
  // Early data are taken with tickets of this context's own making, once each.
  plugtls::kit::SingleUse::Id maker{};
  mutable plugtls::kit::SingleUse early_tickets;

  bool verifies() const noexcept;
  // Of things that it may want to think about.
  bool asks_program() const noexcept { return signs_outside || callbacks.verify != nullptr; }
  int64_t time_of_verification() const noexcept;  // Unix time in seconds
};

namespace plugtls::mbedtls {

// Starts the library, once.
void prepare(const plugtls_backend_instance &instance) noexcept;

// For the library's own verification: nowhere stricter than the kit's policy, which decides.
mbedtls_x509_crt_profile profile_of_policy();

// Bytes of plaintext in a record sent. What is smaller would make a record for every few bytes.
inline constexpr uint32_t smallest_record = 64;
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

}  // namespace plugtls::mbedtls
