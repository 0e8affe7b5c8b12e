// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "context.hpp"
#include "digest.hpp"
#include "library.hpp"
#include "session.hpp"
#include "tap.hpp"
#include "ticket_watch.hpp"
#include "verify.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/alert.hpp>
#include <plugtls/kit/client_hello.hpp>
#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/outbox.hpp>
#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/server_flight.hpp>
#include <plugtls/kit/sized.hpp>
#include <plugtls/kit/suspension.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace plugtls::wolfssl {

// One record of the peer's, on its way to wolfSSL; and sometimes how the next one begins.
struct Incoming {
  static constexpr std::size_t peek = 6;  // a header and the type of a handshake message

  std::array<uint8_t, 5 + 16384 + 2048 + peek> bytes;
  std::size_t size = 0;
  std::size_t end = 0;  // of the record
  std::size_t given = 0;
  bool heard = false;
  bool ready = false;    // to be given
  bool foreign = false;  // no record of TLS's: from here on nothing is looked at

  void begin() noexcept {
    std::copy(bytes.data() + end, bytes.data() + size, bytes.data());
    size -= end;
    end = given = 0;
    heard = ready = false;
  }
  [[nodiscard]] bool holds() const noexcept { return ready && given < end; }
  [[nodiscard]] std::size_t length() const noexcept {
    return static_cast<std::size_t>(bytes[3] << 8U | bytes[4]);
  }
};

}  // namespace plugtls::wolfssl

struct plugtls_backend_connection {
  plugtls::wolfssl::NativeConnection ssl;  // servers: once the name was heard
  plugtls_transport transport{};
  plugtls_backend_context *context = nullptr;
  std::size_t identity = 0;  // which of the context's is shown
  plugtls_host_connection *host_connection = nullptr;
  // The longest record (RFC 5246, 6.2.3, and its header) and what alerts may follow it.
  plugtls::kit::Outbox<(16384 + 2048 + 5) + 512> outbox;
  plugtls::wolfssl::Incoming incoming;
  std::size_t asked =
      0;  // bytes of a write that answered want_write, which a repeated one must have too
  std::size_t taken = 0;  // bytes of it that wolfSSL has made a record of, which is in the outbox
  bool muted = false;     // it is being freed
  bool begun = false;
  bool done = false;
  bool heard_name = false;
  bool resumed = false;
  bool by_psk = false;  // authenticated by an external key
  bool sent_close = false;
  bool got_close = false;
  bool saw_end = false;
  bool transport_wants = false;  // the transport's read wanted in the present call
  bool transport_failed = false;
  bool callback_pending = false;    // a callback of the program's wants to be asked again
  bool ticket_offered = false;      // of TLS 1.2
  bool ticket_unanswered = false;   // the ServerHello, which does not tell, has come
  bool updating = false;            // a KeyUpdate is in the outbox
  bool asks_late = false;           // servers: for a certificate after the handshake, not in it
  bool requesting = false;          // such a request is in the outbox
  bool awaits_certificate = false;  // it has not been answered yet
  bool rewritten = false;           // what wolfSSL last sent went out as it was to be
  int32_t alert_to_send = PLUGTLS_ALERT_NONE;  // in the place of the one that wolfSSL sends
  std::optional<bool> update_to_send;          // likewise: whether a KeyUpdate asks for one
  int32_t alert_sent = PLUGTLS_ALERT_NONE;
  int32_t alert_received = PLUGTLS_ALERT_NONE;
  plugtls::kit::Sticky sticky;
  plugtls_error certificate_error = plugtls::kit::empty_error();
  plugtls_error program_error = plugtls::kit::empty_error();
  uint32_t peer_flags = 0;
  std::string server_name;
  std::vector<std::string> subject_values;
  std::vector<plugtls_subject> subjects;
  plugtls::wolfssl::Digest peer_digest{};
  std::optional<plugtls::kit::ClientHelloReader> hello;  // servers, until it was handed over
  plugtls::kit::ServerFlight flight;
  plugtls::wolfssl::Tap tap;
  plugtls::wolfssl::TicketWatch tickets;  // clients, after the handshake
  std::array<uint8_t, 5> first{};         // of the first record received
  std::size_t first_size = 0;
  // What was negotiated, once it is.
  uint16_t version = 0;
  uint16_t cipher_suite = 0;
  uint16_t peer_scheme = 0;
  std::string protocol;
  plugtls::wolfssl::Certificates peer_chain;  // as it was read off the wire
  std::vector<uint8_t> peer_staple;           // likewise, if it was asked for
  std::optional<plugtls::wolfssl::Judgement> judgement;
  bool chain_pending = false;                 // it waits for the program's say
  bool chain_accepted = false;                // what wolfSSL may be shown
  bool chain_checked = false;                 // wolfSSL was shown the very same
  plugtls::wolfssl::Certificates verified;    // the path, leaf to anchor
  plugtls::wolfssl::Certificates remembered;  // the peer's chain of the session that is resumed
  std::unique_ptr<plugtls_backend_session> offered;
  std::unique_ptr<plugtls_backend_session> newest;
  plugtls::wolfssl::PskLookUp psk;                     // servers
  std::optional<plugtls::kit::Suspension> suspension;  // where a signer may need time
  int suspended_result = 0;

