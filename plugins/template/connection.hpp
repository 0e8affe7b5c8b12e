// What a connection of this backend is.
#pragma once

#include "context.hpp"

#include <cstddef>

// The library's own session goes here. One thread at a time uses it.
struct plugtls_backend_connection {
  plugtls_backend_context *context = nullptr;
  plugtls_transport transport{};
  plugtls_host_connection *host_connection = nullptr;
  bool done = false;            // the handshake is
  plugtls::kit::Sticky sticky;  // what ended the connection, told again by every call (P-IO-5)
};

namespace new_backend_name {

plugtls_status connection_create(plugtls_backend_context *context, const plugtls_peer *peer,
                                 const plugtls_transport *transport,
                                 plugtls_backend_connection **out, plugtls_error *err);
void connection_free(plugtls_backend_connection *connection);
plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err);
plugtls_status read(plugtls_backend_connection *connection, void *buffer, size_t capacity,
                    size_t *out_size, plugtls_error *err);
plugtls_status write(plugtls_backend_connection *connection, const void *data, size_t size,
                     size_t *out_size, plugtls_error *err);
plugtls_status shutdown(plugtls_backend_connection *connection, plugtls_error *err);
size_t pending(const plugtls_backend_connection *connection);
plugtls_status connection_info(const plugtls_backend_connection *connection,
                               plugtls_connection_info *out);

}  // namespace new_backend_name
