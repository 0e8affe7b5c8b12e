// SPDX-License-Identifier: Apache-2.0
// What carries the ciphertext of both twins: bytes in memory, with nothing allocated after the start.
#ifndef PLUGTLS_TESTS_BENCH_RING_HPP
#define PLUGTLS_TESTS_BENCH_RING_HPP

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

namespace bench {

constexpr size_t transfer_size = 16384;  // one full record

// Each transfer is read to its end before the next, so that the bytes begin at the front again.
class Ring {
 public:
  size_t write(const void *data, size_t size) {
    size = std::min(size, bytes_.size() - end_);
    std::memcpy(bytes_.data() + end_, data, size);
    end_ += size;
    return size;
  }
  void clear() { begin_ = end_ = 0; }
  size_t read(void *data, size_t size) {
    size = std::min(size, end_ - begin_);
    std::memcpy(data, bytes_.data() + begin_, size);
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
    return size;
  }

 private:
  std::vector<unsigned char> bytes_ = std::vector<unsigned char>(1 << 17);
  size_t begin_ = 0, end_ = 0;
};

constexpr int most_rounds = 10;  // of a handshake

// One end's view of the two directions.
struct Pipe {
  Ring *in, *out;
};

// Both ends'.
struct Pipes {
  Pipes() = default;
  Pipes(const Pipes &) = delete;  // the ends point at the rings
  Pipes &operator=(const Pipes &) = delete;
  void clear() {
    upward.clear();
    downward.clear();
  }
  Ring upward, downward;
  Pipe client{&downward, &upward}, server{&upward, &downward};
};

// A client and a server in one process. `connect` makes a new connection of both in the place of the one before, up to
// where the client has read the server's tickets; `transfer` sends one block over it and reads it at the server.
class Twin {
 public:
  Twin() = default;
  Twin(const Twin &) = delete;
  Twin &operator=(const Twin &) = delete;
  virtual ~Twin() = default;
  virtual bool connect() = 0;
  // A record of TLS 1.3 by Mbed TLS holds a byte less than the block, so each may take several turns.
  bool transfer(const unsigned char *data, unsigned char *received) {
    for (size_t taken = 0, size = 0; taken < transfer_size; taken += size)
      if ((size = write(data + taken, transfer_size - taken)) == 0) return false;
    for (size_t got = 0, size = 0; got < transfer_size; got += size)
      if ((size = read(received + got, transfer_size - got)) == 0) return false;
    return true;
  }

 private:
  // At the client and at the server. 0: it failed.
  virtual size_t write(const unsigned char *data, size_t size) = 0;
  virtual size_t read(unsigned char *buffer, size_t capacity) = 0;
};

}  // namespace bench

#endif
