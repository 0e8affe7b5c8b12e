// SPDX-License-Identifier: Apache-2.0
/// Failures as exceptions. Catching TlsError catches everything from any backend (S26).
#ifndef PLUGTLS_ERROR_HPP
#define PLUGTLS_ERROR_HPP

#include "plugtls/alert.hpp"
#include "plugtls/errc.hpp"
#include "plugtls/feature.hpp"
#include "plugtls/status.hpp"

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace plugtls {

/// The root. what() says in one line what was asked, what happened and what to do next; which backend it came from, the
/// alert and the library's own words ride along for people and logs.
class [[gnu::visibility("default")]] TlsError : public std::system_error {
 public:
  explicit TlsError(const plugtls_error &error)
      : TlsError(make_error_code(static_cast<errc>(error.code)), error) {}

  const char *what() const noexcept override {
    return error_.message[0] != '\0' ? error_.message : plugtls_error_text(error_.code);
  }
  /// errc::none in WantReadError and its like, whose code() is std::errc::operation_would_block.
  errc value() const noexcept {
    return static_cast<errc>(error_.code);
  }
  Fault fault() const noexcept {
    return plugtls::fault(value());
  }
  /// Name of the backend, empty for plugtls itself.
  std::string_view backend() const noexcept {
    return error_.backend;
  }
  /// The alert that was sent, or received, if one was.
  std::optional<Alert> alert() const noexcept {
    if (error_.alert < 0) return std::nullopt;
    return static_cast<Alert>(error_.alert);
  }
  bool alert_received() const noexcept {
    return error_.alert_received != 0;
  }
  /// What is missing, where value() is unsupported or need_unmet.
  std::optional<Feature> feature() const noexcept {
    if (error_.feature == PLUGTLS_FEATURE_NONE) return std::nullopt;
    return static_cast<Feature>(error_.feature);
  }
  /// Which certificate of the chain: 0 is the leaf.
  std::optional<int> certificate_depth() const noexcept {
    if (error_.certificate_depth < 0) return std::nullopt;
    return error_.certificate_depth;
  }
  /// errno of a file or the transport, or 0.
  int os_error() const noexcept {
    return error_.os_error;
  }
  /// The TLS library's own number and words, for people and logs only.
  std::int64_t native_code() const noexcept {
    return error_.native_code;
  }
  std::string_view native_text() const noexcept {
    return error_.native;
  }
  const plugtls_error &raw() const noexcept {
    return error_;
  }

 protected:
  TlsError(std::error_code code, const plugtls_error &error)
      : std::system_error(code), error_(error) {}

 private:
  plugtls_error error_;
};

/// A non-blocking operation cannot go on (S21); repeating it when the transport can loses nothing.
class [[gnu::visibility("default")]] WouldBlockError : public TlsError {
 public:
  WouldBlockError(const plugtls_error &error, IoStatus status)
      : TlsError(std::make_error_code(std::errc::operation_would_block), error), status_(status) {}
  IoStatus status() const noexcept {
    return status_;
  }

 private:
  IoStatus status_;
};
class [[gnu::visibility("default")]] WantReadError : public WouldBlockError{
  public : explicit WantReadError(const plugtls_error &error) :
      WouldBlockError(error, IoStatus::want_read){}
};
class [[gnu::visibility("default")]] WantWriteError : public WouldBlockError{
  public : explicit WantWriteError(const plugtls_error &error) :
      WouldBlockError(error, IoStatus::want_write){}
};
class [[gnu::visibility("default")]] WantCallbackError : public WouldBlockError{
  public : explicit WantCallbackError(const plugtls_error &error) :
      WouldBlockError(error, IoStatus::want_callback){}
};

/// What was asked for cannot be done: the program's, or its user's, fault.
class [[gnu::visibility("default")]] ConfigurationError : public TlsError {
  using TlsError::TlsError;
};
/// The backend cannot do it; feature() and backend() say what and which.
class [[gnu::visibility("default")]] UnsupportedError : public ConfigurationError {
  using ConfigurationError::ConfigurationError;
};
/// A backend could not be found, opened or trusted, or failed for a reason of its own.
class [[gnu::visibility("default")]] BackendError : public TlsError {
  using TlsError::TlsError;
};
/// The peer's certificate chain was refused.
class [[gnu::visibility("default")]] CertificateError : public TlsError {
  using TlsError::TlsError;
};
/// The peer broke the protocol, or shares nothing with us.
class [[gnu::visibility("default")]] PeerError : public TlsError {
  using TlsError::TlsError;
};
/// The peer ended the connection with a fatal alert: alert().
class [[gnu::visibility("default")]] AlertError : public TlsError {
  using TlsError::TlsError;
};
class [[gnu::visibility("default")]] TransportError : public TlsError {
  using TlsError::TlsError;
};
/// The stream ended without close_notify (B5).
class [[gnu::visibility("default")]] TruncatedError : public TransportError {
  using TransportError::TransportError;
};
/// A call that cannot be made now: before the handshake, after a failure, ...
class [[gnu::visibility("default")]] UsageError : public TlsError {
  using TlsError::TlsError;
};
/// The connection was closed, by the peer amid the handshake or by us before writing.
class [[gnu::visibility("default")]] ClosedError : public UsageError {
  using UsageError::UsageError;
};

/// An error of the facade's own.
inline plugtls_error make_error(errc code, std::string_view message) noexcept {
  plugtls_error error = PLUGTLS_ERROR_INIT;
  error.code = static_cast<std::int32_t>(code);
  message.copy(error.message, sizeof error.message - 1);
  return error;
}

/// Throws the class that fits the error's code.
[[noreturn]] inline void throw_error(const plugtls_error &error) {
  const errc code = static_cast<errc>(error.code);
  if (code == errc::unsupported) throw UnsupportedError(error);
  if (code == errc::truncated) throw TruncatedError(error);
  if (code == errc::closed_for_writing) throw ClosedError(error);
  switch (fault(code)) {
    case Fault::configuration:
      throw ConfigurationError(error);
    case Fault::backend:
      throw BackendError(error);
    case Fault::certificate:
      throw CertificateError(error);
    case Fault::peer:
      throw PeerError(error);
    case Fault::alert:
      throw AlertError(error);
    case Fault::transport:
      throw TransportError(error);
    case Fault::program:
      throw UsageError(error);
    case Fault::none:
      break;
  }
  throw TlsError(error);
}

[[noreturn]] inline void throw_error(errc code, std::string_view message) {
  throw_error(make_error(code, message));
}

/// Throws for every status that is not done; `error` is what the operation filled in.
[[noreturn]] inline void throw_status(IoStatus status, const plugtls_error &error) {
  switch (status) {
    case IoStatus::want_read:
      throw WantReadError(make_error(errc::none, "the operation has to wait for data to read"));
    case IoStatus::want_write:
      throw WantWriteError(make_error(errc::none, "the operation has to wait for room to write"));
    case IoStatus::want_callback:
      throw WantCallbackError(make_error(errc::none, "the operation has to wait for a callback"));
    case IoStatus::closed:
      throw ClosedError(make_error(errc::closed_for_writing, "the peer closed the connection"));
    default:
      throw_error(error);
  }
}

namespace detail {

/// Calls a function of the C API that takes `err` last, and throws what it answers.
template <typename Function, typename... Arguments>
void call(Function function, Arguments... arguments) {
  plugtls_error error = PLUGTLS_ERROR_INIT;
  const plugtls_status status = function(arguments..., &error);
  if (status != PLUGTLS_OK) throw_status(static_cast<IoStatus>(status), error);
}

}  // namespace detail

}  // namespace plugtls

#endif
