// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <algorithm>
#include <cstring>

namespace support {

void Wire::write(const void *data, size_t size) {
  const size_t before = bytes_.size();
  if (cut_at && before + size >= *cut_at) {
    cut_ = true;
    size = *cut_at > before ? *cut_at - before : 0;
  }
  bytes_.append(static_cast<const char *>(data), size);
  if (flip_at && *flip_at >= before && *flip_at < bytes_.size())
    bytes_[*flip_at] = static_cast<char>(static_cast<unsigned char>(bytes_[*flip_at]) ^ flip_mask);
}

size_t Wire::read(void *buffer, size_t capacity) {
  const size_t size = std::min(capacity, available());
  std::memcpy(buffer, bytes_.data() + head_, size);
  head_ += size;
  return size;
}

plugtls_transport Transport::get() {
  plugtls_transport out{};
  out.size = sizeof out;
  out.user = this;
  out.read = [](void *self, void *buffer, size_t capacity, size_t *out_size) {
    return static_cast<Transport *>(self)->read(buffer, capacity, out_size);
  };
  out.write = [](void *self, const void *data, size_t size, size_t *out_size) {
    return static_cast<Transport *>(self)->write(data, size, out_size);
  };
  out.last_os_error = [](void *) { return os_error; };
  return out;
}

// The same fragments in every run: a failure can be repeated.
size_t Transport::portion(size_t size) {
  if (fragment == 0) return size;
  size_t most = fragment;
  if (random_fragments) {
    seed_ = seed_ * 1103515245U + 12345U;
    most = 1 + (seed_ >> 16) % fragment;
  }
  return std::min(size, most);
}

bool Transport::stutters(bool *wanted) {
  *wanted = want_every_other && !*wanted;
  return *wanted;
}

plugtls_status Transport::read(void *buffer, size_t capacity, size_t *out_size) {
  *out_size = 0;
  if (fail_read_at && reads_ >= *fail_read_at) return PLUGTLS_FAILED;
  ++reads_;
  if (stutters(&read_wanted_)) return PLUGTLS_WANT_READ;
  if (in_.at_end()) return PLUGTLS_CLOSED;
  *out_size = in_.read(buffer, portion(capacity));
  return *out_size == 0 ? PLUGTLS_WANT_READ : PLUGTLS_OK;
}

plugtls_status Transport::write(const void *data, size_t size, size_t *out_size) {
  *out_size = 0;
  if (fail_write_at && writes_ >= *fail_write_at) return PLUGTLS_FAILED;
  ++writes_;
  if (full || stutters(&write_wanted_)) return PLUGTLS_WANT_WRITE;
  size_t take = portion(size);
  if (out_.limit != 0) {
    if (out_.available() >= out_.limit) return PLUGTLS_WANT_WRITE;
    take = std::min(take, out_.limit - out_.available());
  }
  out_.write(data, take);
  *out_size = take;
  return PLUGTLS_OK;
}

}  // namespace support
