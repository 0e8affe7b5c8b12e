// SPDX-License-Identifier: Apache-2.0
/// A TlsSocket as an iostream (S17).
#ifndef PLUGTLS_TLS_STREAM_HPP
#define PLUGTLS_TLS_STREAM_HPP

#include "plugtls/tls_socket.hpp"

#include <array>
#include <cstddef>
#include <istream>
#include <span>
#include <streambuf>
#include <string_view>
#include <utility>

namespace plugtls {

/// A stream buffer over a blocking TlsSocket. Streams turn exceptions into badbit: truncation is bad(), the authenticated
/// end of the data is eof(). To have the exception itself, set the stream's exceptions(std::ios::badbit).
class TlsStreamBuffer : public std::streambuf {
 public:
  explicit TlsStreamBuffer(TlsSocket socket) : socket_(std::move(socket)) {
    if (!socket_.is_blocking())
      throw_error(errc::invalid_argument, "an iostream needs a blocking socket");
    setp(out_.data(), out_.data() + out_.size());
  }
  TlsStreamBuffer(const TlsStreamBuffer &) = delete;
  TlsStreamBuffer &operator=(const TlsStreamBuffer &) = delete;
  TlsStreamBuffer(TlsStreamBuffer &&) = delete;
  TlsStreamBuffer &operator=(TlsStreamBuffer &&) = delete;
  ~TlsStreamBuffer() override = default;

  TlsSocket &socket() noexcept { return socket_; }

 protected:
  int_type underflow() override {
    const std::size_t size = socket_.read_into(std::as_writable_bytes(std::span(in_)));
    setg(in_.data(), in_.data(), in_.data() + size);
    return size == 0 ? traits_type::eof() : traits_type::to_int_type(in_[0]);
  }
  int_type overflow(int_type next) override {
    flush_out();
    if (!traits_type::eq_int_type(next, traits_type::eof())) {
      *pptr() = traits_type::to_char_type(next);
      pbump(1);
    }
    return traits_type::not_eof(next);
  }
  int sync() override {
    flush_out();
    return 0;
  }

 private:
  void flush_out() {
    socket_.write_all(std::string_view(pbase(), static_cast<std::size_t>(pptr() - pbase())));
    setp(out_.data(), out_.data() + out_.size());
  }

  TlsSocket socket_;
  std::array<char, 16384> in_{};
  std::array<char, 16384> out_{};
};

/// Owns the socket. What was written is sent by flush() or close(); destroying it sends nothing more.
class TlsStream : public std::iostream {
 public:
  explicit TlsStream(TlsSocket socket) : std::iostream(nullptr), buffer_(std::move(socket)) {
    rdbuf(&buffer_);
  }
  TlsSocket &socket() noexcept { return buffer_.socket(); }
  /// Flushes and sends close_notify; reading goes on until the peer's.
  void shutdown() {
    flush();
    if (good()) buffer_.socket().shutdown();
  }

 private:
  TlsStreamBuffer buffer_;
};

}  // namespace plugtls

#endif
