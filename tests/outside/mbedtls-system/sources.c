// SPDX-License-Identifier: Apache-2.0
#include "sources.h"

#include "error.h"
#include "sized.h"

#include <mbedtls/pem.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// A bundle of all the world's authorities is under one MiB; this bounds a mistaken path.
enum {
  LARGEST_SOURCE = 64 << 20,
  ROOM_AT_FIRST = 1 << 16
};

void blob_free(struct blob *blob, const plugtls_host *host) {
  if (blob->data != NULL) host->secure_wipe(blob->data, blob->size);
  free(blob->data);
  blob->data = NULL;
}

static plugtls_status file_error(plugtls_error *err, const char *path, const char *what,
                                 int number) {
  plugtls_error error;
  char why[128] = "";
  make_error(&error, PLUGTLS_E_FILE, "%s: %s: %s", path, what, strerror_r(number, why, sizeof why));
  error.os_error = number;
  if (err != NULL) write_sized(err, &error, sizeof error);
  return PLUGTLS_FAILED;
}

// Twice the room, and none of what may be a key left in the old.
static bool grow(struct blob *blob, size_t *room, const plugtls_host *host) {
  unsigned char *more = malloc(2 * *room);
  if (more == NULL) return false;
  memcpy(more, blob->data, blob->size);
  host->secure_wipe(blob->data, blob->size);
  free(blob->data);
  blob->data = more;
  *room *= 2;
  return true;
}

static plugtls_status read_all(struct blob *out, int fd, const plugtls_host *host,
                               plugtls_error *err) {
  size_t room = ROOM_AT_FIRST;
  out->data = malloc(room);
  if (out->data == NULL) return out_of_memory(err);
  for (;;) {
    const ssize_t got = read(fd, out->data + out->size, room - out->size - 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(err, out->origin, "cannot be read", errno);
    out->size += (size_t)got;
    out->data[out->size] = 0;
    if (got == 0) return PLUGTLS_OK;
    if (out->size > LARGEST_SOURCE) return file_error(err, out->origin, "is too large", EFBIG);
    if (room - out->size < 2 && !grow(out, &room, host)) return out_of_memory(err);
  }
}

// A FIFO that nobody writes to must not hang the program.
static plugtls_status read_file(struct blob *out, const char *path, const plugtls_host *host,
                                plugtls_error *err) {
  snprintf(out->origin, sizeof out->origin, "%s", path);
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return file_error(err, path, "cannot be opened", errno);
  const plugtls_status status = read_all(out, fd, host, err);
  close(fd);
  return status;
}

static bool is_path(plugtls_bytes bytes) {
  return bytes.size > 0 && memchr(bytes.data, 0, bytes.size) == NULL;
}

static plugtls_status no_path(plugtls_error *err) {
  return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "a source's path is empty, or has a NUL in it");
}

static plugtls_status read_named(struct blob *out, plugtls_bytes path, const plugtls_host *host,
                                 plugtls_error *err) {
  if (!is_path(path)) return no_path(err);
  char *name = strndup((const char *)path.data, path.size);
  if (name == NULL) return out_of_memory(err);
  const plugtls_status status = read_file(out, name, host, err);
  free(name);
  return status;
}

static plugtls_status read_bytes(struct blob *out, plugtls_bytes bytes, plugtls_error *err) {
  snprintf(out->origin, sizeof out->origin, "the bytes given");
  out->data = malloc(bytes.size + 1);
  if (out->data == NULL) return out_of_memory(err);
  if (bytes.size > 0) memcpy(out->data, bytes.data, bytes.size);
  out->data[bytes.size] = 0;
  out->size = bytes.size;
  return PLUGTLS_OK;
}

static plugtls_status read_system(struct blob *out, const plugtls_host *host, plugtls_error *err) {
  const char *bundle = host->system_trust_bundle(host->user);
  if (bundle == NULL)
    return fail(err, PLUGTLS_E_TRUST_STORE_EMPTY,
                "this system has no bundle of trust anchors; "
                "install ca-certificates, or give a trust store");
  return read_file(out, bundle, host, err);
}

