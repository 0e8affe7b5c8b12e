// SPDX-License-Identifier: Apache-2.0
#include "keylog.hpp"

#include "connection.hpp"

#include <plugtls/kit/key_log.hpp>

#include <wolfssl/wolfcrypt/kdf.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace plugtls::wolfssl {

namespace {

struct LabelRow {
  std::string_view derived;  // RFC 8446, 7.1
  std::string_view logged;
};

constexpr std::string_view client_handshake = "c hs traffic";
constexpr std::string_view server_handshake = "s hs traffic";

constexpr std::string_view server_application = "s ap traffic";

constexpr LabelRow labels[] = {
    {client_handshake, "CLIENT_HANDSHAKE_TRAFFIC_SECRET"},
    {server_handshake, "SERVER_HANDSHAKE_TRAFFIC_SECRET"},
    {"c ap traffic", "CLIENT_TRAFFIC_SECRET_0"},
    {server_application, "SERVER_TRAFFIC_SECRET_0"},
    {"exp master", "EXPORTER_SECRET"},
};

void log_line(const plugtls_backend_connection &connection, std::string_view label,
              kit::ByteView secret) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  std::array<unsigned char, 32> random{};
  if (wolfSSL_get_client_random(connection.ssl.get(), random.data(), random.size()) !=
      random.size())
    return;
  const kit::KeyLogLine line(label, random, secret);
  callbacks.keylog(callbacks.user, connection.host_connection, line.get());
}

void note_secret(plugtls_backend_connection &connection, std::string_view label,
                 kit::ByteView secret, int digest) {
  const bool client = connection.context->role == PLUGTLS_ROLE_CLIENT;
  if (label == (client ? server_handshake : client_handshake))
    connection.tap.use_secret(secret, digest);
  if (client && label == server_application) connection.tickets.use_secret(secret, digest);
  const auto row = std::find_if(std::begin(labels), std::end(labels),
                                [&](const LabelRow &one) { return one.derived == label; });
  if (row != std::end(labels) && connection.context->callbacks.keylog != nullptr)
    log_line(connection, row->logged, secret);
}

// The ticket's own, of which wolfSSL may have been given a part (ticket_watch.hpp).
kit::ByteView nonce_for(const plugtls_backend_connection *connection, std::string_view label) {
  if (connection == nullptr || label != "resumption" || connection->offered == nullptr) return {};
  return connection->offered->nonce;
}

}  // namespace

plugtls_backend_connection *&Current::of_thread() noexcept {
  // One pointer of the room that the linker keeps for libraries opened late: no call to find it, nothing to allocate,
  // and LeakSanitizer, which dies of the other kind, can look into it.
  [[gnu::tls_model("initial-exec")]] static thread_local plugtls_backend_connection *current =
      nullptr;
  return current;
}

// NOLINTNEXTLINE(readability-function-size): wolfSSL's signature
int expand_label(unsigned char *out, unsigned size, const unsigned char *secret,
                 unsigned secret_size, const unsigned char *protocol, unsigned protocol_size,
                 const unsigned char *label, unsigned label_size, const unsigned char *info,
                 unsigned info_size, int digest, int) {
  const std::string_view what = kit::as_text({label, label_size});
  plugtls_backend_connection *connection = Current::of_thread();
  if (const kit::ByteView nonce = nonce_for(connection, what); !nonce.empty()) {
    info = nonce.data();
    info_size = static_cast<unsigned>(nonce.size());
  }
  const int native =
      wc_Tls13_HKDF_Expand_Label(out, size, secret, secret_size, protocol, protocol_size, label,
                                 label_size, info, info_size, digest);
  if (native == 0 && connection != nullptr) note_secret(*connection, what, {out, size}, digest);
  return native;
}

void log_master_secret(const plugtls_backend_connection &connection) {
  if (connection.context->callbacks.keylog == nullptr ||
      connection.version != PLUGTLS_VERSION_TLS1_2)
    return;
  unsigned char *master = nullptr;
  unsigned char *server = nullptr;
  unsigned char *client = nullptr;
  unsigned master_size = 0;
  unsigned server_size = 0;
  unsigned client_size = 0;
  if (wolfSSL_get_keys(connection.ssl.get(), &master, &master_size, &server, &server_size, &client,
                       &client_size) == WOLFSSL_SUCCESS)
    log_line(connection, "CLIENT_RANDOM", {master, master_size});
}

}  // namespace plugtls::wolfssl
