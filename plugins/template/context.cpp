#include "context.hpp"

#include <memory>

namespace new_backend_name {

using namespace plugtls;

namespace {

// Each member of plugtls_config in turn: put into force here, or refused by name (P-GEN-5). libplugtls has refused
// already what the capabilities in entry.cpp do not have.
std::unique_ptr<plugtls_backend_context> build(plugtls_backend_instance *instance,
                                               const plugtls_config &config,
                                               const plugtls_backend_callbacks *callbacks) {
  auto context = std::make_unique<plugtls_backend_context>();
  context->instance = instance;
  context->callbacks = kit::read_sized(callbacks);
  context->role = config.role;
  throw kit::Error(kit::unsupported(
      config.role == PLUGTLS_ROLE_SERVER ? PLUGTLS_FEATURE_SERVER : PLUGTLS_FEATURE_CLIENT,
      "new-backend-name makes no contexts yet; context.cpp is where it will"));
}

}  // namespace

plugtls_status context_create(plugtls_backend_instance *instance, const plugtls_config *config,
                              const plugtls_backend_callbacks *callbacks,
                              plugtls_backend_context **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    *out = build(instance, kit::read_sized(config), callbacks).release();
    return plugtls_status{PLUGTLS_OK};
  });
}

void context_free(plugtls_backend_context *context) {
  const std::unique_ptr<plugtls_backend_context> owned(context);
}

}  // namespace new_backend_name
