// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "context.hpp"

#include <array>
#include <vector>

struct plugtls_connection {
  // What the hot functions need comes first, in one cache line.
  const plugtls_backend_table *table = nullptr;
  plugtls_backend_connection *impl = nullptr;
  uint32_t held_size = 0;  // application data that unwrap met, in `held`
  uint32_t held_at = 0;
  plugtls_context *context = nullptr;
  void *user = nullptr;
  std::vector<plugtls_context *> replacements;  // answered by SNI callbacks, kept alive
  std::array<uint8_t, 64> held{};

  plugtls_connection() = default;
  ~plugtls_connection();
  plugtls_connection(const plugtls_connection &) = delete;
  plugtls_connection &operator=(const plugtls_connection &) = delete;
};
