// SPDX-License-Identifier: Apache-2.0
// The secrets of a handshake. Debian builds wolfSSL without its secret callback; but wolfSSL lets others do the key
// derivation of TLS 1.3, and who does it sees the secrets: for the key log, and for the tap.
#pragma once

#include "library.hpp"

struct plugtls_backend_connection;

namespace plugtls::wolfssl {

// The connection whose handshake runs on this thread: wolfSSL does not say when it derives keys.
class Current {
 public:
  explicit Current(plugtls_backend_connection &connection) noexcept : before_(of_thread()) {
    of_thread() = &connection;
  }
  ~Current() { of_thread() = before_; }
  Current(const Current &) = delete;
  Current &operator=(const Current &) = delete;

  // nullptr outside handshakes.
  static plugtls_backend_connection *&of_thread() noexcept;

 private:
  plugtls_backend_connection *before_;
};

// For wolfSSL_CTX_SetHKDFExpandLabelCb.
int expand_label(unsigned char *out, unsigned size, const unsigned char *secret,
                 unsigned secret_size, const unsigned char *protocol, unsigned protocol_size,
                 const unsigned char *label, unsigned label_size, const unsigned char *info,
                 unsigned info_size, int digest, int side);

// TLS 1.2 has one secret, which wolfSSL tells once the handshake is done.
void log_master_secret(const plugtls_backend_connection &connection);

}  // namespace plugtls::wolfssl
