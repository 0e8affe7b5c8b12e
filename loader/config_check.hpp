// SPDX-License-Identifier: Apache-2.0
// Fail closed: what a configuration asks for is checked against what the backend has before the backend sees it.
#pragma once

#include "backend.hpp"

namespace plugtls::loader {

// True if all bytes of a sized struct beyond `known` are zero.
bool is_zero_beyond(const void *data, uint32_t size, std::size_t known) noexcept;

// PLUGTLS_OK, or what is wrong: malformed, or a feature the backend does not have.
plugtls_status check_config(const plugtls_backend &backend, const plugtls_config &config,
                            const plugtls_backend_callbacks &callbacks, plugtls_error *err);

}  // namespace plugtls::loader
