// SPDX-License-Identifier: Apache-2.0
// Secrets as lines of the NSS key log format (B9).
#include "connection.hpp"

#include <string_view>

namespace plugtls_gnutls {

using namespace plugtls;

namespace {

void log_key_line(plugtls_backend_connection &connection, const char *label,
                  const gnutls_datum_t &secret) {
  gnutls_datum_t client{};
  gnutls_datum_t server{};
  gnutls_session_get_random(connection.session.get(), &client, &server);
  kit::SecureBytes line;
  const auto append_hex = [&](const gnutls_datum_t &bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    line.push_back(' ');
    for (unsigned i = 0; i < bytes.size; ++i) {
      line.push_back(static_cast<uint8_t>(digits[bytes.data[i] >> 4U]));
      line.push_back(static_cast<uint8_t>(digits[bytes.data[i] & 15U]));
    }
  };
  for (; *label != '\0'; ++label)
    line.push_back(static_cast<uint8_t>(*label));
  append_hex(client);
  append_hex(secret);
  line.push_back(0);
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  callbacks.keylog(callbacks.user, connection.host_connection,
                   reinterpret_cast<const char *>(line.data()));
}

}  // namespace

int log_key(gnutls_session_t session, const char *label, const gnutls_datum_t *secret) {
  return kit::guard_or(0, [&] {
    log_key_line(*connection_of(session), label, *secret);
    return 0;
  });
}

}  // namespace plugtls_gnutls
