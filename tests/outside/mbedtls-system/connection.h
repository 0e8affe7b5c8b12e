// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bytes.h"
#include "context.h"
#include "hello.h"
#include "judge.h"

#include <plugtls/backend.h>

#include <mbedtls/ssl.h>

// The longest record (RFC 5246, 6.2.3, and its header) and what alerts may follow it.
enum {
  RANDOM_SIZE = 32,
  MASTER_SIZE = 48,
  OUTBOX_SIZE = (16384 + 2048 + 5) + 512,
  LONGEST_HOST_NAME = 255,
  FIRST_BYTES = 5,
  MOST_HIDDEN = 64
};

// What went out as far as Mbed TLS knows, and waits for the transport.
struct outbox {
  size_t begin, end;
  uint8_t bytes[OUTBOX_SIZE];
};

// Flags of critical extensions in the peer's certificates: see critical.c.
struct hidden_flag {
  struct bytes certificate;
  uint8_t *at;
  uint8_t was;
};
struct hidden_flags {
  bool done;
  size_t count;
  struct hidden_flag each[MOST_HIDDEN];
};

struct secrets {
  uint8_t randoms[2 * RANDOM_SIZE];  // the client's first
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  uint8_t master[MASTER_SIZE];
  mbedtls_tls_prf_types prf;
#endif
};

struct plugtls_backend_connection {
  mbedtls_ssl_context ssl;
  // The context's, shallow, and never freed: with it go the callbacks that have to know whose they are.
  mbedtls_ssl_config conf;
  int suites[MOST_SUITES + 1];       // servers: see server_name.c
  uint16_t common[MOST_SUITES + 1];  // those of TLS 1.3 that both ends have
  plugtls_backend_context *context;
  plugtls_host_connection *host_connection;
  plugtls_transport transport;
  bool begun, done;
  bool sent_close, got_close;
  bool saw_end;          // of the transport
  bool transport_wants;  // its read, in the present call
  bool transport_failed;
  bool muted;                 // being freed: nothing goes out any more
  struct hello_reader hello;  // servers
  bool heard_name;            // the program has been asked, and its context is in place
  bool is_sound;              // the ClientHello was understood here
  size_t asked;  // bytes of a write that answered want_write, which a repeated one must have too
  size_t taken;  // bytes of it that are in a record, in the outbox
  int32_t alert_sent, alert_received;
  plugtls_status ended;  // P-IO-5: PLUGTLS_OK, or what every call answers from now on, with
  plugtls_error error;
  plugtls_error refusal;  // of the peer's certificate or, by the program, of its name
  bool judged;            // the peer has shown one, and verify.c has looked at it
  uint32_t objections;    // the library's own
  struct hidden_flags hidden;
  struct verdict verdict;
  bool asks;  // the verdict has yet to take effect
  plugtls_backend_chain *sent, *verified;
  plugtls_backend_chain *remembered;          // the peer's, where a session was resumed
  plugtls_backend_session *offered, *newest;  // clients
  bool may_resume;                            // there is a session that was fit to be
  bool full;  // the handshake went by certificates: nothing was resumed
  uint32_t peer_flags;
  bool skips_name;
  char server_name[LONGEST_HOST_NAME + 1];
  plugtls_subject *subjects;  // one piece of memory with their values
  size_t subject_count;
  uint16_t group, peer_scheme;
  bool extended_master;          // RFC 7627
  bool under_keys;               // servers of TLS 1.2: what they send
  const struct identity *shown;  // of several, once it is known
  struct secrets secrets;
  uint8_t first[FIRST_BYTES];  // of what was received
  size_t first_size;
  struct outbox outbox;  // last: it is not wiped for a new connection
};

bool is_server(const plugtls_backend_connection *connection);
// As negotiated; 0 before.
uint16_t version_of(const plugtls_backend_connection *connection);
bool is_newer(const plugtls_backend_connection *connection);  // TLS 1.3

plugtls_status connection_create(plugtls_backend_context *context, const plugtls_peer *peer,
                                 const plugtls_transport *transport,
                                 plugtls_backend_connection **out, plugtls_error *err);
void connection_free(plugtls_backend_connection *connection);
plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err);
plugtls_status read_data(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                         size_t *out_size, plugtls_error *err);
plugtls_status write_data(plugtls_backend_connection *connection, const void *data, size_t size,
                          size_t *out_size, plugtls_error *err);
plugtls_status shutdown_connection(plugtls_backend_connection *connection, plugtls_error *err);
size_t pending(const plugtls_backend_connection *connection);
plugtls_status connection_info(const plugtls_backend_connection *connection,
                               plugtls_connection_info *out);
plugtls_status connection_set_context(plugtls_backend_connection *connection,
                                      plugtls_backend_context *context, plugtls_error *err);

// Mbed TLS's part, for the context that the connection has now.
plugtls_status make_ssl(plugtls_backend_connection *connection, plugtls_error *err);