  bool skips_name() const noexcept {
    return (peer_flags & PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK) != 0 ||
           (context->flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) != 0;
  }
  // Before another certificate is asked for.
  void forget_peer() noexcept {
    peer_chain.clear();
    peer_staple.clear();
    verified.clear();
    remembered.clear();
    judgement.reset();
    chain_accepted = chain_checked = false;
  }
  // The handshake is to end, whatever wolfSSL thinks.
  bool doomed() const noexcept {
    return certificate_error.code != PLUGTLS_E_NONE || alert_received != PLUGTLS_ALERT_NONE;
  }
  // A session knows the leaf's chain where the wire did not show it.
  const plugtls::wolfssl::Certificates &known_chain() const noexcept {
    return remembered.empty() ? peer_chain : remembered;
  }
};

namespace plugtls::wolfssl {

// Whose SSL it is, from within a callback of wolfSSL's.
inline plugtls_backend_connection *connection_of(WOLFSSL *ssl) {
  return static_cast<plugtls_backend_connection *>(wolfSSL_GetIOReadCtx(ssl));
}

// What is in the record that has come, before wolfSSL sees it (handshake.cpp). PLUGTLS_OK: it may;
// PLUGTLS_WANT_CALLBACK: later; else the connection is doomed.
plugtls_status look_into(plugtls_backend_connection &connection);
void hear_record(plugtls_backend_connection &connection);

// TLS 1.2: whether the server resumes shows in what follows its hello, which begins so.
void answer_ticket(plugtls_backend_connection &connection, bool full_handshake);

// Runs wolfSSL's handshake; its answer is 0, or an error of wolfSSL's. Nothing while a signer owes its own.
std::optional<int> run_handshake(plugtls_backend_connection &connection);

// For a handshake in which a signer may need time: it runs on a stack of its own.
void make_suspendable(plugtls_backend_connection &connection);

// Whoever was to be verified was. What was negotiated is noted.
bool finish_handshake(plugtls_backend_connection &connection);

// Asks the program about the name in the ClientHello and makes the connection's SSL of the context that answers for it
// (P-SNI-1). PLUGTLS_OK: go on.
plugtls_status hear_name(plugtls_backend_connection &connection, plugtls_error *err);

// A new SSL of the connection's context; nothing of an earlier one is left.
void make_ssl(plugtls_backend_connection &connection, WOLFSSL_CTX *native);

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
plugtls_status request_client_certificate(plugtls_backend_connection *connection,
                                          plugtls_error *err);
size_t pending(const plugtls_backend_connection *connection);
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

}  // namespace plugtls::wolfssl
