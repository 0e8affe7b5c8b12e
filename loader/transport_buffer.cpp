// SPDX-License-Identifier: Apache-2.0
// Bytes in memory, first in, first out, and a transport over two such buffers.
#include "guard.hpp"
#include "plugtls/plugtls.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

using namespace plugtls::loader;

// Bytes lie in one piece, [front, back) of the storage. They are moved to the start when the end is reached and at least as
// much is free before them, so each byte moves a bounded number of times and a steady flow allocates nothing.
struct plugtls_buffer {
  std::vector<uint8_t> storage;
  size_t front = 0;
  size_t back = 0;
  size_t limit = 0;
  bool ended = false;
  plugtls_buffer *outgoing =
      nullptr;  // where a connection that reads from here writes: one pointer then finds both

  size_t size() const { return back - front; }

  void make_room(size_t wanted) {
    if (storage.size() - back >= wanted) return;
    if (front >= size() && storage.size() - size() >= wanted) {
      std::memmove(storage.data(), storage.data() + front, size());
      back = size();
      front = 0;
      return;
    }
    storage.resize(std::max(storage.size() * 2, back + wanted));
  }
};

extern "C" {

plugtls_status plugtls_buffer_create(size_t limit, plugtls_buffer **out, plugtls_error *err) {
  return guard(err, [&] {
    auto buffer = std::make_unique<plugtls_buffer>();
    buffer->limit = limit;
    *out = buffer.release();
    return plugtls_status{PLUGTLS_OK};
  });
}

void plugtls_buffer_free(plugtls_buffer *buffer) {
  const std::unique_ptr<plugtls_buffer> owned(buffer);
}

size_t plugtls_buffer_size(const plugtls_buffer *buffer) {
  return buffer->size();
}

size_t plugtls_buffer_write(plugtls_buffer *buffer, const void *data, size_t size) {
  if (buffer->ended) return 0;
  if (buffer->limit != 0)
    size = std::min(size, buffer->limit - std::min(buffer->limit, buffer->size()));
  if (size == 0) return 0;
  try {
    buffer->make_room(size);
  } catch (const std::exception &) {
    return 0;
  }
  std::memcpy(buffer->storage.data() + buffer->back, data, size);
  buffer->back += size;
  return size;
}

plugtls_bytes plugtls_buffer_peek(const plugtls_buffer *buffer) {
  return {buffer->storage.data() + buffer->front, buffer->size()};
}

size_t plugtls_buffer_consume(plugtls_buffer *buffer, size_t size) {
  size = std::min(size, buffer->size());
  buffer->front += size;
  if (buffer->front == buffer->back) buffer->front = buffer->back = 0;
  return size;
}

void plugtls_buffer_end(plugtls_buffer *buffer) {
  buffer->ended = true;
}

}  // extern "C"

namespace {

plugtls_status read_buffer(void *user, void *buffer, size_t capacity, size_t *out_size) {
  auto *incoming = static_cast<plugtls_buffer *>(user);
  const size_t size = std::min(capacity, incoming->size());
  *out_size = size;
  if (size == 0) return incoming->ended ? PLUGTLS_CLOSED : PLUGTLS_WANT_READ;
  std::memcpy(buffer, incoming->storage.data() + incoming->front, size);
  plugtls_buffer_consume(incoming, size);
  return PLUGTLS_OK;
}

plugtls_status write_buffer(void *user, const void *data, size_t size, size_t *out_size) {
  plugtls_buffer *outgoing = static_cast<plugtls_buffer *>(user)->outgoing;
  *out_size = plugtls_buffer_write(outgoing, data, size);
  if (*out_size > 0) return PLUGTLS_OK;
  // Without a limit there is always room: nothing was taken because memory ran out.
  return outgoing->ended || outgoing->limit == 0 ? PLUGTLS_FAILED : PLUGTLS_WANT_WRITE;
}

}  // namespace

extern "C" void plugtls_transport_from_buffers(plugtls_buffer *incoming, plugtls_buffer *outgoing,
                                               plugtls_transport *out) {
  incoming->outgoing = outgoing;
  *out = {sizeof(plugtls_transport), 0, incoming, &read_buffer, &write_buffer, nullptr};
}
