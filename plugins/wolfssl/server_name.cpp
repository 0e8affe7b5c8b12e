// SPDX-License-Identifier: Apache-2.0
// Servers: the name a client asks for, the context that answers for it (P-SNI-1), and what else
// is chosen by its hello.
#include "algorithms.hpp"
#include "connection.hpp"
#include "outcome.hpp"

#include <algorithm>
#include <iterator>

namespace plugtls::wolfssl {

namespace {

plugtls_error refusal(const plugtls_error &said, const std::string &name) {
  if (said.code != PLUGTLS_E_NONE) return said;
  return kit::make_error(PLUGTLS_E_UNRECOGNIZED_NAME, "the server name callback refused '%s'",
                         name.c_str());
}

bool has_common_version(const plugtls_backend_connection &connection,
                        const kit::ClientHello &hello) {
  return std::any_of(std::begin(versions), std::end(versions), [&](uint16_t version) {
    return connection.context->versions.contains(version) && hello.speaks(version);
  });
}

plugtls_status refuse(plugtls_backend_connection &connection, int32_t code, int32_t alert,
                      const char *what, plugtls_error *err) {
  connection.program_error =
      kit::make_error(code, "the handshake failed: the client has no %s of the server's", what);
  connection.program_error.alert = alert;
  return end(connection, 0, err);
}

bool will_be_tls13(const plugtls_backend_context &context, const kit::ClientHello &hello) {
  return context.versions.contains(PLUGTLS_VERSION_TLS1_3) && hello.speaks(PLUGTLS_VERSION_TLS1_3);
}

bool has_common_group(const plugtls_backend_connection &connection, const kit::ClientHello &hello) {
  const plugtls_backend_context &context = *connection.context;
  return !will_be_tls13(context, hello) ||
         std::any_of(context.groups.begin(), context.groups.end(),
                     [&](uint16_t group) { return kit::has_number(hello.groups, group); });
}

// RFC 7301, 3.2: the server's order decides.
std::string_view choose_protocol(const plugtls_backend_context &context,
                                 const kit::ClientHello &hello) {
  for (const std::string &own : context.protocols) {
    kit::ByteReader reader(hello.protocols);
    while (!reader.at_end())
      if (kit::as_text(reader.vector(1)) == own && reader.good()) return own;
  }
  return {};
}

// What wolfSSL 5.5.4 would give up over in silence, or go on without.
plugtls_status find_common(plugtls_backend_connection &connection, const kit::ClientHello &hello,
                           plugtls_error *err) {
  const plugtls_backend_context &context = *connection.context;
  if (!has_common_version(connection, hello))
    return refuse(connection, PLUGTLS_E_NO_COMMON_VERSION, kit::alert::protocol_version,
                  "protocol version", err);
  if (!has_common_group(connection, hello))
    return refuse(connection, PLUGTLS_E_NO_COMMON_PARAMETERS, kit::alert::handshake_failure,
                  "group", err);
  connection.protocol = choose_protocol(context, hello);
  if (connection.protocol.empty() && !context.protocols.empty() && !hello.protocols.empty())
    return refuse(connection, PLUGTLS_E_NO_COMMON_PROTOCOL, kit::alert::no_application_protocol,
                  "protocol", err);
  prepare_psk(connection, hello);
  connection.asks_late =
      (context.flags & PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH) != 0 && will_be_tls13(context, hello);
  connection.identity = identity_for(context, hello);
  return PLUGTLS_OK;
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
  if (status == PLUGTLS_WANT_CALLBACK) return status;
  if (status != PLUGTLS_OK) {
    connection.program_error = refusal(error, name);
    if (connection.program_error.alert <= 0)
      connection.program_error.alert = kit::alert::unrecognized_name;
    return end(connection, 0, err);
  }
  if (replacement != nullptr) connection.context = replacement;
  return PLUGTLS_OK;
}

// wolfSSL 5.5.4 cannot go over to a key of another type once it has read the hello: so it is begun only now.
plugtls_status begin(plugtls_backend_connection &connection, const kit::ClientHello &hello,
                     plugtls_error *err) {
  plugtls_error error = kit::empty_error();
  const plugtls_status made = kit::guard(&error, [&] {
    make_ssl(connection, native_for(*connection.context, connection.identity, hello));
    return plugtls_status{PLUGTLS_OK};
  });
  if (made == PLUGTLS_OK) return made;
  connection.program_error = error;
  connection.program_error.alert = kit::alert::internal_error;
  return end(connection, 0, err);
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
  const kit::ClientHello hello = connection.hello->hello();
  if (hello.well_formed) {
    connection.server_name.assign(hello.server_name);
    const plugtls_status asked = ask_program(connection, err);
    if (asked != PLUGTLS_OK) return asked;
    connection.heard_name = true;
    const plugtls_status found = find_common(connection, hello, err);
    if (found != PLUGTLS_OK) return found;
  }
  connection.heard_name = true;
  return begin(connection, hello, err);
}

}  // namespace plugtls::wolfssl
