// SPDX-License-Identifier: Apache-2.0
// A small stash between a library and a transport that would block.
#pragma once

#include <plugtls/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace plugtls::kit {

// Libraries give up a connection as soon as they have tried to send its fatal alert. So that the alert is
// not lost when the transport would block just then, it is taken in here and flushed by later calls
// (P-IO-4). Fixed in size: an alert, or a close_notify, behind what little of a flight may precede it.
template <std::size_t Capacity = 512>
class Outbox {
 public:
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }

  // Takes all of it or nothing.
  [[nodiscard]] bool take(const void *data, std::size_t size) noexcept {
    if (size > Capacity - this->size()) return false;
    if (size > Capacity - end_) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, this->size());
      end_ -= begin_;
      begin_ = 0;
    }
    if (size > 0) std::memcpy(bytes_.data() + end_, data, size);
    end_ += size;
    return true;
  }

  // Gives the transport what it will have: PLUGTLS_OK once empty, else what the transport answered.
  plugtls_status flush(const plugtls_transport &transport) noexcept {
    while (!empty()) {
      std::size_t sent = 0;
      const plugtls_status status =
          transport.write(transport.user, bytes_.data() + begin_, size(), &sent);
      if (status != PLUGTLS_OK) return status;
      if (sent == 0 || sent > size()) return PLUGTLS_FAILED;
      begin_ += sent;
    }
    begin_ = end_ = 0;
    return PLUGTLS_OK;
  }

  void clear() noexcept { begin_ = end_ = 0; }

 private:
  std::array<std::uint8_t, Capacity> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace plugtls::kit
