// SPDX-License-Identifier: Apache-2.0
// Servers: the name a client asks for, the context that answers for it (P-SNI-1), and the protocol.
#include "algorithms.hpp"
#include "connection.hpp"

#include <algorithm>
#include <iterator>

namespace plugtls::wolfssl {

namespace {

// What a selection answers; wolfSSL has names for it in its imitation of OpenSSL only.
constexpr int selected = 0;
constexpr int no_overlap = 2;

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

// wolfSSL 5.5.4 would give up in silence.
plugtls_status refuse_version(plugtls_backend_connection &connection, plugtls_error *err) {
  connection.name_error =
      kit::make_error(PLUGTLS_E_NO_COMMON_VERSION,
                      "the handshake failed: the client has no protocol version of the server's");
  connection.name_error.alert = kit::alert::protocol_version;
  return end(connection, 0, err);
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
    connection.name_error = refusal(error, name);
    if (connection.name_error.alert <= 0)
      connection.name_error.alert = kit::alert::unrecognized_name;
    return end(connection, 0, err);
  }
  if (replacement != nullptr) connection.context = replacement;
  return PLUGTLS_OK;
}

// wolfSSL 5.5.4 cannot go over to a key of another type once it has read the hello: so it is begun only now.
plugtls_status begin(plugtls_backend_connection &connection, plugtls_error *err) {
  plugtls_error error = kit::empty_error();
  const plugtls_status made = kit::guard(&error, [&] {
    make_ssl(connection);
    return plugtls_status{PLUGTLS_OK};
  });
  if (made == PLUGTLS_OK) return made;
  connection.name_error = error;
  connection.name_error.alert = kit::alert::internal_error;
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
    if (!has_common_version(connection, hello)) return refuse_version(connection, err);
    connection.identity = identity_for(*connection.context, hello);
  }
  connection.heard_name = true;
  return begin(connection, err);
}

// RFC 7301, 3.2: the server's order decides, and without overlap the handshake ends.
int select_protocol(WOLFSSL *, const unsigned char **out, unsigned char *out_size,
                    const unsigned char *offered, unsigned size, void *user) {
  const auto &context = *static_cast<const plugtls_backend_context *>(user);
  for (const std::string &own : context.protocols) {
    kit::ByteReader reader({offered, size});
    while (!reader.at_end()) {
      const kit::ByteView name = reader.vector(1);
      if (!reader.good() || kit::as_text(name) != own) continue;
      *out = name.data();
      *out_size = static_cast<unsigned char>(name.size());
      return selected;
    }
  }
  return no_overlap;
}

}  // namespace plugtls::wolfssl
