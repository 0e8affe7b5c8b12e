// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

#include "config_check.hpp"
#include "connection.hpp"
#include "guard.hpp"
#include "idna.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>

using namespace plugtls::loader;

plugtls_context::~plugtls_context() {
  if (impl != nullptr) backend->table.context_free(impl);
  if (keylog_file >= 0) close(keylog_file);
}

namespace {

plugtls_connection *connection_of(plugtls_host_connection *connection) {
  return static_cast<plugtls_connection *>(connection);
}

// Answers with the backend's own context, once it is sure that it is one.
plugtls_status take_replacement(plugtls_context &context, plugtls_connection &connection,
                                plugtls_context *replacement, plugtls_backend_context **out,
                                plugtls_error *err) {
  if (replacement->backend != context.backend || replacement->role != PLUGTLS_ROLE_SERVER)
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT,
                "the server name callback answered with a context of backend '%s', this one is a "
                "server's of '%s'",
                replacement->backend->name.c_str(), context.backend->name.c_str());
  connection.replacements.push_back(replacement);
  plugtls_context_retain(replacement);
  *out = replacement->impl;
  return PLUGTLS_OK;
}

plugtls_status on_server_name(void *user, plugtls_host_connection *connection, const char *name,
                              plugtls_backend_context **out, plugtls_error *err) {
  return guard(err, [&] {
    auto &context = *static_cast<plugtls_context *>(user);
    const std::string unicode = name != nullptr ? to_unicode(name) : std::string();
    plugtls_context *replacement = nullptr;
    const plugtls_status status = context.callbacks.server_name(
        context.callbacks.user, connection_of(connection),
        name != nullptr ? unicode.c_str() : nullptr, &context, &replacement, err);
    if (status != PLUGTLS_OK || replacement == nullptr || replacement == &context) return status;
    return take_replacement(context, *connection_of(connection), replacement, out, err);
  });
}

int32_t on_verify(void *user, plugtls_host_connection *connection, const plugtls_verdict *verdict,
                  plugtls_error *err) {
  const auto &context = *static_cast<plugtls_context *>(user);
  const int32_t answer =
      context.callbacks.verify(context.callbacks.user, connection_of(connection), verdict, err);
  // An answer that is none of them accepts nothing.
  return answer >= PLUGTLS_VERIFY_KEEP && answer <= PLUGTLS_VERIFY_PENDING ? answer
                                                                           : PLUGTLS_VERIFY_REJECT;
}

// One write per line, so that lines of several connections and processes do not mix.
void write_keylog_line(int file, const char *line) {
  std::array<char, 512> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s\n", line);
  if (size > 0 && static_cast<std::size_t>(size) < text.size() &&
      write(file, text.data(), static_cast<std::size_t>(size)) != size)
    return;
}

void on_keylog(void *user, plugtls_host_connection *connection, const char *line) {
  const auto &context = *static_cast<plugtls_context *>(user);
  if (context.callbacks.insecure_keylog != nullptr)
    context.callbacks.insecure_keylog(context.callbacks.user, connection_of(connection), line);
  if (context.keylog_file >= 0) write_keylog_line(context.keylog_file, line);
}

void on_new_session(void *user, plugtls_host_connection *connection,
                    plugtls_backend_session *session) {
  auto &context = *static_cast<plugtls_context *>(user);
  if (session == nullptr) return;
  auto *wrapped = new (std::nothrow)
      plugtls_session{&context, session};  // the program frees it by plugtls_session_free
  if (wrapped == nullptr) return context.backend->table.session_free(session);
  plugtls_context_retain(&context);
  context.callbacks.new_session(context.callbacks.user, connection_of(connection), wrapped);
}

plugtls_status on_psk(void *user, plugtls_host_connection *connection, plugtls_bytes identity,
                      uint8_t *key, size_t capacity, size_t *out_size, uint32_t *out_hash) {
  const auto &context = *static_cast<plugtls_context *>(user);
  return context.callbacks.psk(context.callbacks.user, connection_of(connection), identity, key,
                               capacity, out_size, out_hash);
}

