// SPDX-License-Identifier: Apache-2.0
// Fail closed: what a configuration asks for is checked against what the backend has before the backend sees it.
#pragma once

#include "backend.hpp"

#include <span>

namespace plugtls::loader {

// PLUGTLS_OK, or what is wrong: malformed, or a feature the backend does not have.
plugtls_status check_config(const plugtls_backend &backend, const plugtls_config &config,
                            const plugtls_backend_callbacks &callbacks, plugtls_error *err);

// The same for a verification without a connection, of which only trust, CRLs, time and depth matter.
plugtls_status check_offline(const plugtls_backend &backend, const plugtls_config &config,
                             const plugtls_verify_request &request, plugtls_error *err);

// Something asked for, and the feature it takes.
struct Asked {
  bool asked;
  uint32_t feature;
};

// PLUGTLS_OK if the backend has everything that was asked for, in part at least; else the first that it lacks.
plugtls_status require(const plugtls_backend &backend, std::span<const Asked> items,
                       plugtls_error *err);

}  // namespace plugtls::loader
