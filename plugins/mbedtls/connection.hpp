// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "context.hpp"
#include "digest.hpp"
#include "psk.hpp"
#include "session.hpp"

#include <plugtls/backend.h>
#include <plugtls/kit/alert.hpp>
#include <plugtls/kit/client_hello.hpp>
#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/handle.hpp>
#include <plugtls/kit/outbox.hpp>
#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/kit/server_flight.hpp>
#include <plugtls/kit/sized.hpp>
#include <plugtls/kit/suspension.hpp>

#include <mbedtls/ssl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct plugtls_backend_connection {
  using Ssl = plugtls::kit::Pinned<mbedtls_ssl_context, mbedtls_ssl_init, mbedtls_ssl_free>;

  std::optional<Ssl> ssl;
  // Servers: the context's configuration, but for the cipher suites; what it points to is the context's.
  mbedtls_ssl_config narrowed{};
  std::vector<int> suites;
  std::vector<int> common13;  // the suites of TLS 1.3 that both ends have, in the server's order
  plugtls_transport transport{};
  plugtls_backend_context *context = nullptr;
  plugtls_host_connection *host_connection = nullptr;
  // Where the handshake runs if the program may be asked something in it; gone once that is done.
  std::optional<plugtls::kit::Suspension> suspension;
  int suspended_result = 0;  // run_steps's there
  // The longest record (RFC 5246, 6.2.3, and its header) and what alerts may follow it.
  plugtls::kit::Outbox<(16384 + 2048 + 5) + 512> outbox;
  std::size_t asked =
      0;  // bytes of a write that answered want_write, which a repeated one must have too
  std::size_t taken = 0;  // bytes of it that Mbed TLS has made a record of, which is in the outbox
  bool begun = false;
  bool done = false;
  bool heard_name = false;
  bool full = false;    // the handshake is by certificates
  bool by_psk = false;  // or by a key from outside, if not by a session's
  bool offers_session = false;
  struct {
    bool sent = false;     // clients: some, or what announces them
    bool writing = false;  // clients: in the present call
    bool begun = false;    // servers: to read them
    bool ended = false;    // servers: there is no more to read
    bool accepted = false;
    bool rejected = false;
    bool reading() const noexcept { return begun && !ended; }
  } early;  // early data
  bool sent_close = false;
  bool got_close = false;
  bool saw_end = false;
  bool transport_wants = false;  // the transport's read wanted in the present call
  bool transport_failed = false;
  bool muted = false;  // being freed: nothing goes out any more
  int32_t alert_sent = PLUGTLS_ALERT_NONE;
  int32_t alert_received = PLUGTLS_ALERT_NONE;
  plugtls::kit::Sticky sticky;
  plugtls_error certificate_error = plugtls::kit::empty_error();
  // What a callback of the program's, other than the one for certificates, ended the handshake with.
  plugtls_error program_error = plugtls::kit::empty_error();
  uint32_t peer_flags = 0;
  std::string server_name;
  std::vector<std::string> subject_values;
  std::vector<plugtls_subject> subjects;
  plugtls::mbedtls::Digest peer_digest{};
  std::optional<plugtls::kit::ClientHelloReader> hello;  // servers, until it was handed over
  plugtls::kit::ServerFlight flight;
  std::array<uint8_t, 5> first{};  // of the first record received
  std::size_t first_size = 0;
  uint16_t peer_scheme = 0;
  bool verifying = false;  // what signatures are verified now are not the peer's own
  std::array<uint8_t, 32> client_random{};          // for the key log
  const mbedtls_pk_context *signed_with = nullptr;  // the key of the identity that was shown
  std::vector<std::vector<uint8_t>> verified;       // the path, leaf to anchor
  std::vector<std::vector<uint8_t>> remembered;  // the peer's chain of the session that is resumed
  plugtls::mbedtls::PskLookUp psk;               // servers
  std::unique_ptr<plugtls_backend_session> offered;
  std::unique_ptr<plugtls_backend_session> newest;

  bool skips_name() const noexcept {
    return (peer_flags & PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK) != 0 ||
           (context->flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) != 0;
  }
  uint32_t early_data() const noexcept {
    return early.accepted   ? PLUGTLS_EARLY_DATA_ACCEPTED
           : early.rejected ? PLUGTLS_EARLY_DATA_REJECTED
                            : PLUGTLS_EARLY_DATA_NONE;
  }
  bool resumed() const noexcept { return done && !full && !by_psk; }
};

namespace plugtls::mbedtls {

// The connection whose handshake runs on this thread: Mbed TLS does not say in every callback.
class Current {
 public:
  explicit Current(plugtls_backend_connection &connection) noexcept : before_(of_thread()) {
    of_thread() = &connection;
  }
  ~Current() { of_thread() = before_; }
  Current(const Current &) = delete;
  Current &operator=(const Current &) = delete;

  // nullptr outside handshakes.
  static plugtls_backend_connection *&of_thread() noexcept;

 private:
  plugtls_backend_connection *before_;
};

// A ticket was accepted whose session had this certificate of the peer's.
void remember_peer(kit::ByteView certificate);

// Asks the program about the name in the ClientHello and puts its context in place (P-SNI-1). PLUGTLS_OK: go on.
plugtls_status hear_name(plugtls_backend_connection &connection, plugtls_error *err);

// Servers, where a session or a key is about to be taken that goes with one cipher suite, or with those of one hash: puts it in
// force. False if the two ends have none of that.
bool choose_suite(plugtls_backend_connection &connection, int cipher_suite);
bool choose_suite_of_hash(plugtls_backend_connection &connection, uint32_t hash);
// Puts the one in force that the server prefers.
void choose_preferred_suite(plugtls_backend_connection &connection);

// Goes on with the handshake, as far as it can: what Mbed TLS answers, or nothing while the program owes an answer.
std::optional<int> run_handshake(plugtls_backend_connection &connection);

// What an answer of Mbed TLS's comes to.
plugtls_status outcome(plugtls_backend_connection &connection, int native, plugtls_error *err);

// What is stashed goes out before the failure is told (P-IO-4), as far as the transport still works.
plugtls_status settle(plugtls_backend_connection &connection, plugtls_error *err);

// A write by one of Mbed TLS's two functions for it; how it is gone on with is the same.
using PutFunction = int(mbedtls_ssl_context *, const unsigned char *, size_t);
plugtls_status write_by(PutFunction *put, plugtls_backend_connection &connection, const void *data,
                        size_t size, size_t *out_size, plugtls_error *err);

// A new SSL of the connection's context; nothing of an earlier one is left.
void make_ssl(plugtls_backend_connection &connection);

// Ends the connection for good with what ended it: an error that was noted, or what the library answered.
plugtls_status end(plugtls_backend_connection &connection, int native, plugtls_error *err);

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

}  // namespace plugtls::mbedtls
