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

// One end's view of the two directions.
struct Pipe {
  Ring *in, *out;
};

// A twin, connected and ready. `transfer` sends one block from client to server and reads it there.
class Twin {
 public:
  Twin() = default;
  Twin(const Twin &) = delete;
  Twin &operator=(const Twin &) = delete;
  virtual ~Twin() = default;
  virtual bool transfer(const unsigned char *data, unsigned char *received) = 0;
};

}  // namespace bench

#endif
