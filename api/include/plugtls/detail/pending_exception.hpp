// SPDX-License-Identifier: Apache-2.0
/// An exception must not cross the C API. A callback leaves it here, and the operation that called it, on this same thread,
/// throws it once it is back in C++.
#ifndef PLUGTLS_DETAIL_PENDING_EXCEPTION_HPP
#define PLUGTLS_DETAIL_PENDING_EXCEPTION_HPP

#include <exception>
#include <utility>

namespace plugtls::detail {

inline std::exception_ptr &pending_exception() noexcept {
  static thread_local std::exception_ptr pending;
  return pending;
}

inline void throw_pending_exception() {
  if (pending_exception()) std::rethrow_exception(std::exchange(pending_exception(), nullptr));
}

}  // namespace plugtls::detail

#endif
