// SPDX-License-Identifier: Apache-2.0
// A transport in memory that can be made to fail: each fault is a number of bytes or of calls.
#ifndef PLUGTLS_TESTS_SUPPORT_WIRE_HPP
#define PLUGTLS_TESTS_SUPPORT_WIRE_HPP

#include <plugtls/plugtls.h>

#include <cstddef>
#include <optional>
#include <string>

namespace support {

// Bytes on their way in one direction.
class Wire {
 public:
  void write(const void *data, size_t size);
  size_t read(void *buffer, size_t capacity);
  void end() { ended_ = true; }

  // Loses what has not been read yet.
  void discard() { head_ = bytes_.size(); }
  // Something was written behind cut_at.
  bool is_cut() const { return cut_; }
  // At the end: nothing is left and nothing will come.
  bool at_end() const { return (ended_ || cut_) && available() == 0; }
  size_t available() const { return bytes_.size() - head_; }
  size_t carried() const { return bytes_.size(); }
  // Everything ever written, as the peer saw it.
  const std::string &everything() const { return bytes_; }

  std::optional<size_t> cut_at =
      {};  // what is written after this many bytes is lost: the stream ends there
  std::optional<size_t> flip_at = {};  // this byte arrives changed
  unsigned char flip_mask = 1;
  size_t limit = 0;  // most bytes it holds; 0: no limit

 private:
  std::string bytes_;
  size_t head_ = 0;
  bool ended_ = false, cut_ = false;
};

// One end of a pair of wires.
class Transport {
 public:
  Transport(Wire &in, Wire &out) : in_(in), out_(out) {}
  Transport(const Transport &) = delete;
  Transport &operator=(const Transport &) = delete;
  plugtls_transport get();

  size_t reads() const { return reads_; }
  size_t writes() const { return writes_; }

  size_t fragment = 0;            // most bytes a call moves; 0: no limit
  bool random_fragments = false;  // ... but anything from 1 to that
  std::optional<size_t> fail_read_at =
      {};  // the call with this number, from 0, fails, and all after it
  std::optional<size_t> fail_write_at = {};
  bool want_every_other = false;  // every call wants once before it goes on

  bool full = false;  // no write goes on

  static constexpr int32_t os_error = 104;  // what last_os_error answers: ECONNRESET

 private:
  size_t portion(size_t size);
  bool stutters(bool *wanted);
  plugtls_status read(void *buffer, size_t capacity, size_t *out_size);
  plugtls_status write(const void *data, size_t size, size_t *out_size);

  Wire &in_;
  Wire &out_;
  size_t reads_ = 0, writes_ = 0;
  bool read_wanted_ = false, write_wanted_ = false;
  unsigned seed_ = 1;
};

}  // namespace support

#endif
