// SPDX-License-Identifier: Apache-2.0
/// From the C API's callbacks to the program's functions. Nothing thrown leaves here.
#ifndef PLUGTLS_DETAIL_TRAMPOLINES_HPP
#define PLUGTLS_DETAIL_TRAMPOLINES_HPP

#include "plugtls/context.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>

namespace plugtls::detail {

inline ContextCore &core_of(void *user) noexcept {
  return *static_cast<ContextCore *>(user);
}

inline ConnectionState *state_of(plugtls_connection *connection) noexcept {
  return static_cast<ConnectionState *>(plugtls_connection_user(connection));
}

/// The first exception is the one to tell.
inline void keep_exception(plugtls_connection *connection) noexcept {
  ConnectionState *state = state_of(connection);
  std::exception_ptr &slot = state != nullptr ? state->thrown : pending_exception();
  if (!slot) slot = std::current_exception();
}

/// Fills the callback's error: what the handshake fails with.
inline void tell(plugtls_error *err, errc code, std::int32_t alert,
                 std::string_view message) noexcept {
  if (err == nullptr) return;
  plugtls_error out = make_error(code, message);
  out.alert = alert;
  const std::uint32_t size = err->size;
  std::memcpy(err, &out, std::min<std::size_t>(size, sizeof out));
  err->size = size;
}

inline plugtls_status on_server_name(void *user, plugtls_connection *connection, const char *name,
                                     plugtls_context *context, plugtls_context **out_replacement,
                                     plugtls_error *err) noexcept {
  (void)context;
  try {
    ContextCore &core = core_of(user);
    const ServerContext own(Context(core.shared_from_this()));
    const SniAnswer answer = core.callbacks.sni(
        ConnectionView(connection),
        name != nullptr ? std::optional<std::string_view>(name) : std::nullopt, own);
    if (answer.is_pending()) return PLUGTLS_WANT_CALLBACK;
    if (answer.refusal()) {
      tell(err, errc::unrecognized_name, static_cast<std::int32_t>(*answer.refusal()),
           "the server name callback refused the name");
      return PLUGTLS_FAILED;
    }
    if (answer.replacement()) {
      // Held before it is handed out: its callbacks may be called from here on.
      state_of(connection)->cores.push_back(answer.replacement()->core());
      *out_replacement = answer.replacement()->handle();
    }
    return PLUGTLS_OK;
  } catch (...) {
    keep_exception(connection);
    tell(err, errc::callback, static_cast<std::int32_t>(Alert::internal_error),
         "the server name callback threw");
    return PLUGTLS_FAILED;
  }
}

inline std::int32_t on_verify(void *user, plugtls_connection *connection,
                              const plugtls_verdict *verdict, plugtls_error *err) noexcept {
  try {
    const VerifyAnswer answer =
        core_of(user).callbacks.verify(ConnectionView(connection), Verdict(*verdict));
    if (answer.raw() == PLUGTLS_VERIFY_REJECT)
      tell(err, answer.code(), PLUGTLS_ALERT_NONE,
           answer.reason().empty() ? "the verification callback refused the certificate"
                                   : std::string_view(answer.reason()));
    return answer.raw();
  } catch (...) {
    keep_exception(connection);
    tell(err, errc::callback, static_cast<std::int32_t>(Alert::internal_error),
         "the verification callback threw");
    return PLUGTLS_VERIFY_REJECT;
  }
}

inline void on_keylog(void *user, plugtls_connection *connection, const char *line) noexcept {
  try {
    core_of(user).callbacks.keylog(ConnectionView(connection), line);
  } catch (...) {
    keep_exception(connection);
  }
}

inline void on_session(void *user, plugtls_connection *connection, plugtls_session *raw) noexcept {
  ContextCore &core = core_of(user);
  try {
    core.callbacks.session(ConnectionView(connection), Session(raw, core.shared_from_this()));
  } catch (...) {
    keep_exception(connection);
  }
}

inline plugtls_status on_psk(void *user, plugtls_connection *connection, plugtls_bytes identity,
                             std::uint8_t *key, std::size_t capacity, std::size_t *out_size,
                             std::uint32_t *out_hash) noexcept {
  try {
    const std::optional<PreSharedKey> found =
        core_of(user).callbacks.psk(ConnectionView(connection), to_span(identity));
    if (!found || found->key.empty() || found->key.size() > capacity) return PLUGTLS_FAILED;
    std::memcpy(key, found->key.bytes().data(), found->key.size());
    *out_size = found->key.size();
    *out_hash = static_cast<std::uint32_t>(found->hash);
    return PLUGTLS_OK;
  } catch (...) {
    keep_exception(connection);
    return PLUGTLS_FAILED;
  }
}

inline plugtls_callbacks c_callbacks(ContextCore &core) noexcept {
  plugtls_callbacks out{};
  out.size = sizeof out;
  out.user = &core;
  if (core.callbacks.sni) out.server_name = &on_server_name;
  if (core.callbacks.verify) out.verify = &on_verify;
  if (core.callbacks.keylog) out.insecure_keylog = &on_keylog;
  if (core.callbacks.session) out.new_session = &on_session;
  if (core.callbacks.psk) out.psk = &on_psk;
  return out;
}

inline std::shared_ptr<ContextCore> make_core(const Backend &backend, const ConfigData &data) {
  auto core = std::make_shared<ContextCore>();
  core->callbacks = data.callbacks;
  for (const Identity &identity : data.identities)
    if (identity.key.material()->signer) core->signers.push_back(identity.key.material());
  const CConfig config(data);
  const plugtls_callbacks callbacks = c_callbacks(*core);
  plugtls_error error = PLUGTLS_ERROR_INIT;
  const plugtls_status status =
      plugtls_context_create(backend.handle(), &config.c(), &callbacks, &core->handle, &error);
  throw_pending_exception();  // a password function's
  if (status != PLUGTLS_OK) throw_status(static_cast<IoStatus>(status), error);
  return core;
}

}  // namespace plugtls::detail

#endif
