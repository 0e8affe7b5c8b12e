// SPDX-License-Identifier: Apache-2.0
// Servers: what a client asks for, and the context that answers for it (P-SNI-1).
#include "connection.hpp"
#include "error.hpp"

#include <string_view>

namespace plugtls_boringssl {

using namespace plugtls;

namespace {

plugtls_error refusal(const plugtls_error &said, const std::string &name) {
  if (said.code != PLUGTLS_E_NONE) return said;
  return kit::make_error(PLUGTLS_E_UNRECOGNIZED_NAME, "the server name callback refused '%s'",
                         name.c_str());
}

int32_t alert_of(const plugtls_error &error) {
  return error.alert > 0 ? error.alert : kit::alert::unrecognized_name;
}

plugtls_status refuse(plugtls_backend_connection &connection, const plugtls_error &error,
                      int32_t alert, plugtls_error *err) {
  connection.refusal = error;
  connection.refusal.alert = alert;
  return end(connection, err);
}

// Which kinds of keys the client has a suite of TLS 1.2 for, of those in force.
void note_offer(plugtls_backend_connection &connection, const kit::ClientHello &hello) {
  for (const uint16_t suite : connection.context->choice.suites) {
    if (is_tls13(suite) || !hello.offers(suite)) continue;
    (is_ecdsa_suite(suite) ? connection.offers_ecdsa : connection.offers_rsa) = true;
  }
}

plugtls_status ask_program(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  plugtls_backend_context *replacement = nullptr;
  plugtls_error error = kit::empty_error();
  const std::string &name = connection.server_name;
  const plugtls_status status =
      callbacks.server_name(callbacks.user, connection.host_connection,
                            name.empty() ? nullptr : name.c_str(), &replacement, &error);
  if (status == PLUGTLS_WANT_CALLBACK) return status;
  connection.heard_name = true;
  if (status != PLUGTLS_OK) {
    error = refusal(error, name);
    return refuse(connection, error, alert_of(error), err);
  }
  if (replacement == nullptr) return PLUGTLS_OK;
  connection.context = replacement;
  const plugtls_status made = kit::guard(&error, [&] {
    make_ssl(connection);
    return plugtls_status{PLUGTLS_OK};
  });
  return made == PLUGTLS_OK ? made : refuse(connection, error, kit::alert::internal_error, err);
}

}  // namespace

plugtls_status hear_name(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status status = connection.hello->read(connection.transport);
  if (status == PLUGTLS_WANT_READ) return status;
  if (status != PLUGTLS_OK) {
    connection.saw_end = status == PLUGTLS_CLOSED;
    connection.transport_failed = status == PLUGTLS_FAILED;
    return end(connection, err);
  }
  const kit::ClientHello hello = connection.hello->hello();
  connection.server_name.assign(hello.well_formed ? hello.server_name : std::string_view());
  const bool asks = hello.well_formed && connection.context->callbacks.server_name != nullptr;
  const plugtls_status asked = asks ? ask_program(connection, err) : plugtls_status{PLUGTLS_OK};
  if (asked != PLUGTLS_OK) return asked;
  connection.heard_name = true;
  if (hello.well_formed) note_offer(connection, hello);  // else BoringSSL will say what is wrong
  return asked;
}

}  // namespace plugtls_boringssl
