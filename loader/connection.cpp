// SPDX-License-Identifier: Apache-2.0
// Connections: creation, the hot operations, and facts about them.
#include "connection.hpp"

#include "config_check.hpp"
#include "guard.hpp"
#include "idna.hpp"

#include <algorithm>
#include <memory>

using namespace plugtls::loader;

plugtls_connection::~plugtls_connection() {
  if (impl != nullptr) table->connection_free(impl);
  plugtls_secure_wipe(held.data(), held.size());
  for (plugtls_context *replacement : replacements)
    plugtls_context_free(replacement);
  plugtls_context_free(context);
}

namespace {

// Whom a client means, in the form backends take it.
struct Target {
  std::string server_name;  // SNI
  std::vector<HostName> names;
  std::vector<plugtls_subject> subjects;
};

plugtls_status add_name(const char *text, Target &target, plugtls_error *err) {
  auto host = parse_host(text);
  if (!host)
    return fail(err, PLUGTLS_E_HOSTNAME_INVALID, "'%s' is neither a DNS name nor an IP address",
                text);
  target.names.push_back(std::move(*host));
  return PLUGTLS_OK;
}

plugtls_status read_target(const plugtls_connection_options &options, Target &target,
                           plugtls_error *err) {
  if (options.server_hostname != nullptr) {
    const auto host = parse_host(options.server_hostname);
    if (!host)
      return fail(err, PLUGTLS_E_HOSTNAME_INVALID,
                  "server_hostname '%s' is neither a DNS name nor an IP address",
                  options.server_hostname);
    if (!host->is_ip) target.server_name = host->value;  // RFC 6066, 3: no addresses in SNI
    if (options.subject_count == 0) target.names.push_back(*host);
  }
  for (size_t i = 0; i < options.subject_count; ++i)
    if (const plugtls_status status = add_name(options.subjects[i], target, err);
        status != PLUGTLS_OK)
      return status;
  for (const HostName &name : target.names)
    target.subjects.push_back(
        {name.is_ip ? PLUGTLS_SUBJECT_IP : PLUGTLS_SUBJECT_DNS,
         0,
         {reinterpret_cast<const uint8_t *>(name.value.data()), name.value.size()}});
  return PLUGTLS_OK;
}

bool checks_names(const plugtls_context &context, const plugtls_connection_options &options) {
  return (options.flags & PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK) == 0 &&
         (context.flags & (PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK |
                           PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION)) == 0;
}

// Fail closed here too: what the connection asks for is checked as a configuration is.
plugtls_status check_features(const plugtls_context &context,
                              const plugtls_connection_options &options, const Target &target,
                              plugtls_error *err) {
  const bool checks = checks_names(context, options);
  const bool chain_only = (options.flags & PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK) != 0 &&
                          (context.flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) == 0 &&
                          context.role == PLUGTLS_ROLE_CLIENT;
  const bool ip = std::ranges::any_of(target.names, &HostName::is_ip);
  const Asked asked[] = {
      {chain_only, PLUGTLS_FEATURE_VERIFY_CHAIN_ONLY},
      {!target.server_name.empty(), PLUGTLS_FEATURE_SNI},
      {checks && options.subject_count > 0, PLUGTLS_FEATURE_VERIFY_SUBJECTS},
      {checks && ip, PLUGTLS_FEATURE_VERIFY_IP},
      {options.session != nullptr, PLUGTLS_FEATURE_RESUMPTION},
  };
  return require(*context.backend, asked, err);
}

// A server looks at no name and resumes what its client offers: a program that gives it one means something else.
plugtls_status check_role(const plugtls_context &context, const plugtls_connection_options &options,
                          plugtls_error *err) {
  if (context.role == PLUGTLS_ROLE_CLIENT) return PLUGTLS_OK;
  const char *given = options.server_hostname != nullptr ? "server_hostname"
                      : options.subject_count > 0        ? "subjects"
                      : options.session != nullptr       ? "session"
                      : options.flags != 0               ? "flags"
                                                         : nullptr;
  if (given == nullptr) return PLUGTLS_OK;
  return fail(err, PLUGTLS_E_INVALID_ARGUMENT,
              "%s is for a client's connection, and this context is a server's: leave it out",
              given);
}

plugtls_status check_session(const plugtls_context &context,
                             const plugtls_connection_options &options, plugtls_error *err) {
  if (options.session == nullptr) return PLUGTLS_OK;
  if (options.session->context->backend != context.backend)
    return fail(err, PLUGTLS_E_SESSION_INVALID,
                "the session is of backend '%s', the context of '%s'",
                options.session->context->backend->name.c_str(), context.backend->name.c_str());
  if ((context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) != 0)
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT,
                "a session to resume was given, and the configuration says to resume none "
                "(NO_RESUMPTION): leave one of them out");
  return PLUGTLS_OK;
}

