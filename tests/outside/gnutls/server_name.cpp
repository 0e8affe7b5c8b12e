// SPDX-License-Identifier: Apache-2.0
// Servers: what a client asks for, and the context that answers for it (P-SNI-1).
#include "connection.hpp"
#include "error.hpp"

#include <algorithm>
#include <iterator>

namespace plugtls_gnutls {

using namespace plugtls;

namespace {

plugtls_error refusal(const plugtls_error &said, plugtls_status status, const std::string &name) {
  if (status == PLUGTLS_WANT_CALLBACK)
    return kit::unsupported(
        PLUGTLS_FEATURE_SUSPEND,
        "the server name callback answered want_callback; this backend cannot suspend");
  if (said.code != PLUGTLS_E_NONE) return said;
  return kit::make_error(PLUGTLS_E_UNRECOGNIZED_NAME, "the server name callback refused '%s'",
                         name.c_str());
}

int32_t alert_of(const plugtls_error &error) {
  if (error.alert > 0) return error.alert;
  return error.code == PLUGTLS_E_UNSUPPORTED ? kit::alert::internal_error
                                             : kit::alert::unrecognized_name;
}

plugtls_status refuse(plugtls_backend_connection &connection, const plugtls_error &error,
                      int32_t alert, plugtls_error *err) {
  connection.refusal = error;
  connection.refusal.alert = alert;
  return end(connection, 0, err);
}

bool has_common_version(const plugtls_backend_connection &connection,
                        const kit::ClientHello &hello) {
  return std::any_of(std::begin(versions), std::end(versions), [&](uint16_t version) {
    return connection.context->choice.versions.contains(version) && hello.speaks(version);
  });
}

// GnuTLS's own order is by key exchange, and it cannot tell a suite from its relatives. Left with the cipher of the first
// suite of the list that the client has, it has no choice; in TLS 1.2 the kind of certificate is left to it.
Choice narrow(const plugtls_backend_connection &connection, const kit::ClientHello &hello) {
  Choice out = connection.context->choice;
  const bool tls13 =
      out.versions.contains(PLUGTLS_VERSION_TLS1_3) && hello.speaks(PLUGTLS_VERSION_TLS1_3);
  const uint16_t version = tls13 ? PLUGTLS_VERSION_TLS1_3 : PLUGTLS_VERSION_TLS1_2;
  out.versions = {version, version};
  out.suites.clear();
  for (const uint16_t suite : connection.context->choice.suites) {
    const bool fits = is_tls13(suite) == tls13 && hello.offers(suite);
    if (fits && (out.suites.empty() || have_same_cipher(out.suites.front(), suite)))
      out.suites.push_back(suite);
  }
  return out;
}

plugtls_status ask_program(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  if (callbacks.server_name == nullptr) return PLUGTLS_OK;
  plugtls_backend_context *replacement = nullptr;
  plugtls_error error = kit::empty_error();
  const std::string &name = connection.server_name;
  const plugtls_status status =
      callbacks.server_name(callbacks.user, connection.host_connection,
                            name.empty() ? nullptr : name.c_str(), &replacement, &error);
  if (status != PLUGTLS_OK) {
    error = refusal(error, status, name);
    return refuse(connection, error, alert_of(error), err);
  }
  if (replacement == nullptr) return PLUGTLS_OK;
  connection.context = replacement;
  const plugtls_status made = kit::guard(&error, [&] {
    make_session(connection);
    return plugtls_status{PLUGTLS_OK};
  });
  return made == PLUGTLS_OK ? made : refuse(connection, error, kit::alert::internal_error, err);
}

plugtls_status choose(plugtls_backend_connection &connection, const kit::ClientHello &hello,
                      plugtls_error *err) {
  if (!has_common_version(connection, hello))
    return refuse(connection,
                  kit::make_error(PLUGTLS_E_NO_COMMON_VERSION,
                                  "the handshake failed: the client has no protocol version of the "
                                  "server's"),
                  kit::alert::protocol_version, err);
  const Choice choice = narrow(connection, hello);
  if (choice.suites.empty())
    return refuse(connection,
                  kit::make_error(PLUGTLS_E_NO_COMMON_PARAMETERS,
                                  "the handshake failed: the client has no cipher suite of the "
                                  "server's"),
                  kit::alert::handshake_failure, err);
  return kit::guard(err, [&] {
    connection.narrowed = make_priority(choice);
    require(gnutls_priority_set(connection.session.get(), connection.narrowed.get()),
            "take the cipher suites");
    return plugtls_status{PLUGTLS_OK};
  });
}

}  // namespace

plugtls_status hear_name(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status status = connection.hello->read(connection.transport);
  if (status == PLUGTLS_WANT_READ) return status;
  if (status != PLUGTLS_OK) {
    connection.saw_end = status == PLUGTLS_CLOSED;
    connection.transport_failed = status == PLUGTLS_FAILED;
    return end(connection, 0, err);
  }
  connection.heard_name = true;
  const kit::ClientHello hello = connection.hello->hello();
  if (!hello.well_formed) return PLUGTLS_OK;  // GnuTLS will say what is wrong
  connection.server_name.assign(hello.server_name);
  const plugtls_status asked = ask_program(connection, err);
  return asked == PLUGTLS_OK ? choose(connection, hello, err) : asked;
}

}  // namespace plugtls_gnutls
