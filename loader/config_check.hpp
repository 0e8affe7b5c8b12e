// SPDX-License-Identifier: Apache-2.0
// Fail closed: what a configuration asks for is checked against what the backend has before the backend sees it.
#pragma once

#include "backend.hpp"

namespace plugtls::loader {

// PLUGTLS_OK, or what is wrong: malformed, or a feature the backend does not have.
plugtls_status check_config(const plugtls_backend &backend, const plugtls_config &config,
                            const plugtls_backend_callbacks &callbacks, plugtls_error *err);

}  // namespace plugtls::loader
