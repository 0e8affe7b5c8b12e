// What a context of this backend is.
#pragma once

#include <plugtls/backend.h>
#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/sized.hpp>

#include <cstdint>

// One for the process. What is found out about the library goes here.
struct plugtls_backend_instance {
  plugtls_host host{};
};

// The library's own context goes here; it is immutable once built, and several threads use it at once (P-GEN-3).
struct plugtls_backend_context {
  plugtls_backend_instance *instance = nullptr;
  plugtls_backend_callbacks callbacks{};
  uint32_t role = 0;
};

namespace new_backend_name {

plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err);
void context_free(plugtls_backend_context *context);

}  // namespace new_backend_name
