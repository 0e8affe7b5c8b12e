// SPDX-License-Identifier: Apache-2.0
// Filling a caller's plugtls_error, whatever size it has.
#pragma once

#include "plugtls/types.h"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace plugtls::loader {

// Writes `error` into `err` (or nowhere), no further than err->size.
void put_error(plugtls_error *err, const plugtls_error &error) noexcept;

// The text with its control characters blanked: names from outside ride in it, and whoever prints it must not print a
// terminal's control sequences.
std::string printable(std::string text);

// Fills `err` with a code and a printf-formatted message, and answers PLUGTLS_FAILED.
[[gnu::format(printf, 3, 4)]] plugtls_status fail(plugtls_error *err, int32_t code,
                                                  const char *format, ...) noexcept;

// The same for PLUGTLS_E_UNSUPPORTED and _NEED_UNMET, with feature and backend.
[[gnu::format(printf, 4, 5)]] plugtls_status fail_feature(plugtls_error *err, uint32_t feature,
                                                          std::string_view backend,
                                                          const char *format, ...) noexcept;

// PLUGTLS_E_BACKEND_BROKEN: it answered OK and handed out nothing.
plugtls_status fail_empty_handed(plugtls_error *err, std::string_view backend,
                                 const char *what) noexcept;

// Passes a backend's answer on; an error of its says whose it is, has a code, and texts that end.
plugtls_status name_backend(plugtls_status status, std::string_view name,
                            plugtls_error *err) noexcept;

}  // namespace plugtls::loader