plugtls_status check_target(const plugtls_context &context,
                            const plugtls_connection_options &options, plugtls_error *err) {
  if ((options.flags & ~uint32_t{PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK}) != 0)
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT,
                "the connection's flags have a bit this libplugtls does not know");
  if (context.role == PLUGTLS_ROLE_CLIENT && checks_names(context, options) &&
      options.server_hostname == nullptr && options.subject_count == 0)
    return fail(err, PLUGTLS_E_HOSTNAME_REQUIRED,
                "a client that verifies needs a name to verify: give server_hostname, or switch "
                "the name check off and mean it");
  return PLUGTLS_OK;
}

uint32_t peer_flags(const plugtls_context &context, const plugtls_connection_options &options) {
  const bool unchecked = (options.flags & PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK) != 0 ||
                         (context.flags & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) != 0;
  return unchecked ? PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK : 0;
}

plugtls_status create(plugtls_context *context, const plugtls_connection_options &options,
                      const plugtls_transport *transport, plugtls_connection **out,
                      plugtls_error *err) {
  Target target;
  if (transport->size < offsetof(plugtls_transport, last_os_error) || transport->read == nullptr ||
      transport->write == nullptr)
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "the transport lacks read or write");
  plugtls_status status = check_target(*context, options, err);
  if (status == PLUGTLS_OK) status = check_role(*context, options, err);
  if (status == PLUGTLS_OK) status = check_session(*context, options, err);
  if (status == PLUGTLS_OK) status = read_target(options, target, err);
  if (status == PLUGTLS_OK) status = check_features(*context, options, target, err);
  if (status != PLUGTLS_OK) return status;
  auto connection = std::make_unique<plugtls_connection>();
  connection->table = &context->backend->table;
  connection->context = context;
  plugtls_context_retain(context);
  const plugtls_peer peer{sizeof(plugtls_peer),
                          peer_flags(*context, options),
                          connection.get(),
                          target.server_name.empty() ? nullptr : target.server_name.c_str(),
                          target.subjects.data(),
                          static_cast<uint32_t>(target.subjects.size()),
                          0,
                          options.session != nullptr ? options.session->impl : nullptr};
  status = name_backend(
      connection->table->connection_create(context->impl, &peer, transport, &connection->impl, err),
      context->backend->name, err);
  if (status != PLUGTLS_OK) return status;
  if (connection->impl == nullptr)
    return fail_empty_handed(err, context->backend->name, "connection");
  *out = connection.release();
  return PLUGTLS_OK;
}

// The cold tail of every hot function.
plugtls_status finish(const plugtls_connection *connection, plugtls_status status,
                      plugtls_error *err) {
  if (status < PLUGTLS_TRUNCATED) [[likely]]
    return status;
  return name_backend(status, connection->context->backend->name, err);
}

// What unwrap met and must not lose.
plugtls_status read_held(plugtls_connection *connection, void *buffer, size_t capacity,
                         size_t *out_size) {
  const size_t size = std::min<size_t>(capacity, connection->held_size - connection->held_at);
  std::memcpy(buffer, connection->held.data() + connection->held_at, size);
  connection->held_at += static_cast<uint32_t>(size);
  if (connection->held_at == connection->held_size) connection->held_at = connection->held_size = 0;
  *out_size = size;
  return PLUGTLS_OK;
}

}  // namespace

