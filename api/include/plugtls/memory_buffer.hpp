// SPDX-License-Identifier: Apache-2.0
/// Bytes in memory, first in, first out: the transport of TLS without I/O (S9).
#ifndef PLUGTLS_MEMORY_BUFFER_HPP
#define PLUGTLS_MEMORY_BUFFER_HPP

#include "plugtls/detail/source.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace plugtls {

/// A cheap value that shares one buffer with its copies: the program and the connection hold the same. One thread at a time.
class MemoryBuffer {
 public:
  /// `limit`: most bytes it holds before a connection that writes to it wants to write; 0: no limit.
  explicit MemoryBuffer(std::size_t limit = 0) {
    plugtls_buffer *buffer = nullptr;
    detail::call(&plugtls_buffer_create, limit, &buffer);
    handle_.reset(buffer, &plugtls_buffer_free);
  }

  std::size_t size() const noexcept { return plugtls_buffer_size(handle_.get()); }
  bool empty() const noexcept { return size() == 0; }

  /// Appends as much as the limit allows, and returns how much that was.
  std::size_t write(std::span<const std::byte> data) noexcept {
    return plugtls_buffer_write(handle_.get(), data.data(), data.size());
  }
  std::size_t write(std::string_view data) noexcept {
    return write(std::as_bytes(std::span(data)));
  }
  /// What lies at the front, without copying it; good until the buffer changes.
  std::span<const std::byte> peek() const noexcept {
    return detail::to_span(plugtls_buffer_peek(handle_.get()));
  }
  /// Drops bytes at the front, and returns how many.
  std::size_t consume(std::size_t size) noexcept {
    return plugtls_buffer_consume(handle_.get(), size);
  }
  /// Moves all it can to another buffer, and returns how much.
  std::size_t move_to(MemoryBuffer &other) noexcept {
    std::size_t moved = 0;
    while (!empty()) {
      const std::size_t taken = other.write(peek());
      if (taken == 0) break;
      moved += consume(taken);
    }
    return moved;
  }
  /// No more will be written: a connection that has drained it finds the end of the stream rather than want_read.
  void end() noexcept { plugtls_buffer_end(handle_.get()); }

  plugtls_buffer *handle() const noexcept { return handle_.get(); }

 private:
  std::shared_ptr<plugtls_buffer> handle_;
};

}  // namespace plugtls

#endif
