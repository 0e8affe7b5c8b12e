// SPDX-License-Identifier: Apache-2.0
// The two ways C libraries own things: Handle for what they allocate, Pinned for what lives in place.
#pragma once

#include <memory>

namespace plugtls::kit {

template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T *object) const noexcept {
    Free(object);
  }
};

// Handle<SSL, SSL_free>: a pointer that is freed by the library's own function.
template <class T, auto Free>
using Handle = std::unique_ptr<T, FreeBy<Free>>;

// Pinned<mbedtls_ssl_config, init, free>: an object initialised and freed where it lies.
template <class T, auto Init, auto Free>
class Pinned {
 public:
  Pinned() noexcept { Init(&object_); }
  ~Pinned() { Free(&object_); }
  Pinned(const Pinned &) = delete;
  Pinned &operator=(const Pinned &) = delete;

  [[nodiscard]] T *get() noexcept { return &object_; }
  [[nodiscard]] const T *get() const noexcept { return &object_; }
  T *operator->() noexcept { return &object_; }
  const T *operator->() const noexcept { return &object_; }
  T &operator*() noexcept { return object_; }
  const T &operator*() const noexcept { return object_; }

 private:
  T object_;
};

}  // namespace plugtls::kit