extern "C" {

plugtls_status plugtls_connection_create(plugtls_context *context,
                                         const plugtls_connection_options *options,
                                         const plugtls_transport *transport,
                                         plugtls_connection **out, plugtls_error *err) {
  return guard(err, [&] {
    plugtls_connection_options known{};
    if (!take_sized(options, known))
      return fail_feature(
          err, PLUGTLS_FEATURE_NONE, context->backend->name,
          "the connection's options have settings that are newer than this libplugtls (1.%d)",
          PLUGTLS_ABI_MINOR);
    return create(context, known, transport, out, err);
  });
}

void plugtls_connection_free(plugtls_connection *connection) {
  const std::unique_ptr<plugtls_connection> owned(connection);
}

void plugtls_connection_set_user(plugtls_connection *connection, void *user) {
  connection->user = user;
}
void *plugtls_connection_user(const plugtls_connection *connection) {
  return connection->user;
}
plugtls_context *plugtls_connection_context(const plugtls_connection *connection) {
  return connection->context;
}

plugtls_status plugtls_connection_set_context(plugtls_connection *connection,
                                              plugtls_context *context, plugtls_error *err) {
  if (context->backend != connection->context->backend ||
      context->role != connection->context->role)
    return fail(err, PLUGTLS_E_INVALID_ARGUMENT,
                "the new context must be of the same backend and role as the connection's");
  const plugtls_status status =
      finish(connection,
             connection->table->connection_set_context(connection->impl, context->impl, err), err);
  if (status != PLUGTLS_OK) return status;
  plugtls_context_retain(context);
  plugtls_context_free(connection->context);
  connection->context = context;
  return PLUGTLS_OK;
}

plugtls_status plugtls_handshake(plugtls_connection *connection, plugtls_error *err) {
  return finish(connection, connection->table->handshake(connection->impl, err), err);
}

plugtls_status plugtls_read(plugtls_connection *connection, void *buffer, size_t capacity,
                            size_t *out_size, plugtls_error *err) {
  if (connection->held_size != 0) [[unlikely]]
    return read_held(connection, buffer, capacity, out_size);
  return finish(connection,
                connection->table->read(connection->impl, buffer, capacity, out_size, err), err);
}

plugtls_status plugtls_write(plugtls_connection *connection, const void *data, size_t size,
                             size_t *out_size, plugtls_error *err) {
  return finish(connection, connection->table->write(connection->impl, data, size, out_size, err),
                err);
}

plugtls_status plugtls_shutdown(plugtls_connection *connection, plugtls_error *err) {
  return finish(connection, connection->table->shutdown(connection->impl, err), err);
}

plugtls_status plugtls_unwrap(plugtls_connection *connection, plugtls_error *err) {
  plugtls_status status = plugtls_shutdown(connection, err);
  if (status != PLUGTLS_OK) return status;
  size_t size = 0;
  if (connection->held_size == 0) {
    status = finish(connection,
                    connection->table->read(connection->impl, connection->held.data(),
                                            connection->held.size(), &size, err),
                    err);
    if (status == PLUGTLS_CLOSED) return PLUGTLS_OK;
    if (status != PLUGTLS_OK) return status;
    connection->held_size = static_cast<uint32_t>(size);
    connection->held_at = 0;
  }
  return fail(err, PLUGTLS_E_DATA_PENDING,
              "the peer sent application data: read until closed, then unwrap again");
}

size_t plugtls_pending(const plugtls_connection *connection) {
  return connection->held_size - connection->held_at + connection->table->pending(connection->impl);
}

plugtls_status plugtls_connection_info_get(const plugtls_connection *connection,
                                           plugtls_connection_info *out) {
  plugtls_connection_info info{};
  info.size = sizeof info;
  const plugtls_status status = connection->table->connection_info(connection->impl, &info);
  put_sized(out, info);
  return status;
}

plugtls_status plugtls_export_keying_material(plugtls_connection *connection, const char *label,
                                              plugtls_bytes context, uint8_t *out, size_t size,
                                              plugtls_error *err) {
  return finish(
      connection,
      connection->table->export_keying_material(connection->impl, label, context, out, size, err),
      err);
}

plugtls_status plugtls_channel_binding(plugtls_connection *connection, uint32_t binding,
                                       uint8_t *out, size_t capacity, size_t *out_size,
                                       plugtls_error *err) {
  const plugtls_backend &backend = *connection->context->backend;
  const uint32_t feature = binding == PLUGTLS_BINDING_TLS_SERVER_END_POINT
                               ? PLUGTLS_FEATURE_BINDING_TLS_SERVER_END_POINT
                               : PLUGTLS_FEATURE_BINDING_TLS_EXPORTER;
  plugtls_capability capability{};
  capability.size = sizeof capability;
  plugtls_backend_capability(&backend, feature, &capability);
  // One slot for several features: an absent one could not tell which was asked for.
  if (capability.level == PLUGTLS_NO)
    return fail_feature(err, feature, backend.name, "backend '%s' does not have %s: %s",
                        backend.name.c_str(), plugtls_feature_name(feature), capability.note);
  return finish(
      connection,
      connection->table->channel_binding(connection->impl, binding, out, capacity, out_size, err),
      err);
}

plugtls_status plugtls_key_update(plugtls_connection *connection, uint32_t flags,
                                  plugtls_error *err) {
  return finish(connection, connection->table->key_update(connection->impl, flags, err), err);
}

plugtls_status plugtls_request_client_certificate(plugtls_connection *connection,
                                                  plugtls_error *err) {
  return finish(connection, connection->table->request_client_certificate(connection->impl, err),
                err);
}

plugtls_status plugtls_write_early(plugtls_connection *connection, const void *data, size_t size,
                                   size_t *out_size, plugtls_error *err) {
  return finish(connection,
                connection->table->write_early(connection->impl, data, size, out_size, err), err);
}

plugtls_status plugtls_read_early(plugtls_connection *connection, void *buffer, size_t capacity,
                                  size_t *out_size, plugtls_error *err) {
  return finish(connection,
                connection->table->read_early(connection->impl, buffer, capacity, out_size, err),
                err);
}

}  // extern "C"
