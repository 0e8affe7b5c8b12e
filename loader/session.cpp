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

// Made before the backend is asked, so that nothing of the backend's is lost when memory runs out.
std::unique_ptr<plugtls_session> blank_session(plugtls_context *context) {
  return std::make_unique<plugtls_session>(plugtls_session{context, nullptr});
}

plugtls_status hand_out(std::unique_ptr<plugtls_session> session, plugtls_status status,
                        plugtls_session **out, plugtls_error *err) {
  const std::string &backend = session->context->backend->name;
  if (name_backend(status, backend, err) != PLUGTLS_OK) return status;
  if (session->impl == nullptr) return fail_empty_handed(err, backend, "session");
  plugtls_context_retain(session->context);
  *out = session.release();
  return PLUGTLS_OK;
}

// A bad verdict is told in words though the call succeeded; a backend that lost its words gets ours.
void name_verdict(int32_t code, const std::string &backend, plugtls_error *err) {
  if (err != nullptr && err->code == PLUGTLS_E_NONE)
    fail(err, code, "%s", plugtls_error_text(code));
  name_backend(PLUGTLS_FAILED, backend, err);
}

const std::string &name_of(const plugtls_session *session) {
  return session->context->backend->name;
}

}  // namespace

extern "C" {

plugtls_status plugtls_session_get(plugtls_connection *connection, plugtls_session **out,
                                   plugtls_error *err) {
  return guard(err, [&] {
    auto session = blank_session(connection->context);
    const plugtls_status status =
        connection->table->session_get(connection->impl, &session->impl, err);
    return hand_out(std::move(session), status, out, err);
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
    auto session = blank_session(context);
    const plugtls_status status =
        context->backend->table.session_import(context->impl, bytes, &session->impl, err);
    return hand_out(std::move(session), status, out, err);
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
    *out = nullptr;
    auto chain = std::make_unique<plugtls_chain>(plugtls_chain{connection->table, nullptr});
    const plugtls_status status = name_backend(
        connection->table->connection_chain(connection->impl, which, &chain->impl, err),
        connection->context->backend->name, err);
    if (status == PLUGTLS_OK && chain->impl != nullptr) *out = chain.release();
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
  return guard(err, [&] {
    plugtls_config known{};
    plugtls_verify_request asked{};
    if (!take_sized(config, known) || !take_sized(request, asked))
      return fail_feature(err, PLUGTLS_FEATURE_VERIFY_OFFLINE, backend->name,
                          "the request has settings that are newer than this libplugtls (1.%d)",
                          PLUGTLS_ABI_MINOR);
    plugtls_status status = check_offline(*backend, known, asked, err);
    if (status != PLUGTLS_OK) return status;
    // A backend that answers OK without a verdict has found nothing good.
    *out_code = PLUGTLS_E_CERT_OTHER;
    *out_depth = -1;
    status =
        backend->table.verify_chain(backend->instance, &known, &asked, out_code, out_depth, err);
    if (status == PLUGTLS_OK && *out_code != PLUGTLS_E_NONE)
      name_verdict(*out_code, backend->name, err);
    return name_backend(status, backend->name, err);
  });
}

}  // extern "C"
