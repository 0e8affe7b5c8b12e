#include "connection.hpp"

#include <memory>

namespace new_backend_name {

using namespace plugtls;

namespace {

plugtls_status not_yet(plugtls_error *err, const char *what) {
  plugtls_error error =
      kit::make_error(PLUGTLS_E_UNSUPPORTED,
                      "new-backend-name has no %s yet; connection.cpp is where it goes", what);
  error.feature = PLUGTLS_FEATURE_CLIENT;
  return kit::fail(err, error);
}

plugtls_status wrong_state(plugtls_error *err, const char *what) {
  return kit::fail(err, PLUGTLS_E_WRONG_STATE, "%s before the handshake is done", what);
}

}  // namespace

// Does no I/O. What `peer` and `transport` point to is the caller's, strings included: keep copies.
plugtls_status connection_create(plugtls_backend_context *context, const plugtls_peer *peer,
                                 const plugtls_transport *transport,
                                 plugtls_backend_connection **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    auto connection = std::make_unique<plugtls_backend_connection>();
    connection->context = context;
    connection->transport = kit::read_sized(transport);
    connection->host_connection = kit::read_sized(peer).host_connection;
    *out = connection.release();
    return plugtls_status{PLUGTLS_OK};
  });
}

void connection_free(plugtls_backend_connection *connection) {
  const std::unique_ptr<plugtls_backend_connection> owned(connection);
}

plugtls_status handshake(plugtls_backend_connection *connection, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return connection->sticky.tell(err);
  if (connection->done) return PLUGTLS_OK;
  return not_yet(err, "handshake");
}

plugtls_status read(plugtls_backend_connection *connection, void * /*buffer*/, size_t capacity,
                    size_t *out_size, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  *out_size = 0;
  if (connection->sticky.set()) return connection->sticky.tell(err);
  if (!connection->done) return wrong_state(err, "read");
  return capacity == 0 ? PLUGTLS_OK : not_yet(err, "read");
}

plugtls_status write(plugtls_backend_connection *connection, const void * /*data*/, size_t size,
                     size_t *out_size, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  *out_size = 0;
  if (connection->sticky.set()) return connection->sticky.tell(err);
  if (!connection->done) return wrong_state(err, "write");
  return size == 0 ? PLUGTLS_OK : not_yet(err, "write");
}

plugtls_status shutdown(plugtls_backend_connection *connection, plugtls_error *err) {
  const kit::ErrnoKeeper keeper;
  if (connection->sticky.set()) return connection->sticky.tell(err);
  if (!connection->done) return wrong_state(err, "shutdown");
  return not_yet(err, "shutdown");
}

size_t pending(const plugtls_backend_connection *) {
  return 0;
}

plugtls_status connection_info(const plugtls_backend_connection *connection,
                               plugtls_connection_info *out) {
  plugtls_connection_info info{};
  info.size = sizeof info;
  info.handshake_done = connection->done ? 1 : 0;
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

}  // namespace new_backend_name
