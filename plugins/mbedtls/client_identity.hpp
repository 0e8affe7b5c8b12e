// SPDX-License-Identifier: Apache-2.0
// A client with several identities shows the one that the server can use. Mbed TLS would always show the first.
#pragma once

#include <mbedtls/ssl.h>

#include <memory>
#include <vector>

struct plugtls_backend_context;

namespace plugtls::mbedtls {

struct Identity;

// The configuration of a context with one of its identities alone. All but the list of certificates is the context's own.
class OneIdentity {
 public:
  OneIdentity(const mbedtls_ssl_config &of, Identity &identity);
  OneIdentity(const OneIdentity &) = delete;
  OneIdentity &operator=(const OneIdentity &) = delete;
  ~OneIdentity();

  [[nodiscard]] const mbedtls_ssl_config *conf() const noexcept { return &conf_; }
  [[nodiscard]] const Identity &identity() const noexcept { return identity_; }

 private:
  mbedtls_ssl_config conf_;
  Identity &identity_;
};

using Choice = std::vector<std::unique_ptr<OneIdentity>>;

// Empty for a server, and where there is nothing to choose. The last step in making a context.
Choice make_choice(const plugtls_backend_context &context);

// After a message of the handshake has been read. No identity that fits leaves the first, and the server to say so.
void choose_identity(mbedtls_ssl_context *ssl) noexcept;

}  // namespace plugtls::mbedtls
