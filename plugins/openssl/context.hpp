// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "digest.hpp"
#include "psk.hpp"
#include "tickets.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/handle.hpp>
#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/selection.hpp>
#include <plugtls/kit/ticket_keys.hpp>

#include <openssl/ssl.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

// What is found out about the library once.
struct plugtls_backend_instance {
  struct Suite {
    uint16_t number;
    std::string name;
  };
  plugtls_host host{};
  // Found out on first use: the entry function must not call into the library before libplugtls has proved that
  // nobody captured its symbols.
  mutable std::once_flag prepared;
  mutable std::vector<Suite> suites;
  mutable std::vector<uint16_t> suite_numbers;
  mutable std::vector<uint16_t> groups;
  mutable std::vector<uint16_t> schemes;
  mutable BIO_METHOD *bio_method = nullptr;
  std::once_flag signers_prepared;
  mutable int psk_mark = -1;        // of sessions that are external keys
  OSSL_LIB_CTX *signers = nullptr;  // make_signer_library
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
  uint32_t ticket_lifetime = 0;  // seconds
  uint32_t ticket_count = 0;
  plugtls::kit::VersionRange versions{};
  std::vector<uint16_t> suites;
  std::vector<uint16_t> groups;
  std::vector<uint16_t> schemes;
  std::string alpn;  // wire format
  uint32_t identities = 0;
  std::vector<int> identity_types;  // EVP_PKEY_..., in the same order
  uint32_t early_data_max = 0;
  plugtls::openssl::KnownPsk psk;  // what a client offers
  uint32_t ocsp = 0;               // PLUGTLS_OCSP_...
  // Leaf, which is the SSL_CTX's, and the OCSP response to send with it.
  std::vector<std::pair<const X509 *, plugtls::kit::SecureBytes>> staples;
  bool signs_outside = false;  // a key of an identity is a signer
  uint32_t anchors = 0;
  int64_t verify_time = 0;              // with PLUGTLS_CONFIG_VERIFY_TIME in the flags
  plugtls::openssl::Digest settings{};  // settings_digest
  plugtls::kit::TicketKeys ticket_keys;

  bool verifies() const noexcept;
  // Of things that it may want to think about.
  bool asks_program() const noexcept { return signs_outside || callbacks.verify != nullptr; }
  int64_t time_of_verification() const noexcept;  // Unix time in seconds
};

namespace plugtls::openssl {

// What RSA keys of 2048 bits are worth (112 bits of security).
inline constexpr int security_level = 2;

// Bytes of plaintext in a record sent, as far as OpenSSL lets one say.
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

}  // namespace plugtls::openssl
