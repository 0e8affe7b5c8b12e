// SPDX-License-Identifier: Apache-2.0
#include "server_name.hpp"

#include "algorithms.hpp"
#include "connection.hpp"
#include "context.hpp"
#include "error.hpp"
#include "psk.hpp"

#include <plugtls/kit/secure_bytes.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace plugtls::openssl {

namespace {

using Bytes = std::span<const uint8_t>;

// Takes a vector with a length of two bytes off the front.
std::optional<Bytes> take_vector(Bytes &from) {
  if (from.size() < 2) return std::nullopt;
  const std::size_t size = std::size_t{from[0]} << 8U | from[1];
  if (from.size() - 2 < size) return std::nullopt;
  const Bytes out = from.subspan(2, size);
  from = from.subspan(2 + size);
  return out;
}

// RFC 6066, 3: a list of one name, of type host_name. OpenSSL is as strict when it comes to it.
std::optional<std::string_view> parse_name(Bytes extension) {
  auto list = take_vector(extension);
  if (!list || !extension.empty() || list->empty() || list->front() != TLSEXT_NAMETYPE_host_name)
    return std::nullopt;
  Bytes rest = list->subspan(1);
  const auto name = take_vector(rest);
  if (!name || !rest.empty() || name->empty() || name->size() > TLSEXT_MAXLEN_host_name)
    return std::nullopt;
  const std::string_view text = kit::as_text(*name);
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  return text;
}

// False if there is an extension and it is malformed.
bool read_name(SSL *ssl, plugtls_backend_connection &connection) {
  const unsigned char *data = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &size) != 1) return true;
  const auto name = parse_name({data, size});
  if (name) connection.server_name.assign(*name);
  return name.has_value();
}

plugtls_error refusal(const plugtls_error &said, const std::string &name) {
  if (said.code != PLUGTLS_E_NONE) return said;
  return kit::make_error(PLUGTLS_E_UNRECOGNIZED_NAME, "the server name callback refused '%s'",
                         name.c_str());
}

int32_t alert_of(const plugtls_error &error) {
  return error.alert > 0 ? error.alert : kit::alert::unrecognized_name;
}

// SSL_set_SSL_CTX takes over certificates, ALPN, trust and cipher suites, and leaves the rest as it was.
bool switch_to(plugtls_backend_connection &connection, plugtls_backend_context &context) {
  SSL *ssl = connection.ssl.get();
  SSL_CTX *ctx = context.ctx.get();
  if (SSL_set_SSL_CTX(ssl, ctx) == nullptr) return false;
  SSL_set_verify(ssl, SSL_CTX_get_verify_mode(ctx), nullptr);
  SSL_clear_options(ssl, SSL_get_options(ssl));
  SSL_set_options(ssl, SSL_CTX_get_options(ctx));
  const bool done =
      X509_VERIFY_PARAM_set1(SSL_get0_param(ssl), SSL_CTX_get0_param(ctx)) == 1 &&
      SSL_set_session_id_context(ssl, context.settings.data(),
                                 static_cast<unsigned>(context.settings.size())) == 1 &&
      SSL_set_min_proto_version(ssl, context.versions.min) == 1 &&
      SSL_set_max_proto_version(ssl, context.versions.max) == 1 &&
      SSL_set1_groups_list(ssl, group_names(context.groups).c_str()) == 1 &&
      SSL_set_max_send_fragment(ssl, static_cast<long>(context.record_size)) == 1 &&
      SSL_set_num_tickets(ssl, context.ticket_count) == 1 &&
      SSL_set_max_early_data(ssl, context.early_data_max) == 1 &&
      SSL_set_recv_max_early_data(ssl, context.early_data_max) == 1;
  connection.context = &context;
  return done;
}

int refuse(plugtls_backend_connection &connection, const plugtls_error &error, int32_t with,
           int *alert) {
  connection.program_error = error;
  *alert = with;
  return SSL_CLIENT_HELLO_ERROR;
}

// Where the new context's signer or verification may suspend, the handshake goes on on a stack of its own.
int go_on(plugtls_backend_connection &connection) {
  if (connection.suspension || !connection.context->asks_program()) return SSL_CLIENT_HELLO_SUCCESS;
  make_suspendable(connection);
  return SSL_CLIENT_HELLO_RETRY;
}

int ask_program(plugtls_backend_connection &connection, int *alert) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  plugtls_backend_context *replacement = nullptr;
  plugtls_error error = kit::empty_error();
  const std::string &name = connection.server_name;
  const QueueGuard queue;
  const plugtls_status status =
      callbacks.server_name(callbacks.user, connection.host_connection,
                            name.empty() ? nullptr : name.c_str(), &replacement, &error);
  if (status == PLUGTLS_WANT_CALLBACK) return SSL_CLIENT_HELLO_RETRY;
  connection.answered_name = true;
  if (status != PLUGTLS_OK) {
    error = refusal(error, name);
    return refuse(connection, error, alert_of(error), alert);
  }
  if (replacement == nullptr || switch_to(connection, *replacement)) return go_on(connection);
  return refuse(connection,
                kit::make_error(PLUGTLS_E_INTERNAL,
                                "OpenSSL could not switch to the context that the "
                                "server name callback answered with"),
                kit::alert::internal_error, alert);
}

int hear_name(SSL *ssl, plugtls_backend_connection &connection, int *alert) {
  if (!connection.heard_name && !read_name(ssl, connection))
    return refuse(connection,
                  kit::make_error(PLUGTLS_E_PROTOCOL, "the client's server_name is malformed"),
                  kit::alert::decode_error, alert);
  connection.heard_name = true;
  connection.answered_name = connection.context->callbacks.server_name == nullptr;
  return connection.answered_name ? SSL_CLIENT_HELLO_SUCCESS : ask_program(connection, alert);
}

}  // namespace

int judge_client_hello(SSL *ssl, int *alert, void *) {
  plugtls_backend_connection &connection = *connection_of(ssl);
  *alert = kit::alert::internal_error;
  return kit::guard_or(SSL_CLIENT_HELLO_ERROR, [&] {
    // The second ClientHello, after a HelloRetryRequest, says nothing new.
    const int heard =
        connection.answered_name ? SSL_CLIENT_HELLO_SUCCESS : hear_name(ssl, connection, alert);
    if (heard != SSL_CLIENT_HELLO_SUCCESS || look_up_psk(ssl, connection)) return heard;
    return SSL_CLIENT_HELLO_ERROR;
  });
}

int acknowledge_name(SSL *, int *, void *) {
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace plugtls::openssl
