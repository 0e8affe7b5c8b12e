// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace plugtls::loader {

void put_error(plugtls_error *err, const plugtls_error &error) noexcept {
  if (err == nullptr || err->size < offsetof(plugtls_error, alert)) return;
  const uint32_t size = err->size;
  std::memcpy(err, &error, std::min<size_t>(size, sizeof error));
  err->size = size;
}

plugtls_status fail(plugtls_error *err, int32_t code, const char *format, ...) noexcept {
  if (err == nullptr) return PLUGTLS_FAILED;
  plugtls_error error = PLUGTLS_ERROR_INIT;
  error.code = code;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(error.message, sizeof error.message, format, arguments);
  va_end(arguments);
  put_error(err, error);
  return PLUGTLS_FAILED;
}

plugtls_status fail_feature(plugtls_error *err, uint32_t feature, std::string_view backend,
                            const char *format, ...) noexcept {
  if (err == nullptr) return PLUGTLS_FAILED;
  plugtls_error error = PLUGTLS_ERROR_INIT;
  error.code = PLUGTLS_E_UNSUPPORTED;
  error.feature = feature;
  backend.copy(error.backend, sizeof error.backend - 1);
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(error.message, sizeof error.message, format, arguments);
  va_end(arguments);
  put_error(err, error);
  return PLUGTLS_FAILED;
}

}  // namespace plugtls::loader
