// SPDX-License-Identifier: Apache-2.0
/// Sessions that can be resumed (B6).
#ifndef PLUGTLS_SESSION_HPP
#define PLUGTLS_SESSION_HPP

#include "plugtls/context_base.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace plugtls {

struct SessionInfo {
  TlsVersion version;
  CipherSuite cipher;
  std::chrono::system_clock::time_point created;
  std::chrono::system_clock::time_point expires;
  /// Bytes of early data the server takes with it; 0: none.
  std::uint32_t early_data_max;
};

/// A session, shared by its copies. It resumes with the backend it came from only.
class Session {
 public:
  /// Takes over a session of the C API, of a context that `core` holds.
  Session(plugtls_session *handle, std::shared_ptr<detail::ContextCore> core)
      : core_(std::move(core)), handle_(handle, &plugtls_session_free) {}

  /// Needs Feature::session_bytes. Bytes that are foreign or corrupt are a UsageError, errc::session_invalid.
  static Session from_bytes(const Context &context, std::span<const std::byte> bytes) {
    plugtls_session *session = nullptr;
    detail::call(&plugtls_session_import, context.handle(), detail::to_c(bytes), &session);
    return {session, context.core()};
  }

  /// The session as bytes, which hold its secrets: whoever has them can take the client's place. Needs
  /// Feature::session_bytes.
  Secret bytes() const {
    std::size_t size = 0;
    plugtls_error error = PLUGTLS_ERROR_INIT;
    const plugtls_status status = plugtls_session_export(handle_.get(), nullptr, 0, &size, &error);
    if (status != PLUGTLS_OK && error.code != PLUGTLS_E_BUFFER_TOO_SMALL) throw_error(error);
    Secret out(size);
    detail::call(&plugtls_session_export, handle_.get(),
                 reinterpret_cast<std::uint8_t *>(out.bytes().data()), size, &size);
    return out;
  }

  SessionInfo info() const {
    plugtls_session_info c{};
    c.size = sizeof c;
    detail::call(&plugtls_session_info_get, handle_.get(), &c);
    const auto time = [](std::int64_t seconds) {
      return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
    };
    return {static_cast<TlsVersion>(c.version), static_cast<CipherSuite>(c.cipher_suite),
            time(c.created), time(c.expires), c.early_data_max};
  }

  plugtls_session *handle() const noexcept { return handle_.get(); }

 private:
  std::shared_ptr<detail::ContextCore> core_;  // freed after the session
  std::shared_ptr<plugtls_session> handle_;
};

}  // namespace plugtls

#endif
