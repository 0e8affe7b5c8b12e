// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "certificates.hpp"
#include "digest.hpp"
#include "library.hpp"
#include "psk.hpp"
#include "tickets.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/client_hello.hpp>
#include <plugtls/kit/selection.hpp>
#include <plugtls/kit/ticket_keys.hpp>

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
  // wolfSSL's context has room for one identity: there is one for each, or one without.
  std::vector<plugtls::wolfssl::NativeContext> natives;
  // The same without tickets, made when the first client comes that needs one (native_for).
  std::vector<plugtls::wolfssl::NativeContext> ticketless;
  std::once_flag ticketless_made;
  plugtls_backend_instance *instance = nullptr;
  plugtls_backend_callbacks callbacks{};
  uint32_t role = 0;
  uint64_t flags = 0;
  uint32_t client_auth = 0;
  uint32_t verify_depth = 0;
  uint32_t crl_check = 0;
  uint32_t ocsp = 0;             // PLUGTLS_OCSP_...
  uint32_t record_size = 0;      // most bytes of application data in a record sent
  uint32_t ticket_lifetime = 0;  // seconds
  uint32_t ticket_count = 0;
  int64_t verify_time = 0;  // with PLUGTLS_CONFIG_VERIFY_TIME in the flags
  plugtls::kit::VersionRange versions{};
  std::vector<uint16_t> suites;
  std::vector<uint16_t> groups;
  std::vector<uint16_t> schemes;
  std::string scheme_names;  // as wolfSSL has them
  std::vector<std::string> protocols;
  std::string protocol_list;  // with commas, as wolfSSL has it
  std::vector<plugtls::wolfssl::Identity> identities;
  plugtls::wolfssl::KnownPsk psk;  // clients
  bool asks_signer = false;        // of the program's, which may need time
  std::unique_ptr<plugtls::wolfssl::Store> store;
  plugtls::wolfssl::Digest settings{};  // settings_digest
  plugtls::kit::TicketKeys ticket_keys;
  plugtls::wolfssl::ShownChains shown;

  bool verifies() const noexcept;
  bool signs_outside() const noexcept;
  int64_t time_of_verification() const noexcept;  // Unix time in seconds
};

namespace plugtls::wolfssl {

// Starts the library, once.
void prepare(const plugtls_backend_instance &instance) noexcept;

// Bytes of plaintext in a record sent. What is smaller would make a record for every few bytes.
inline constexpr uint32_t smallest_record = 64;
inline constexpr uint32_t largest_record = 16384;

// How many intermediates there may be.
constexpr uint32_t depth_of(const plugtls_config &config) noexcept {
  return config.verify_depth != 0 ? config.verify_depth : 10;
}

// Which identity a server shows to that client: the first that it can use, or the first.
std::size_t identity_for(const plugtls_backend_context &context, const kit::ClientHello &hello);

// wolfSSL's context for a server's connection to that client, of which the identity has been chosen.
WOLFSSL_CTX *native_for(plugtls_backend_context &context, std::size_t identity,
                        const kit::ClientHello &hello);

// Which identity a client shows where these schemes are accepted, two bytes each; nothing if there is none.
const Identity *identity_for(const plugtls_backend_context &context, kit::ByteView schemes);

plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err);
void context_free(plugtls_backend_context *context);
size_t context_list(const plugtls_backend_context *context, uint32_t list, uint16_t *out,
                    size_t capacity);
plugtls_status context_value(const plugtls_backend_context *context, uint32_t value, uint64_t *out);

}  // namespace plugtls::wolfssl