plugtls_backend_callbacks trampolines(plugtls_context &context) {
  const plugtls_callbacks &asked = context.callbacks;
  plugtls_backend_callbacks out{};
  out.size = sizeof out;
  out.user = &context;
  out.server_name = asked.server_name != nullptr ? &on_server_name : nullptr;
  out.verify = asked.verify != nullptr ? &on_verify : nullptr;
  out.keylog = asked.insecure_keylog != nullptr || context.keylog_file >= 0 ? &on_keylog : nullptr;
  out.new_session = asked.new_session != nullptr ? &on_new_session : nullptr;
  out.psk = asked.psk != nullptr ? &on_psk : nullptr;
  return out;
}

// What the environment asked for and cannot be had is an error like any other.
plugtls_status open_keylog(plugtls_context &context, plugtls_error *err) {
  const char *path = secure_getenv("SSLKEYLOGFILE");
  if ((context.flags & PLUGTLS_CONFIG_INSECURE_ALLOW_KEYLOG_ENV) == 0 || path == nullptr ||
      *path == '\0')
    return PLUGTLS_OK;
  context.keylog_file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
  if (context.keylog_file >= 0) return PLUGTLS_OK;
  const int error = errno;
  fail(err, PLUGTLS_E_FILE, "the key log $SSLKEYLOGFILE names, %s, cannot be opened: %s", path,
       std::strerror(error));
  if (err != nullptr && err->size >= offsetof(plugtls_error, reserved)) err->os_error = error;
  return PLUGTLS_FAILED;
}

}  // namespace

extern "C" {

plugtls_status plugtls_context_create(plugtls_backend *backend, const plugtls_config *given,
                                      const plugtls_callbacks *callbacks, plugtls_context **out,
                                      plugtls_error *err) {
  return guard(err, [&] {
    plugtls_config config{};
    auto context = std::make_unique<plugtls_context>();
    if (!take_sized(given, config) || !take_sized(callbacks, context->callbacks))
      return fail_feature(
          err, PLUGTLS_FEATURE_NONE, backend->name,
          "the configuration has settings that are newer than this libplugtls (1.%d)",
          PLUGTLS_ABI_MINOR);
    context->backend = backend;
    context->role = config.role;
    context->flags = config.flags;
    plugtls_status status = open_keylog(*context, err);
    const plugtls_backend_callbacks own = trampolines(*context);
    if (status == PLUGTLS_OK) status = check_config(*backend, config, own, err);
    if (status == PLUGTLS_OK)
      status = name_backend(
          backend->table.context_create(backend->instance, &config, &own, &context->impl, err),
          backend->name, err);
    if (status == PLUGTLS_OK && context->impl == nullptr)
      return fail_empty_handed(err, backend->name, "context");
    if (status == PLUGTLS_OK) *out = context.release();
    return status;
  });
}

void plugtls_context_retain(plugtls_context *context) {
  context->references.fetch_add(1, std::memory_order_relaxed);
}

void plugtls_context_free(plugtls_context *context) {
  if (context != nullptr && context->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
    const std::unique_ptr<plugtls_context> last(context);
}

plugtls_backend *plugtls_context_backend(const plugtls_context *context) {
  return context->backend;
}

size_t plugtls_context_list(const plugtls_context *context, uint32_t list, uint16_t *out,
                            size_t capacity) {
  return context->backend->table.context_list(context->impl, list, out, capacity);
}

plugtls_status plugtls_context_value(const plugtls_context *context, uint32_t value, uint64_t *out,
                                     plugtls_error *err) {
  if (context->backend->table.context_value(context->impl, value, out) == PLUGTLS_OK)
    return PLUGTLS_OK;
  return fail_feature(err, PLUGTLS_FEATURE_EFFECTIVE_CONFIG, context->backend->name,
                      "backend '%s' does not tell value %u (effective_config)",
                      context->backend->name.c_str(), value);
}

plugtls_status plugtls_context_set_ticket_keys(plugtls_context *context,
                                               const plugtls_ticket_key *const *keys, size_t count,
                                               plugtls_error *err) {
  if (count == 0) return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "at least one ticket key is needed");
  if (!are_known(keys, count))
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT,
                "a ticket key is NULL, or has settings that are newer than this libplugtls");
  return name_backend(
      context->backend->table.context_set_ticket_keys(context->impl, keys, count, err),
      context->backend->name, err);
}

}  // extern "C"
