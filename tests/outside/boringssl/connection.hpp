// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "context.hpp"
#include "session.hpp"

#include <plugtls/kit/alert.hpp>
#include <plugtls/kit/client_hello.hpp>
#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/outbox.hpp>
#include <plugtls/kit/secure_bytes.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

struct plugtls_backend_connection {
  plugtls::kit::Handle<SSL, SSL_free> ssl;
  plugtls_transport transport{};
  plugtls_backend_context *context = nullptr;
  plugtls_host_connection *host_connection = nullptr;
  // The longest record (RFC 5246, 6.2.3, and its header) and what alerts may follow it.
  plugtls::kit::Outbox<(16384 + 2048 + 5) + 512> outbox;
  std::size_t asked =
      0;  // bytes of a write that answered want_write, which a repeated one must have too
  std::size_t taken = 0;  // bytes of it that BoringSSL has made a record of, which is in the outbox
  bool begun = false;
  bool done = false;
  bool heard_name = false;
  bool sent_close = false;
  bool saw_end = false;
  bool muted = false;         // being freed: nothing goes out any more
  bool offers_rsa = false;    // servers: the client has a cipher suite of TLS 1.2 for such keys
  bool offers_ecdsa = false;  // likewise
  int32_t alert_sent = PLUGTLS_ALERT_NONE;
  int32_t alert_received = PLUGTLS_ALERT_NONE;
  const plugtls_boringssl::Identity *identity = nullptr;  // the one in use, if any
  bool transport_failed = false;
  plugtls::kit::Sticky sticky;
  plugtls_error refusal = plugtls::kit::empty_error();  // of the certificate or the server name
  uint32_t peer_flags = 0;
  std::string server_name;
  std::vector<std::string> subject_values;
  std::vector<plugtls_subject> subjects;
  std::optional<plugtls::kit::ClientHelloReader> hello;  // servers, until it was handed over
  plugtls_boringssl::Digest peer_digest{};
  std::unique_ptr<plugtls_backend_session> offered;  // a copy, for set_context
  std::unique_ptr<plugtls_backend_session> newest;
  std::vector<plugtls_boringssl::Der> verified;  // the path, leaf to anchor

  bool skips_name() const noexcept {
    return (peer_flags & PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK) != 0 ||
           (context->flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) != 0;
  }
};

namespace plugtls_boringssl {

plugtls_backend_connection *connection_of(const SSL *ssl);

// BoringSSL's callback.
void note_alert(const SSL *ssl, int where, int value);

// A new SSL of the connection's context; nothing of an earlier one is left.
void make_ssl(plugtls_backend_connection &connection);

// Asks the program about the name in the ClientHello and puts its context in place (P-SNI-1). PLUGTLS_OK: go on.
plugtls_status hear_name(plugtls_backend_connection &connection, plugtls_error *err);

// Ends the connection for good, with what was noted in it or what BoringSSL's error queue says.
plugtls_status end(plugtls_backend_connection &connection, plugtls_error *err);

std::vector<Der> peer_chain(const plugtls_backend_connection &connection);

plugtls_status connection_create(plugtls_backend_context *context, const plugtls_peer *peer,
                                 const plugtls_transport *transport,
                                 plugtls_backend_connection **out, plugtls_error *err);
plugtls_status connection_set_context(plugtls_backend_connection *connection,
                                      plugtls_backend_context *context, plugtls_error *err);
void connection_free(plugtls_backend_connection *connection);
plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err);
plugtls_status read(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                    size_t *out_size, plugtls_error *err);
plugtls_status write(plugtls_backend_connection *connection, const void *data, size_t size,
                     size_t *out_size, plugtls_error *err);
plugtls_status shutdown(plugtls_backend_connection *connection, plugtls_error *err);
plugtls_status key_update(plugtls_backend_connection *connection, uint32_t flags,
                          plugtls_error *err);
size_t pending(const plugtls_backend_connection *connection);

// facts.cpp
plugtls_status connection_info(const plugtls_backend_connection *connection,
                               plugtls_connection_info *out);
plugtls_status connection_chain(const plugtls_backend_connection *connection, uint32_t which,
                                plugtls_backend_chain **out, plugtls_error *err);
size_t chain_size(const plugtls_backend_chain *chain);
plugtls_status chain_at(const plugtls_backend_chain *chain, size_t index, plugtls_bytes *out);
void chain_free(plugtls_backend_chain *chain);
plugtls_status export_keying_material(plugtls_backend_connection *connection, const char *label,
                                      plugtls_bytes context, uint8_t *out, size_t size,
                                      plugtls_error *err);

plugtls_status channel_binding(plugtls_backend_connection *connection, uint32_t binding,
                               uint8_t *out, size_t capacity, size_t *out_size, plugtls_error *err);

// PLUGTLS_E_WRONG_STATE for what only a connection past its handshake can do.
plugtls_status wrong_state(plugtls_error *err, const char *what);

}  // namespace plugtls_boringssl
