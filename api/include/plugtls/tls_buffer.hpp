// SPDX-License-Identifier: Apache-2.0
/// TLS in memory, for programs with I/O of their own (S9, S18 to S22).
#ifndef PLUGTLS_TLS_BUFFER_HPP
#define PLUGTLS_TLS_BUFFER_HPP

#include "plugtls/connection.hpp"
#include "plugtls/memory_buffer.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace plugtls {

namespace detail {

// A base, so that it is constructed before the connection over it and destroyed after.
struct BufferPair {
  MemoryBuffer incoming_buffer;
  MemoryBuffer outgoing_buffer;

  plugtls_transport transport() const noexcept {
    plugtls_transport out{};
    plugtls_transport_from_buffers(incoming_buffer.handle(), outgoing_buffer.handle(), &out);
    return out;
  }
};

}  // namespace detail

/// Made by wrap_buffers. It moves bytes between two buffers and never waits: where it cannot go on it throws WantReadError
/// (write ciphertext from the peer to incoming(), or end() it) or WantWriteError (take ciphertext from outgoing()). Whatever
/// is in outgoing() is for the peer, also after a failure: the alert.
class TlsBuffer : private detail::BufferPair, public Connection {
 public:
  TlsBuffer(const Context &context, MemoryBuffer incoming, MemoryBuffer outgoing,
            std::optional<std::string_view> hostname, const WrapOptions &options)
      : BufferPair{std::move(incoming), std::move(outgoing)},
        Connection(context, transport(), hostname, options) {}

  MemoryBuffer &incoming() noexcept { return incoming_buffer; }
  MemoryBuffer &outgoing() noexcept { return outgoing_buffer; }

  /// S18: everything until the end of the stream or until it would want something. Empty at the end of the stream; throws
  /// what it wants if there is nothing at all.
  std::string read() {
    std::string out;
    std::array<std::byte, 16384> chunk;  // NOLINT(*-member-init): written before it is read
    for (;;) {
      const std::size_t size = read_some(chunk, out.empty());
      if (size == 0) return out;
      out.append(reinterpret_cast<const char *>(chunk.data()), size);
    }
  }
  /// S18: the same, up to `amount` bytes.
  std::string read(std::size_t amount) {
    std::string out(amount, '\0');
    out.resize(read_into(std::as_writable_bytes(std::span(out))));
    return out;
  }
  /// S19: into the caller's memory; stops when it is full, too. Returns the number of bytes, 0 at the end of the stream.
  std::size_t read_into(std::span<std::byte> out) {
    std::size_t total = 0;
    while (total < out.size()) {
      const std::size_t size = read_some(out.subspan(total), total == 0);
      if (size == 0) break;
      total += size;
    }
    return total;
  }
  std::size_t read_into(std::span<std::byte> out, std::size_t amount) {
    return read_into(out.first(std::min(amount, out.size())));
  }
  /// S16 for buffers: close_notify both ways.
  void unwrap() {
    require(run([this] { return try_unwrap(); }));
  }

 private:
  // 0: nothing more now. With `must_tell`, nothing at all is an exception unless it is the end of the stream; a failure
  // after some bytes is the next call's to tell.
  std::size_t read_some(std::span<std::byte> out, bool must_tell) {
    if (must_tell) return Connection::read_into(out);
    return try_read(out).bytes;
  }
};

}  // namespace plugtls

#endif
