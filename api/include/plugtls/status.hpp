// SPDX-License-Identifier: Apache-2.0
/// What an operation on a connection came to. Waiting is a value; see error.hpp for failure.
#ifndef PLUGTLS_STATUS_HPP
#define PLUGTLS_STATUS_HPP

#include "plugtls/errc.hpp"
#include "plugtls/types.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plugtls {

enum class IoStatus : std::int32_t {
  done = PLUGTLS_OK,
  /// The transport had nothing to read; repeat the call when it has. Any operation may want to read.
  want_read = PLUGTLS_WANT_READ,
  /// The transport could take nothing; repeat the call when it can. Any operation may want to write.
  want_write = PLUGTLS_WANT_WRITE,
  /// A callback answered "pending"; repeat the call when it has its answer.
  want_callback = PLUGTLS_WANT_CALLBACK,
  /// The peer's close_notify came: the authenticated end of its data.
  closed = PLUGTLS_CLOSED,
  /// The transport ended without one: never to be taken for the end of the data.
  truncated = PLUGTLS_TRUNCATED,
  /// Connection::last_error() says why; the connection can only be destroyed.
  failed = PLUGTLS_FAILED,
};

constexpr std::string_view name(IoStatus status) noexcept {
  switch (status) {
    case IoStatus::done:
      return "done";
    case IoStatus::want_read:
      return "want_read";
    case IoStatus::want_write:
      return "want_write";
    case IoStatus::want_callback:
      return "want_callback";
    case IoStatus::closed:
      return "closed";
    case IoStatus::truncated:
      return "truncated";
    case IoStatus::failed:
      return "failed";
  }
  return "unknown";
}

/// The answer of try_handshake, try_read, try_write and try_shutdown. It fits two registers.
struct [[nodiscard]] IoResult {
  IoStatus status = IoStatus::done;
  /// errc::none unless status is truncated or failed.
  errc code = errc::none;
  /// Bytes read or taken; 0 unless status is done.
  std::size_t bytes = 0;

  constexpr explicit operator bool() const noexcept { return status == IoStatus::done; }
  /// The code as a std::error_code.
  std::error_code error() const noexcept { return make_error_code(code); }
  /// want_read, want_write or want_callback.
  constexpr bool wants() const noexcept {
    return status >= IoStatus::want_read && status <= IoStatus::want_callback;
  }
};

}  // namespace plugtls

#endif
