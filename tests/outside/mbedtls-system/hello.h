// SPDX-License-Identifier: Apache-2.0
// Servers: the ClientHello, read before Mbed TLS is begun, looked into, and handed over afterwards as if nobody had (P-SNI-1).
// Mbed TLS cannot put another context in place once it has read one, nor wait there.
#pragma once

#include "bytes.h"

#include <plugtls/types.h>

#include <stdbool.h>

// Views into what the reader holds. Not well-formed: Mbed TLS will say what is wrong.
struct hello {
  bool well_formed;
  struct bytes server_name;  // empty if there is none
  struct bytes suites;       // two bytes each, in the client's order, as are the next two
  struct bytes versions;     // empty if the extension was not sent
  struct bytes schemes;
  uint16_t legacy_version;
};

struct hello_reader {
  uint8_t *raw;      // as it came
  uint8_t *message;  // without the records' headers; in the same piece of memory
  size_t size, room, message_size;
  size_t wanted;  // of `raw`, before there is something to look at
  size_t begun;   // where the present record's contents begin; 0 in a header
  size_t replayed;
  bool complete, is_hello, no_memory;
};

bool hello_begin(struct hello_reader *reader);
void hello_free(struct hello_reader *reader);

// PLUGTLS_OK once there is nothing more to wait for, else what the transport answered; takes no more from it than the last
// record of the ClientHello (P-IO-6).
plugtls_status hello_read(struct hello_reader *reader, const plugtls_transport *transport);
struct hello hello_parse(const struct hello_reader *reader);
// Hands out again what was read; 0: nothing is left.
size_t hello_replay(struct hello_reader *reader, uint8_t *out, size_t capacity);

bool hello_offers(const struct hello *hello, uint16_t suite);
bool hello_speaks(const struct hello *hello, uint16_t version);
