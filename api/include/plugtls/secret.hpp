// SPDX-License-Identifier: Apache-2.0
/// Bytes that are wiped when they go: keys and passwords.
#ifndef PLUGTLS_SECRET_HPP
#define PLUGTLS_SECRET_HPP

#include "plugtls/plugtls.h"

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace plugtls {

/// A fixed number of bytes on the heap, overwritten on destruction. It never reallocates, so no copy is left behind.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size) : data_(std::make_unique<std::byte[]>(size)), size_(size) {}
  explicit Secret(std::span<const std::byte> bytes) : Secret(bytes.size()) {
    if (!bytes.empty()) std::memcpy(data_.get(), bytes.data(), bytes.size());
  }
  explicit Secret(std::string_view text) : Secret(std::as_bytes(std::span(text))) {}
  Secret(const Secret &other) : Secret(other.bytes()) {}
  Secret(Secret &&other) noexcept { swap(other); }
  Secret &operator=(const Secret &other) {
    Secret(other).swap(*this);
    return *this;
  }
  Secret &operator=(Secret &&other) noexcept {
    Secret(std::move(other)).swap(*this);
    return *this;
  }
  ~Secret() {
    if (data_) plugtls_secure_wipe(data_.get(), size_);
  }

  std::span<std::byte> bytes() noexcept { return {data_.get(), size_}; }
  std::span<const std::byte> bytes() const noexcept { return {data_.get(), size_}; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  void swap(Secret &other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

 private:
  std::unique_ptr<std::byte[]> data_;  // not a vector: its size never changes
  std::size_t size_ = 0;
};

}  // namespace plugtls

#endif
