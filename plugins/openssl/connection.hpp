// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "context.hpp"
#include "digest.hpp"
#include "psk.hpp"
#include "session.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/alert.hpp>
#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/handle.hpp>
#include <plugtls/kit/outbox.hpp>
#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/sized.hpp>
#include <plugtls/kit/suspension.hpp>

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace plugtls::openssl {

inline void free_chain(STACK_OF(X509) * chain) {
  sk_X509_pop_free(chain, X509_free);
}

}  // namespace plugtls::openssl

struct plugtls_backend_connection {
  plugtls::kit::Handle<SSL, SSL_free> ssl;
  plugtls_transport transport{};
  plugtls_backend_context *context = nullptr;
  plugtls_host_connection *host_connection = nullptr;
  // Where the handshake runs if the program may be asked something in it; gone once that is done.
  std::optional<plugtls::kit::Suspension> suspension;
  int suspended_result = 0;  // SSL_do_handshake's there
  // The longest record (RFC 5246, 6.2.3, and its header) and what alerts may follow it.
  plugtls::kit::Outbox<(16384 + 2048 + 5) + 512> outbox;
  std::size_t asked =
      0;  // bytes of a write that answered want_write, which a repeated one must have too
  std::size_t taken = 0;  // bytes of it that OpenSSL has made a record of, which is in the outbox
  bool begun = false;     // handshake has been called
  bool done = false;
  bool heard_name = false;
  bool answered_name = false;  // the program has had its say about the name
  bool updating = false;       // a KeyUpdate waits for the transport
  bool requesting = false;     // a CertificateRequest does
  bool looked_up_psk = false;
  bool by_psk = false;             // the session is an external PSK's, not an earlier one
  plugtls::openssl::KnownPsk psk;  // what the server has found for the client's identity
  struct {
    bool begun = false;
    bool ended = false;
    bool open() const noexcept { return begun && !ended; }
  } early;  // servers: reading early data
  bool sent_close = false;
  bool saw_end = false;
  bool transport_failed = false;
  bool muted = false;          // being freed: nothing goes out any more
  bool awaits_staple = false;  // the server's certificate is verified once its flight is complete
  int32_t alert_sent = PLUGTLS_ALERT_NONE;
  int32_t alert_received = PLUGTLS_ALERT_NONE;
  plugtls::kit::Sticky sticky;
  plugtls_error certificate_error = plugtls::kit::empty_error();
  // What a callback of the program's, other than the one for certificates, ended the handshake with.
  plugtls_error program_error = plugtls::kit::empty_error();
  // The path, where it was built after OpenSSL had asked for it.
  plugtls::kit::Handle<STACK_OF(X509), plugtls::openssl::free_chain> verified;
  uint32_t peer_flags = 0;
  std::string server_name;
  std::vector<std::string> subject_values;
  std::vector<plugtls_subject> subjects;
  plugtls::openssl::Digest peer_digest{};
  std::unique_ptr<plugtls_backend_session> offered;  // a copy, for set_context
  plugtls::kit::Handle<SSL_SESSION, SSL_SESSION_free> newest;

  bool skips_name() const noexcept {
    return (peer_flags & PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK) != 0 ||
           (context->flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) != 0;
  }
};

namespace plugtls::openssl {

plugtls_backend_connection *connection_of(const SSL *ssl);
// Runs the handshake where the program may be asked something in it.
void make_suspendable(plugtls_backend_connection &connection);
// Callbacks of OpenSSL.
void note_alert(const SSL *ssl, int where, int value);

plugtls_status connection_create(plugtls_backend_context *context, const plugtls_peer *peer,
                                 const plugtls_transport *transport,
                                 plugtls_backend_connection **out, plugtls_error *err);
void connection_free(plugtls_backend_connection *connection);
plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err);
plugtls_status read(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                    size_t *out_size, plugtls_error *err);
plugtls_status write(plugtls_backend_connection *connection, const void *data, size_t size,
                     size_t *out_size, plugtls_error *err);
plugtls_status shutdown(plugtls_backend_connection *connection, plugtls_error *err);
plugtls_status request_client_certificate(plugtls_backend_connection *connection,
                                          plugtls_error *err);
plugtls_status key_update(plugtls_backend_connection *connection, uint32_t flags,
                          plugtls_error *err);
size_t pending(const plugtls_backend_connection *connection);
plugtls_status connection_set_context(plugtls_backend_connection *connection,
                                      plugtls_backend_context *context, plugtls_error *err);
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

}  // namespace plugtls::openssl
