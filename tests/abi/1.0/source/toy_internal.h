// SPDX-License-Identifier: Apache-2.0
/*
 * What the toy's files share: its objects, and its frames.
 */
#ifndef PLUGTLS_TESTS_MOCK_TOY_INTERNAL_H
#define PLUGTLS_TESTS_MOCK_TOY_INTERNAL_H

#include "toy.h"

#include <string.h>

enum {
  FRAME_HELLO = 1,
  FRAME_ALERT = 21,
  FRAME_DATA = 23,
  FRAME_KEY_UPDATE = 24
};
enum {
  HEADER_SIZE = 3,
  PAYLOAD_MAX = 16384,
  NAME_MAX_SIZE = 255,
  ALPN_MAX = 8,
  CERTIFICATE_MAX = 512
};
enum {
  ALERT_CLOSE_NOTIFY = 0,
  ALERT_BAD_CERTIFICATE = 42,
  ALERT_UNRECOGNIZED_NAME = 112,
  ALERT_NO_PROTOCOL = 120
};
enum {
  STATE_START,
  STATE_HELLO_SENT,
  STATE_ANSWERING,
  STATE_DONE
};

typedef struct {
  size_t size;
  uint8_t data[NAME_MAX_SIZE];
} name;

struct plugtls_backend_context {
  uint32_t role;
  uint64_t flags;
  uint32_t alpn_count;
  name alpn[ALPN_MAX];
  size_t certificate_size;
  uint8_t certificate[CERTIFICATE_MAX];
  plugtls_backend_callbacks callbacks;
};

struct plugtls_backend_session {
  name server_name;
};

struct plugtls_backend_chain {
  size_t size;
  uint8_t data[CERTIFICATE_MAX];
};

struct plugtls_backend_connection {
  plugtls_backend_context *context;
  plugtls_transport transport;
  plugtls_host_connection *host;
  uint32_t peer_flags;
  int state;
  int resuming, resumed, closed_by_peer, closed_by_us;
  name server_name; /* as sent, or as seen */
  name subject;     /* what the certificate must say */
  name alpn;
  int certificate_seen, subject_given;
  plugtls_backend_chain peer_chain;
  plugtls_status fatal;
  plugtls_error fatal_error;
  size_t in_size,
      in_read; /* of `in`: bytes of the frame that came so far; bytes of payload delivered */
  size_t out_begin, out_end;
  size_t write_size; /* payload of the data frame under way in `out`, 0 if there is none */
  uint8_t in[HEADER_SIZE + PAYLOAD_MAX];
  uint8_t out[2 * HEADER_SIZE + PAYLOAD_MAX];
};

/* ---- toy_frames.c ---- */

/* Fails one call; the connection survives. */
plugtls_status toy_fail(plugtls_error *err, int32_t code, const char *message);
/* Ends the connection: every further call answers the same (P-IO-5). */
plugtls_status toy_die(plugtls_backend_connection *c, plugtls_status status, int32_t code,
                       const char *message);
/* The answer of a connection that has ended. */
plugtls_status toy_report(const plugtls_backend_connection *c, plugtls_error *err);
void toy_put_frame(plugtls_backend_connection *c, uint8_t type, const void *payload, size_t size);
plugtls_status toy_flush(plugtls_backend_connection *c);
size_t toy_payload_size(const plugtls_backend_connection *c);
int toy_frame_complete(const plugtls_backend_connection *c);
void toy_drop_frame(plugtls_backend_connection *c);
/* Takes one frame from the transport and nothing behind it (P-IO-6). */
plugtls_status toy_get_frame(plugtls_backend_connection *c);
/* Sends a fatal alert (P-IO-4; what the transport does not take at once is not sent: the mock is no TLS). */
plugtls_status toy_alert(plugtls_backend_connection *c, uint8_t number, int32_t code,
                         const char *message);
plugtls_status toy_alert_received(plugtls_backend_connection *c);

/* ---- toy_handshake.c ---- */

plugtls_status toy_handshake(plugtls_backend_connection *c, plugtls_error *err);

/* ---- toy_context.c ---- */

/* Whether the context was made with this line of script. */
int toy_plays(const plugtls_backend_context *context, const char *line);
plugtls_backend_session *toy_new_session(const plugtls_backend_connection *c);
void toy_context_slots(plugtls_backend_table *table);

#endif
