// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace plugtls::loader {

namespace {

char without_control(char c) noexcept {
  return (c >= '\0' && c < ' ') || c == '\x7f' ? '?' : c;
}

// Ends a text within what the caller's error holds of it, and makes it printable.
void end_text(plugtls_error *err, char *text, std::size_t capacity) noexcept {
  const auto offset = static_cast<std::size_t>(text - reinterpret_cast<const char *>(err));
  const std::size_t held = std::min<std::size_t>(err->size, offset + capacity);
  if (held <= offset) return;
  text[held - offset - 1] = '\0';
  for (char *at = text; *at != '\0'; ++at)
    *at = without_control(*at);
}

void end_texts(plugtls_error *err) noexcept {
  end_text(err, err->backend, sizeof err->backend);
  end_text(err, err->message, sizeof err->message);
  end_text(err, err->native, sizeof err->native);
}

}  // namespace

std::string printable(std::string text) {
  std::ranges::transform(text, text.begin(), without_control);
  return text;
}

void put_error(plugtls_error *err, const plugtls_error &error) noexcept {
  if (err == nullptr || err->size < offsetof(plugtls_error, alert)) return;
  const uint32_t size = err->size;
  std::memcpy(err, &error, std::min<size_t>(size, sizeof error));
  err->size = size;
  end_texts(err);
}

namespace {

[[gnu::format(printf, 5, 0)]] plugtls_status write_error(plugtls_error *err, int32_t code,
                                                         uint32_t feature, std::string_view backend,
                                                         const char *format,
                                                         va_list arguments) noexcept {
  plugtls_error error = PLUGTLS_ERROR_INIT;
  error.code = code;
  error.feature = feature;
  backend.copy(error.backend, sizeof error.backend - 1);
  std::vsnprintf(error.message, sizeof error.message, format, arguments);
  put_error(err, error);
  return PLUGTLS_FAILED;
}

}  // namespace

plugtls_status fail(plugtls_error *err, int32_t code, const char *format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  const plugtls_status status = write_error(err, code, PLUGTLS_FEATURE_NONE, {}, format, arguments);
  va_end(arguments);
  return status;
}

plugtls_status fail_feature(plugtls_error *err, uint32_t feature, std::string_view backend,
                            const char *format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  const plugtls_status status =
      write_error(err, PLUGTLS_E_UNSUPPORTED, feature, backend, format, arguments);
  va_end(arguments);
  return status;
}

plugtls_status fail_empty_handed(plugtls_error *err, std::string_view backend,
                                 const char *what) noexcept {
  fail(err, PLUGTLS_E_BACKEND_BROKEN, "backend '%.*s' says that it made a %s and made none",
       static_cast<int>(backend.size()), backend.data(), what);
  return name_backend(PLUGTLS_FAILED, backend, err);
}

plugtls_status name_backend(plugtls_status status, std::string_view name,
                            plugtls_error *err) noexcept {
  if (status < PLUGTLS_TRUNCATED || err == nullptr || err->size < offsetof(plugtls_error, alert))
    return status;
  if (err->code == PLUGTLS_E_NONE) {
    fail(err, PLUGTLS_E_INTERNAL, "backend '%.*s' failed and did not say why",
         static_cast<int>(name.size()), name.data());
  }
  if (err->size >= offsetof(plugtls_error, message)) {
    std::memset(err->backend, 0, sizeof err->backend);
    name.copy(err->backend, sizeof err->backend - 1);
  }
  end_texts(err);
  return status;
}

}  // namespace plugtls::loader