plugtls_status read_source(struct blob *out, const plugtls_source *from, const plugtls_host *host,
                           plugtls_error *err) {
  plugtls_source source;
  read_sized(&source, sizeof source, from);
  memset(out, 0, sizeof *out);
  switch (source.kind) {
    case PLUGTLS_SOURCE_BYTES:
      return read_bytes(out, source.bytes, err);
    case PLUGTLS_SOURCE_FILE:
      return read_named(out, source.bytes, host, err);
    case PLUGTLS_SOURCE_SYSTEM:
      return read_system(out, host, err);
    case PLUGTLS_SOURCE_URI:
      return unsupported(err, PLUGTLS_FEATURE_KEY_PKCS11, "Mbed TLS has no PKCS#11");
    case PLUGTLS_SOURCE_SIGNER:
      return unsupported(err, PLUGTLS_FEATURE_KEY_SIGNER,
                         "Mbed TLS signs with keys of its own only");
    default:
      return fail(err, PLUGTLS_E_INVALID_ARGUMENT, "a source of kind %u cannot be read",
                  source.kind);
  }
}

bool is_pem(const struct blob *blob) {
  return memmem(blob->data, blob->size, "-----BEGIN ", 11) != NULL;
}

struct visitor {
  take_blob *take;
  void *user;
};

// What is not a file, a directory in it say, is left alone.
static plugtls_status read_entry(const char *path, const struct dirent *entry,
                                 const plugtls_host *host, const struct visitor *visitor,
                                 plugtls_error *err) {
  struct blob blob = {.size = 0};
  struct stat about;
  char *name = NULL;
  if (asprintf(&name, "%s/%s", path, entry->d_name) < 0) return out_of_memory(err);
  plugtls_status status = PLUGTLS_OK;
  if (stat(name, &about) == 0 && S_ISREG(about.st_mode)) {
    status = read_file(&blob, name, host, err);
    if (status == PLUGTLS_OK) status = visitor->take(visitor->user, &blob, true, err);
    blob_free(&blob, host);
  }
  free(name);
  return status;
}

// In the order of their names.
static plugtls_status read_directory(plugtls_bytes bytes, const plugtls_host *host,
                                     const struct visitor *visitor, plugtls_error *err) {
  struct dirent **entries = NULL;
  plugtls_status status = PLUGTLS_OK;
  char *path = NULL;
  if (!is_path(bytes)) return no_path(err);
  path = strndup((const char *)bytes.data, bytes.size);
  if (path == NULL) return out_of_memory(err);
  const int count = scandir(path, &entries, NULL, alphasort);
  if (count < 0) status = file_error(err, path, "cannot be opened as a directory", errno);
  for (int i = 0; i < count; ++i) {
    if (status == PLUGTLS_OK) status = read_entry(path, entries[i], host, visitor, err);
    free(entries[i]);
  }
  free(entries);
  free(path);
  return status;
}

plugtls_status read_blob(const plugtls_source *from, const plugtls_host *host, take_blob *take,
                         void *user, plugtls_error *err) {
  struct blob blob;
  plugtls_status status = read_source(&blob, from, host, err);
  if (status == PLUGTLS_OK) status = take(user, &blob, false, err);
  blob_free(&blob, host);
  return status;
}

plugtls_status read_blobs(const plugtls_source *from, const plugtls_host *host, take_blob *take,
                          void *user, plugtls_error *err) {
  const struct visitor visitor = {take, user};
  plugtls_source source;
  read_sized(&source, sizeof source, from);
  if (source.kind != PLUGTLS_SOURCE_DIRECTORY) return read_blob(from, host, take, user, err);
  return read_directory(source.bytes, host, &visitor, err);
}

bool decode_each(const struct blob *blob, const char *label, take_der *take, void *user) {
  char begin[64], end[64];
  const unsigned char *at = blob->data;
  bool good = true;
  if (!is_pem(blob)) return take(user, blob->data, blob->size);
  snprintf(begin, sizeof begin, "-----BEGIN %s-----", label);
  snprintf(end, sizeof end, "-----END %s-----", label);
  while (good && strstr((const char *)at, begin) != NULL) {
    mbedtls_pem_context pem;
    size_t used = 0;
    mbedtls_pem_init(&pem);
    good = mbedtls_pem_read_buffer(&pem, begin, end, at, NULL, 0, &used) == 0 &&
           take(user, pem.buf, pem.buflen);
    at += used;
    mbedtls_pem_free(&pem);
  }
  return good;
}
