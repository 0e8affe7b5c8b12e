// SPDX-License-Identifier: Apache-2.0
// Sessions, certificate chains and verification without a connection: handles around the backend's.
#include "config_check.hpp"
#include "connection.hpp"
#include "guard.hpp"

#include <algorithm>
#include <memory>

using namespace plugtls::loader;

struct plugtls_chain {
  const plugtls_backend_table *table;
  plugtls_backend_chain *impl;
};

namespace {

plugtls_session *wrap(plugtls_context *context, plugtls_backend_session *impl) {
  auto session = std::make_unique<plugtls_session>(plugtls_session{context, impl});
  plugtls_context_retain(context);
  return session.release();
}

const std::string &name_of(const plugtls_session *session) {
  return session->context->backend->name;
}

}  // namespace

extern "C" {

plugtls_status plugtls_session_get(plugtls_connection *connection, plugtls_session **out,
                                   plugtls_error *err) {
  return guard(err, [&] {
    plugtls_backend_session *impl = nullptr;
    const plugtls_status status =
        name_backend(connection->table->session_get(connection->impl, &impl, err),
                     connection->context->backend->name, err);
    if (status == PLUGTLS_OK) *out = wrap(connection->context, impl);
    return status;
  });
}

plugtls_status plugtls_session_export(const plugtls_session *session, uint8_t *out, size_t capacity,
                                      size_t *out_size, plugtls_error *err) {
  return name_backend(
      session->context->backend->table.session_export(session->impl, out, capacity, out_size, err),
      name_of(session), err);
}

plugtls_status plugtls_session_import(plugtls_context *context, plugtls_bytes bytes,
                                      plugtls_session **out, plugtls_error *err) {
  return guard(err, [&] {
    plugtls_backend_session *impl = nullptr;
    const plugtls_status status =
        name_backend(context->backend->table.session_import(context->impl, bytes, &impl, err),
                     context->backend->name, err);
    if (status == PLUGTLS_OK) *out = wrap(context, impl);
    return status;
  });
}

plugtls_status plugtls_session_info_get(const plugtls_session *session, plugtls_session_info *out,
                                        plugtls_error *err) {
  plugtls_session_info info{};
  info.size = sizeof info;
  if (session->context->backend->table.session_info(session->impl, &info) != PLUGTLS_OK)
    return fail_feature(err, PLUGTLS_FEATURE_RESUMPTION, name_of(session),
                        "backend '%s' tells nothing about sessions", name_of(session).c_str());
  put_sized(out, info);
  return PLUGTLS_OK;
}

void plugtls_session_free(plugtls_session *session) {
  if (session == nullptr) return;
  const std::unique_ptr<plugtls_session> owned(session);
  session->context->backend->table.session_free(session->impl);
  plugtls_context_free(session->context);
}

plugtls_status plugtls_connection_chain(const plugtls_connection *connection, uint32_t which,
                                        plugtls_chain **out, plugtls_error *err) {
  return guard(err, [&] {
    plugtls_backend_chain *impl = nullptr;
    *out = nullptr;
    const plugtls_status status =
        name_backend(connection->table->connection_chain(connection->impl, which, &impl, err),
                     connection->context->backend->name, err);
    if (status == PLUGTLS_OK && impl != nullptr)
      *out = std::make_unique<plugtls_chain>(plugtls_chain{connection->table, impl}).release();
    return status;
  });
}

size_t plugtls_chain_size(const plugtls_chain *chain) {
  return chain->table->chain_size(chain->impl);
}

plugtls_bytes plugtls_chain_at(const plugtls_chain *chain, size_t index) {
  plugtls_bytes out{};
  return chain->table->chain_at(chain->impl, index, &out) == PLUGTLS_OK ? out : plugtls_bytes{};
}

void plugtls_chain_free(plugtls_chain *chain) {
  if (chain == nullptr) return;
  const std::unique_ptr<plugtls_chain> owned(chain);
  chain->table->chain_free(chain->impl);
}

plugtls_status plugtls_verify_chain(plugtls_backend *backend, const plugtls_config *config,
                                    const plugtls_verify_request *request, int32_t *out_code,
                                    int32_t *out_depth, plugtls_error *err) {
  if (!is_zero_beyond(config, config->size, sizeof *config) ||
      !is_zero_beyond(request, request->size, sizeof *request))
    return fail_feature(err, PLUGTLS_FEATURE_VERIFY_OFFLINE, backend->name,
                        "the request has settings that are newer than this libplugtls");
  return name_backend(
      backend->table.verify_chain(backend->instance, config, request, out_code, out_depth, err),
      backend->name, err);
}

}  // extern "C"
