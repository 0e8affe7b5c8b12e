// SPDX-License-Identifier: Apache-2.0
// Errors: how a slot fails (P-GEN-2), and how no exception leaves it (P-GEN-1).
#pragma once

#include <plugtls/kit/sized.hpp>
#include <plugtls/types.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

namespace plugtls::kit {

inline plugtls_error empty_error() noexcept {
  plugtls_error error{};
  error.size = static_cast<std::uint32_t>(sizeof error);
  error.alert = PLUGTLS_ALERT_NONE;
  error.certificate_depth = -1;
  return error;
}

// Copies text into a fixed array, cut if need be, always terminated.
template <std::size_t N>
void set_text(char (&to)[N], const char *text) noexcept {
  const std::size_t length = text == nullptr ? 0 : strnlen(text, N - 1);
  if (length > 0) std::memcpy(to, text, length);
  to[length] = '\0';
}

#if defined(__GNUC__)
__attribute__((format(printf, 2, 0)))
#endif
inline plugtls_error
vmake_error(std::int32_t code, const char *format, std::va_list arguments) noexcept {
  plugtls_error error = empty_error();
  error.code = code;
  (void)std::vsnprintf(error.message, sizeof error.message, format, arguments);
  return error;
}

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
inline plugtls_error
make_error(std::int32_t code, const char *format, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, format);
  const plugtls_error error = vmake_error(code, format, arguments);
  va_end(arguments);
  return error;
}

// Hands an error to a caller who may not want it.
inline plugtls_status fail(plugtls_error *err, const plugtls_error &error) noexcept {
  if (err != nullptr) write_sized(err, error);
  return PLUGTLS_FAILED;
}

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
inline plugtls_status
fail(plugtls_error *err, std::int32_t code, const char *format, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, format);
  const plugtls_error error = vmake_error(code, format, arguments);
  va_end(arguments);
  return fail(err, error);
}

inline plugtls_error unsupported(std::uint32_t feature, const char *why) noexcept {
  plugtls_error error = make_error(PLUGTLS_E_UNSUPPORTED, "%s", why);
  error.feature = feature;
  return error;
}

// An error on its way up inside a backend; guard() turns it into a status.
class Error : public std::exception {
 public:
  explicit Error(const plugtls_error &error) noexcept : error_(error) {}
  [[nodiscard]] const plugtls_error &error() const noexcept { return error_; }
  [[nodiscard]] const char *what() const noexcept override { return error_.message; }

 private:
  plugtls_error error_;
};

[[noreturn, gnu::format(printf, 2, 3)]] inline void raise(std::int32_t code, const char *format,
                                                          ...) {
  std::va_list arguments;
  va_start(arguments, format);
  const plugtls_error error = vmake_error(code, format, arguments);
  va_end(arguments);
  throw Error(error);
}

// errno is the caller's: it is the same after a slot as before (P-GEN-1).
class ErrnoKeeper {
 public:
  ErrnoKeeper() noexcept : kept_(errno) {}
  ~ErrnoKeeper() { errno = kept_; }
  ErrnoKeeper(const ErrnoKeeper &) = delete;
  ErrnoKeeper &operator=(const ErrnoKeeper &) = delete;

 private:
  int kept_;
};

inline plugtls_status fail_by_exception(plugtls_error *err) noexcept {
  try {
    throw;
  } catch (const Error &error) {
    return fail(err, error.error());
  } catch (const std::bad_alloc &) {
    return fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception &error) {
    return fail(err, PLUGTLS_E_INTERNAL, "internal error: %s", error.what());
  } catch (...) {
    return fail(err, PLUGTLS_E_INTERNAL, "internal error: an exception of no known type");
  }
}

// Runs the body of a slot. Whatever it throws becomes PLUGTLS_FAILED and an error.
template <class Body>
plugtls_status guard(plugtls_error *err, Body &&body) noexcept {
  const ErrnoKeeper keeper;
  try {
    return body();
  } catch (...) {
    return fail_by_exception(err);
  }
}

// The same for a slot that cannot report: whatever is thrown becomes `otherwise`.
template <class Result, class Body>
Result guard_or(Result otherwise, Body &&body) noexcept {
  const ErrnoKeeper keeper;
  try {
    return body();
  } catch (...) {
    return otherwise;
  }
}

// The failure a connection ended with, told again on every further call (P-IO-5).
class Sticky {
 public:
  [[nodiscard]] bool set() const noexcept { return status_ != PLUGTLS_OK; }
  [[nodiscard]] plugtls_status status() const noexcept { return status_; }
  [[nodiscard]] const plugtls_error &error() const noexcept { return error_; }

  // The first failure counts; what comes after it is its consequence.
  void keep(plugtls_status status, const plugtls_error &error) noexcept {
    if (set()) return;
    status_ = status;
    error_ = error;
  }

  plugtls_status tell(plugtls_error *err) const noexcept {
    if (err != nullptr) write_sized(err, error_);
    return status_;
  }

 private:
  plugtls_status status_ = PLUGTLS_OK;
  plugtls_error error_ = empty_error();
};

}  // namespace plugtls::kit
