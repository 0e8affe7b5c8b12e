// SPDX-License-Identifier: Apache-2.0
#include "hello.h"

#include <stdlib.h>
#include <string.h>

enum {
  RECORD_HEADER = 5,
  MESSAGE_HEADER = 4,
  USUAL = 2048,
  LONGEST = 1 << 16,
  LONGEST_RECORD = 16384,
  LONGEST_HOST_NAME = 255,
  HANDSHAKE = 22,
  CLIENT_HELLO = 1,
  RANDOM = 32,
  SERVER_NAME = 0,
  SIGNATURE_ALGORITHMS = 13,
  SUPPORTED_VERSIONS = 43
};

static bool make_room(struct hello_reader *reader, size_t room) {
  if (room <= reader->room) return true;
  uint8_t *raw = malloc(2 * room);
  if (raw == NULL) return false;
  if (reader->raw != NULL) {
    memcpy(raw, reader->raw, reader->size);
    memcpy(raw + room, reader->message, reader->message_size);
    free(reader->raw);
  }
  reader->raw = raw;
  reader->message = raw + room;
  reader->room = room;
  return true;
}

bool hello_begin(struct hello_reader *reader) {
  *reader = (struct hello_reader){.wanted = RECORD_HEADER};
  return make_room(reader, USUAL);
}

void hello_free(struct hello_reader *reader) {
  free(reader->raw);
  *reader = (struct hello_reader){.complete = true};
}

static void begin_record(struct hello_reader *reader) {
  struct bytes header = {reader->raw + reader->size - RECORD_HEADER, RECORD_HEADER};
  const bool handshake = number(&header, 1) == HANDSHAKE;
  const bool tls = number(&header, 1) == 3;
  number(&header, 1);
  const size_t size = number(&header, 2);
  if (!handshake || !tls || size == 0 || size > LONGEST_RECORD) {
    reader->complete = true;
    return;
  }
  reader->begun = reader->size;
  reader->wanted = reader->size + size;
}

static void end_record(struct hello_reader *reader) {
  const size_t size = reader->size - reader->begun;
  memcpy(reader->message + reader->message_size, reader->raw + reader->begun, size);
  reader->message_size += size;
  reader->begun = 0;
  reader->wanted = reader->size + RECORD_HEADER;
  if (reader->message_size < MESSAGE_HEADER) return;
  struct bytes message = {reader->message, reader->message_size};
  const bool hello = number(&message, 1) == CLIENT_HELLO;
  const size_t whole = MESSAGE_HEADER + number(&message, 3);
  reader->is_hello = hello && reader->message_size == whole;
  reader->complete = !hello || whole > LONGEST || reader->message_size >= whole;
}

plugtls_status hello_read(struct hello_reader *reader, const plugtls_transport *transport) {
  while (!reader->complete) {
    size_t got = 0;
    if (!make_room(reader, reader->wanted)) {
      reader->no_memory = true;
      return PLUGTLS_FAILED;
    }
    const size_t most = reader->wanted - reader->size;
    const plugtls_status status =
        transport->read(transport->user, reader->raw + reader->size, most, &got);
    if (status != PLUGTLS_OK) return status;
    reader->size += got < most ? got : most;
    if (reader->size < reader->wanted) continue;
    if (reader->begun == 0)
      begin_record(reader);
    else
      end_record(reader);
  }
  return PLUGTLS_OK;
}

// RFC 6066, 3: a list of one name, of type host_name. False at what is none.
static bool parse_name(struct bytes value, struct bytes *out) {
  struct bytes list = vector(&value, 2);
  const bool host_name = list.size > 0 && number(&list, 1) == 0;
  *out = vector(&list, 2);
  return host_name && list.size == 0 && value.size == 0 && out->size > 0 &&
         out->size <= LONGEST_HOST_NAME && memchr(out->data, 0, out->size) == NULL;
}

static bool parse_extension(struct hello *out, uint16_t type, struct bytes value) {
  if (type == SUPPORTED_VERSIONS) out->versions = vector(&value, 1);
  if (type == SIGNATURE_ALGORITHMS) out->schemes = vector(&value, 2);
  if (type != SERVER_NAME) return true;
  return out->server_name.data == NULL && parse_name(value, &out->server_name);
}

// RFC 8446, 4.1.2; RFC 5246, 7.4.1.2, which may do without extensions.
struct hello hello_parse(const struct hello_reader *reader) {
  const struct hello malformed = {.well_formed = false};
  struct hello out = {.well_formed = true};
  if (!reader->is_hello) return malformed;
  struct bytes body = {reader->message + MESSAGE_HEADER, reader->message_size - MESSAGE_HEADER};
  out.legacy_version = short_number(&body);
  cut(&body, RANDOM);
  vector(&body, 1);  // session id
  out.suites = vector(&body, 2);
  const struct bytes compression = vector(&body, 1);
  if (out.suites.size == 0 || compression.size == 0) return malformed;
  if (body.size == 0) return out;
  struct bytes extensions = vector(&body, 2);
  if (body.size > 0) return malformed;
  while (extensions.size > 0) {
    const bool whole = extensions.size >= 4;
    const uint16_t type = short_number(&extensions);
    const size_t size = number(&extensions, 2);
    if (!whole || size > extensions.size) return malformed;
    if (!parse_extension(&out, type, cut(&extensions, size))) return malformed;
  }
  return out;
}

size_t hello_replay(struct hello_reader *reader, uint8_t *out, size_t capacity) {
  const size_t left = reader->size - reader->replayed;
  const size_t size = left < capacity ? left : capacity;
  if (size > 0) memcpy(out, reader->raw + reader->replayed, size);
  reader->replayed += size;
  return size;
}

static bool has_number(struct bytes list, uint16_t wanted) {
  while (list.size >= 2)
    if (short_number(&list) == wanted) return true;
  return false;
}

bool hello_offers(const struct hello *hello, uint16_t suite) {
  return has_number(hello->suites, suite);
}

bool hello_speaks(const struct hello *hello, uint16_t version) {
  if (hello->versions.size > 0) return has_number(hello->versions, version);
  return version <= hello->legacy_version && version < PLUGTLS_VERSION_TLS1_3;
}
