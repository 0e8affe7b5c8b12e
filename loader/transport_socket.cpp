// SPDX-License-Identifier: Apache-2.0
// A transport over a stream socket. The descriptor itself is the user pointer: nothing is allocated.
#include "error.hpp"
#include "plugtls/plugtls.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

using namespace plugtls::loader;

namespace {

bool would_block(int error) {
#if EAGAIN != EWOULDBLOCK
  if (error == EWOULDBLOCK) return true;
#endif
  return error == EAGAIN;
}

int fd_of(void *user) {
  return static_cast<int>(reinterpret_cast<intptr_t>(user));
}

plugtls_status read_socket(void *user, void *buffer, size_t capacity, size_t *out_size) {
  for (;;) {
    const ssize_t got = recv(fd_of(user), buffer, capacity, 0);
    if (got > 0) {
      *out_size = static_cast<size_t>(got);
      return PLUGTLS_OK;
    }
    *out_size = 0;
    if (got == 0) return PLUGTLS_CLOSED;
    if (errno == EINTR) continue;
    return would_block(errno) ? PLUGTLS_WANT_READ : PLUGTLS_FAILED;
  }
}

plugtls_status write_socket(void *user, const void *data, size_t size, size_t *out_size) {
  for (;;) {
    const ssize_t put = send(fd_of(user), data, size, MSG_NOSIGNAL);
    if (put > 0) {
      *out_size = static_cast<size_t>(put);
      return PLUGTLS_OK;
    }
    *out_size = 0;
    if (put < 0 && errno == EINTR) continue;
    return put == 0 || would_block(errno) ? PLUGTLS_WANT_WRITE : PLUGTLS_FAILED;
  }
}

int32_t socket_error(void *) {
  return errno;
}

}  // namespace

extern "C" plugtls_status plugtls_transport_from_socket(int32_t fd, plugtls_transport *out,
                                                        plugtls_error *err) {
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
    return fail(err, PLUGTLS_E_NOT_A_STREAM, "descriptor %d is not a socket: %s", fd,
                std::strerror(errno));
  if (type != SOCK_STREAM)
    return fail(err, PLUGTLS_E_NOT_A_STREAM, "descriptor %d is a socket, but not a stream socket",
                fd);
  *out = {sizeof(plugtls_transport),
          0,
          reinterpret_cast<void *>(static_cast<intptr_t>(fd)),
          &read_socket,
          &write_socket,
          &socket_error};
  return PLUGTLS_OK;
}
