// SPDX-License-Identifier: Apache-2.0
// The handshake: what is decided beside wolfSSL, before it sees what it is about.
#include "connection.hpp"
#include "keylog.hpp"
#include "thread_cache.hpp"

#include <plugtls/kit/certificate_request.hpp>

#include <algorithm>

namespace plugtls::wolfssl {

namespace {

plugtls_status ask_for_verdict(plugtls_backend_connection &connection) {
  const plugtls_status status = judge_peer(connection);
  connection.chain_accepted = status == PLUGTLS_OK;
  connection.chain_pending = status == PLUGTLS_WANT_CALLBACK;
  connection.callback_pending = connection.chain_pending;
  return status;
}

// A client with several identities shows one that the server can use, or none.
void choose_identity(plugtls_backend_connection &connection, kit::ByteView schemes) {
  const plugtls_backend_context &context = *connection.context;
  if (context.role != PLUGTLS_ROLE_CLIENT || context.identities.size() < 2) return;
  const Identity *identity = identity_for(context, schemes);
  if (identity == nullptr) return;
  connection.identity = static_cast<std::size_t>(identity - context.identities.data());
  plugtls_error error = kit::empty_error();
  const plugtls_status used = kit::guard(&error, [&] {
    use_identity(connection.ssl.get(), *identity);
    return plugtls_status{PLUGTLS_OK};
  });
  if (used != PLUGTLS_OK) connection.certificate_error = error;
}

plugtls_status note_scheme(plugtls_backend_connection &connection, uint16_t scheme) {
  connection.peer_scheme = scheme;
  if (scheme == 0 || kit::contains(connection.context->schemes, scheme)) return PLUGTLS_OK;
  connection.certificate_error = kit::scheme_not_offered(scheme);
  return PLUGTLS_FAILED;
}

plugtls_status look_at(plugtls_backend_connection &connection, const Tap::Message &message) {
  switch (message.type) {
    case handshake_type::server_hello:
      connection.ticket_unanswered = connection.ticket_offered && !message.tls13;
      return PLUGTLS_OK;
    case handshake_type::new_session_ticket:
      answer_ticket(connection, false);
      return PLUGTLS_OK;
    case handshake_type::certificate:
      answer_ticket(connection, true);
      connection.peer_chain = certificates_in(message);
      if (connection.context->ocsp != PLUGTLS_OCSP_NONE)
        connection.peer_staple = staple_in(message);
      return ask_for_verdict(connection);
    case handshake_type::certificate_request:
      choose_identity(connection, schemes_in(message));
      return connection.doomed() ? PLUGTLS_FAILED : PLUGTLS_OK;
    case handshake_type::server_key_exchange:
    case handshake_type::certificate_verify:
      return note_scheme(connection, scheme_in(message));
    case handshake_type::finished:
      connection.tap.stop();
      return PLUGTLS_OK;
    default:
      return PLUGTLS_OK;
  }
}

plugtls_status look_at_all(plugtls_backend_connection &connection) {
  if (connection.chain_pending) {
    const plugtls_status status = ask_for_verdict(connection);
    if (status != PLUGTLS_OK) return status;
  }
  Tap::Message message;
  while (connection.tap.listening() && connection.tap.next(message)) {
    const plugtls_status status = look_at(connection, message);
    if (status != PLUGTLS_OK) return status;
  }
  return PLUGTLS_OK;
}

// Without memory nothing can be looked at, so nothing goes on.
plugtls_status guarded(plugtls_backend_connection &connection,
                       plugtls_status (*body)(plugtls_backend_connection &)) {
  plugtls_error error = kit::empty_error();
  plugtls_status out = PLUGTLS_FAILED;
  const plugtls_status ran = kit::guard(&error, [&] {
    out = body(connection);
    return plugtls_status{PLUGTLS_OK};
  });
  if (ran == PLUGTLS_OK) return out;
  connection.certificate_error = error;
  connection.certificate_error.alert = kit::alert::internal_error;
  return PLUGTLS_FAILED;
}

// wolfSSL has the certificate of a session that it resumes; of a new handshake its own callback has compared it.
bool peer_is_verified(const plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  if (!context.verifies() || connection.resumed || connection.by_psk) return true;
  if (connection.chain_checked) return true;
  // Never in TLS 1.2, where it cannot be made up for.
  if (connection.asks_late && connection.peer_chain.empty())
    return wolfSSL_version(connection.ssl.get()) == TLS1_3_VERSION;
  return context.role == PLUGTLS_ROLE_SERVER &&
         context.client_auth == PLUGTLS_CLIENT_AUTH_REQUEST && connection.peer_chain.empty();
}

int shake_hands(plugtls_backend_connection &connection) {
  WOLFSSL *ssl = connection.ssl.get();
  const bool client = connection.context->role == PLUGTLS_ROLE_CLIENT;
  const int result = client ? wolfSSL_connect(ssl) : wolfSSL_accept(ssl);
  return result == WOLFSSL_SUCCESS ? 0 : wolfSSL_get_error(ssl, result);
}

void note_protocol(plugtls_backend_connection &connection) {
  char *name = nullptr;
  unsigned short size = 0;
  if (wolfSSL_ALPN_GetProtocol(connection.ssl.get(), &name, &size) == WOLFSSL_SUCCESS &&
      name != nullptr)
    connection.protocol.assign(name, size);
}

}  // namespace

void hear_record(plugtls_backend_connection &connection) {
  if (!connection.tap.listening()) return;
  (void)guarded(connection, [](plugtls_backend_connection &one) {
    one.tap.hear(one.ssl.get(), {one.incoming.bytes.data(), one.incoming.end});
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status look_into(plugtls_backend_connection &connection) {
  if (connection.doomed()) return PLUGTLS_FAILED;
  return guarded(connection, &look_at_all);
}

// wolfSSL takes any ServerHello for a yes, and a certificate after it for an attack. So it is made to forget the ticket
// before it sees that hello.
void answer_ticket(plugtls_backend_connection &connection, bool full_handshake) {
  if (connection.ticket_unanswered && full_handshake)
    (void)wolfSSL_set_SessionTicket(connection.ssl.get(), nullptr, 0);
  connection.ticket_unanswered = false;
}

std::optional<int> run_handshake(plugtls_backend_connection &connection) {
  free_curve_tables_with_thread();
  const Current current(connection);
  connection.callback_pending = false;
  if (!connection.suspension) return shake_hands(connection);
  if (!connection.suspension->go_on()) return std::nullopt;
  return connection.suspended_result;
}

void make_suspendable(plugtls_backend_connection &connection) {
  connection.suspension.emplace(
      [](void *self) noexcept {
        auto &own = *static_cast<plugtls_backend_connection *>(self);
        own.suspended_result = shake_hands(own);
      },
      &connection);
}

bool finish_handshake(plugtls_backend_connection &connection) {
  WOLFSSL *ssl = connection.ssl.get();
  connection.resumed = wolfSSL_session_reused(ssl) == 1;
  connection.by_psk = was_psk(connection);
  if (!peer_is_verified(connection)) {
    connection.certificate_error =
        kit::make_error(PLUGTLS_E_CERT_OTHER, "wolfSSL went on without the peer's certificate");
    return false;
  }
  connection.version = static_cast<uint16_t>(wolfSSL_version(ssl));
  connection.cipher_suite = static_cast<uint16_t>(wolfSSL_get_current_cipher_suite(ssl));
  if (connection.resumed && connection.offered && connection.remembered.empty())
    connection.remembered = connection.offered->chain;
  if (!connection.resumed) connection.remembered.clear();
  note_protocol(connection);
  log_master_secret(connection);
  connection.tap.stop();
  if (connection.context->role == PLUGTLS_ROLE_CLIENT &&
      connection.version == PLUGTLS_VERSION_TLS1_3)
    connection.tickets.begin();
  return true;
}

}  // namespace plugtls::wolfssl
