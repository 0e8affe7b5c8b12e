// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"

#include <atomic>

// Counted by its connections and sessions. The backend's callbacks arrive here and go on to the program's.
struct plugtls_context {
  plugtls_backend *backend = nullptr;
  plugtls_backend_context *impl = nullptr;
  std::atomic<uint32_t> references{1};
  plugtls_callbacks callbacks{};
  uint32_t role = 0;
  uint64_t flags = 0;
  int keylog_file = -1;

  plugtls_context() = default;
  ~plugtls_context();
  plugtls_context(const plugtls_context &) = delete;
  plugtls_context &operator=(const plugtls_context &) = delete;
};

struct plugtls_session {
  plugtls_context *context;
  plugtls_backend_session *impl;
};
