// SPDX-License-Identifier: Apache-2.0
#include "exchange.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  plugtls_registry *registry;
  plugtls_backend *backend;
  plugtls_context *contexts[2];
  plugtls_buffer *buffers[2];
  plugtls_connection *connections[2];
} world;

enum {
  CLIENT,
  SERVER
};

static plugtls_source file_source(const char *path) {
  plugtls_source source = {.size = sizeof source, .kind = PLUGTLS_SOURCE_FILE};
  source.bytes.data = (const uint8_t *)path;
  source.bytes.size = strlen(path);
  return source;
}

/* Those of the build tree, unless a test has installed others. */
static const char *backends_directory(void) {
  const char *others = getenv("PLUGTLS_TEST_BACKENDS_D");
  return others != NULL ? others : PLUGTLS_TEST_LIB_DIR "/plugtls/backends.d";
}

static plugtls_registry *make_registry(plugtls_error *err) {
  const char *const directories[] = {backends_directory()};
  plugtls_registry_options options = {.size = sizeof options};
  options.flags = PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT | PLUGTLS_REGISTRY_IGNORE_CONFIG |
                  PLUGTLS_REGISTRY_ONLY_DIRECTORIES;
  options.directories = directories;
  options.directory_count = 1;
  plugtls_registry *registry = NULL;
  return plugtls_registry_create(&options, &registry, err) == PLUGTLS_OK ? registry : NULL;
}

int exchange_for_each_backend(exchange_with_each callback, void *user) {
  plugtls_registry *registry = make_registry(NULL);
  if (registry == NULL) return 0;
  /* Whoever is loaded first is first to take a symbol: each order is a case of its own. */
  const int backwards = getenv("PLUGTLS_TEST_BACKWARDS") != NULL;
  const size_t last = plugtls_registry_candidate_count(registry);
  int count = 0;
  for (size_t turn = 0; turn < last; ++turn) {
    const size_t i = backwards ? last - 1 - turn : turn;
    plugtls_candidate candidate = {.size = sizeof candidate};
    char name[64];
    if (plugtls_registry_candidate(registry, i, &candidate) != PLUGTLS_OK) continue;
    snprintf(name, sizeof name, "%s", candidate.name);
    callback(user, name);
    ++count;
  }
  plugtls_registry_free(registry);
  return count;
}

static plugtls_status make_contexts(world *w, plugtls_error *err) {
  const plugtls_source root = file_source(PLUGTLS_TEST_PKI_DIR "/root.pem");
  const plugtls_source chain = file_source(PLUGTLS_TEST_PKI_DIR "/good-ec.chain.pem");
  const plugtls_source key = file_source(PLUGTLS_TEST_PKI_DIR "/good-ec.key.pem");
  const plugtls_source *const roots[] = {&root};
  const plugtls_source *const chains[] = {&chain};
  const plugtls_identity identity = {
      .size = sizeof identity, .certificate_count = 1, .certificates = chains, .key = &key};
  const plugtls_identity *const identities[] = {&identity};

  const plugtls_config client = {
      .size = sizeof client, .role = PLUGTLS_ROLE_CLIENT, .trust = roots, .trust_count = 1};
  const plugtls_config server = {.size = sizeof server,
                                 .role = PLUGTLS_ROLE_SERVER,
                                 .identities = identities,
                                 .identity_count = 1};
  plugtls_status status =
      plugtls_context_create(w->backend, &client, NULL, &w->contexts[CLIENT], err);
  if (status == PLUGTLS_OK)
    status = plugtls_context_create(w->backend, &server, NULL, &w->contexts[SERVER], err);
  return status;
}

static plugtls_status make_connections(world *w, const char *hostname, plugtls_error *err) {
  const plugtls_connection_options options = {.size = sizeof options, .server_hostname = hostname};
  for (int side = CLIENT; side <= SERVER; ++side) {
    if (plugtls_buffer_create(0, &w->buffers[side], err) != PLUGTLS_OK) return PLUGTLS_FAILED;
  }
  for (int side = CLIENT; side <= SERVER; ++side) {
    plugtls_transport transport = {.size = sizeof transport};
    plugtls_transport_from_buffers(w->buffers[side], w->buffers[1 - side], &transport);
    const plugtls_status status =
        plugtls_connection_create(w->contexts[side], side == CLIENT ? &options : NULL, &transport,
                                  &w->connections[side], err);
    if (status != PLUGTLS_OK) return status;
  }
  return PLUGTLS_OK;
}

static int wants(plugtls_status status) {
  return status == PLUGTLS_WANT_READ || status == PLUGTLS_WANT_WRITE;
}

/* Whether both are done; errno has to survive every call. */
static int shake_hands(world *w, plugtls_error *err) {
  plugtls_status status[2] = {PLUGTLS_WANT_READ, PLUGTLS_WANT_READ};
  for (int turn = 0; turn < 32; ++turn) {
    const int side = turn % 2;
    errno = 77;
    status[side] = plugtls_handshake(w->connections[side], err);
    if (errno != 77) return 0;
    if (status[side] != PLUGTLS_OK && !wants(status[side])) return 0;
    if (status[CLIENT] == PLUGTLS_OK && status[SERVER] == PLUGTLS_OK) return 1;
  }
  return 0;
}

static int transfer(world *w, int from, plugtls_error *err) {
  static const char sent[] = "carried by one library among several";
  char got[sizeof sent] = {0};
  size_t size = 0, done = 0;
  errno = 77;
  if (plugtls_write(w->connections[from], sent, sizeof sent, &size, err) != PLUGTLS_OK ||
      size != sizeof sent)
    return 0;
  while (done < sizeof got) {
    if (plugtls_read(w->connections[1 - from], got + done, sizeof got - done, &size, err) !=
        PLUGTLS_OK)
      return 0;
    done += size;
  }
  return errno == 77 && memcmp(sent, got, sizeof sent) == 0;
}

static int run(world *w, const char *name, const char *hostname, plugtls_error *err) {
  w->registry = make_registry(err);
  if (w->registry == NULL ||
      plugtls_backend_open(w->registry, name, NULL, 0, &w->backend, err) != PLUGTLS_OK)
    return 0;
  if (make_contexts(w, err) != PLUGTLS_OK || make_connections(w, hostname, err) != PLUGTLS_OK)
    return 0;
  return shake_hands(w, err) && transfer(w, CLIENT, err) && transfer(w, SERVER, err) &&
         plugtls_shutdown(w->connections[CLIENT], err) == PLUGTLS_OK;
}

int exchange_run(const char *name, const char *hostname, plugtls_error *err) {
  world w = {0};
  *err = (plugtls_error)PLUGTLS_ERROR_INIT;
  const int good = run(&w, name, hostname, err);
  for (int side = CLIENT; side <= SERVER; ++side) {
    plugtls_connection_free(w.connections[side]);
    plugtls_context_free(w.contexts[side]);
    plugtls_buffer_free(w.buffers[side]);
  }
  plugtls_registry_free(w.registry);
  return good;
}
