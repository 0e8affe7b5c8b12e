/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program in C on the C API of plugtls 1.0 alone: with one backend, a handshake in memory and one over a pair of
 * sockets, with verification, data both ways and a clean end.
 *
 *   host BACKEND CHAIN KEY ROOT    (PEM files; the chain is for server.test)
 */
#include <plugtls/plugtls.h>

#include <sys/socket.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static plugtls_error error = PLUGTLS_ERROR_INIT;
static const char *chain_path;
static const char *key_path;
static const char *root_path;

static void expect(int good, const char *what) {
  if (good) return;
  fprintf(stderr, "%s: %s [%s]\n", what, error.message, plugtls_error_name(error.code));
  exit(1);
}

static plugtls_source file_source(const char *path) {
  plugtls_source out;
  memset(&out, 0, sizeof out);
  out.size = sizeof out;
  out.kind = PLUGTLS_SOURCE_FILE;
  out.bytes.data = (const uint8_t *)path;
  out.bytes.size = strlen(path);
  return out;
}

static plugtls_context *make_server(plugtls_backend *backend) {
  const plugtls_source chain = file_source(chain_path);
  const plugtls_source key = file_source(key_path);
  const plugtls_source *certificates[] = {&chain};
  const plugtls_identity identity = {sizeof identity, 1, certificates, &key, NULL};
  const plugtls_identity *identities[] = {&identity};
  plugtls_config config;
  memset(&config, 0, sizeof config);
  config.size = sizeof config;
  config.role = PLUGTLS_ROLE_SERVER;
  config.identities = identities;
  config.identity_count = 1;
  plugtls_context *context = NULL;
  expect(plugtls_context_create(backend, &config, NULL, &context, &error) == PLUGTLS_OK,
         "server context");
  return context;
}

static plugtls_context *make_client(plugtls_backend *backend) {
  const plugtls_source root = file_source(root_path);
  const plugtls_source *trust[] = {&root};
  plugtls_config config;
  memset(&config, 0, sizeof config);
  config.size = sizeof config;
  config.role = PLUGTLS_ROLE_CLIENT;
  config.trust = trust;
  config.trust_count = 1;
  plugtls_context *context = NULL;
  expect(plugtls_context_create(backend, &config, NULL, &context, &error) == PLUGTLS_OK,
         "client context");
  return context;
}

struct pair {
  plugtls_connection *client;
  plugtls_connection *server;
};

static struct pair connect_pair(plugtls_context *client, plugtls_context *server, const char *name,
                                const plugtls_transport *to_server,
                                const plugtls_transport *to_client) {
  struct pair out = {NULL, NULL};
  plugtls_connection_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.server_hostname = name;
  expect(plugtls_connection_create(client, &options, to_server, &out.client, &error) == PLUGTLS_OK,
         "client");
  expect(plugtls_connection_create(server, NULL, to_client, &out.server, &error) == PLUGTLS_OK,
         "server");
  return out;
}

static int waits(plugtls_status status) {
  return status == PLUGTLS_WANT_READ || status == PLUGTLS_WANT_WRITE;
}

/* What the client's handshake comes to. */
static plugtls_status shake_hands(const struct pair *pair) {
  plugtls_status client = PLUGTLS_WANT_READ;
  plugtls_status server = PLUGTLS_WANT_READ;
  for (int round = 0; round < 1000 && (waits(client) || waits(server)); ++round) {
    if (waits(client)) client = plugtls_handshake(pair->client, &error);
    if (waits(server)) server = plugtls_handshake(pair->server, NULL);
  }
  return client;
}

static void send_text(plugtls_connection *from, plugtls_connection *to, const char *text) {
  char received[64] = {0};
  size_t size = 0;
  expect(
      plugtls_write(from, text, strlen(text), &size, &error) == PLUGTLS_OK && size == strlen(text),
      "write");
  expect(plugtls_read(to, received, sizeof received, &size, &error) == PLUGTLS_OK &&
             size == strlen(text),
         "read");
  expect(strcmp(received, text) == 0, "the text that arrived");
}

static void use(const struct pair *pair, const char *where) {
  expect(shake_hands(pair) == PLUGTLS_OK, "handshake");
  plugtls_connection_info info;
  memset(&info, 0, sizeof info);
  info.size = sizeof info;
  expect(plugtls_connection_info_get(pair->client, &info) == PLUGTLS_OK, "info");
  expect(info.version >= PLUGTLS_VERSION_TLS1_2 && info.cipher_suite != 0, "what was negotiated");
  printf("  %s: version 0x%04x, cipher suite 0x%04x, group 0x%04x\n", where, info.version,
         info.cipher_suite, info.group);
  send_text(pair->client, pair->server, "from the client");
  send_text(pair->server, pair->client, "from the server");
  char byte = 0;
  size_t size = 0;
  expect(plugtls_shutdown(pair->client, &error) == PLUGTLS_OK, "shutdown");
  expect(plugtls_read(pair->server, &byte, 1, &size, &error) == PLUGTLS_CLOSED,
         "the end of the client's data");
  expect(plugtls_shutdown(pair->server, &error) == PLUGTLS_OK, "shutdown of the server");
  expect(plugtls_unwrap(pair->client, &error) == PLUGTLS_OK, "unwrap");
  plugtls_connection_free(pair->client);
  plugtls_connection_free(pair->server);
}

static void in_memory(plugtls_context *client, plugtls_context *server, const char *name,
                      int32_t refusal) {
  plugtls_buffer *to_server = NULL;
  plugtls_buffer *to_client = NULL;
  expect(plugtls_buffer_create(0, &to_server, &error) == PLUGTLS_OK, "buffer");
  expect(plugtls_buffer_create(0, &to_client, &error) == PLUGTLS_OK, "buffer");
  plugtls_transport client_side;
  plugtls_transport server_side;
  plugtls_transport_from_buffers(to_client, to_server, &client_side);
  plugtls_transport_from_buffers(to_server, to_client, &server_side);
  const struct pair pair = connect_pair(client, server, name, &client_side, &server_side);
  if (refusal == PLUGTLS_E_NONE) {
    use(&pair, "in memory");
  } else {
    expect(shake_hands(&pair) == PLUGTLS_FAILED && error.code == refusal, "the refusal");
    printf("  %s: refused, %s\n", name, plugtls_error_name(error.code));
    plugtls_connection_free(pair.client);
    plugtls_connection_free(pair.server);
  }
  plugtls_buffer_free(to_server);
  plugtls_buffer_free(to_client);
}

static void over_sockets(plugtls_context *client, plugtls_context *server) {
  int ends[2];
  expect(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
  for (int i = 0; i < 2; ++i)
    expect(fcntl(ends[i], F_SETFL, O_NONBLOCK) == 0, "O_NONBLOCK");
  plugtls_transport client_side;
  plugtls_transport server_side;
  expect(plugtls_transport_from_socket(ends[0], &client_side, &error) == PLUGTLS_OK, "transport");
  expect(plugtls_transport_from_socket(ends[1], &server_side, &error) == PLUGTLS_OK, "transport");
  const struct pair pair = connect_pair(client, server, "server.test", &client_side, &server_side);
  use(&pair, "over sockets");
  close(ends[0]);
  close(ends[1]);
}

static void try_backend(plugtls_registry *registry, const char *name) {
  plugtls_backend *backend = NULL;
  expect(plugtls_backend_open(registry, name, NULL, 0, &backend, &error) == PLUGTLS_OK, name);
  plugtls_backend_description description;
  memset(&description, 0, sizeof description);
  description.size = sizeof description;
  plugtls_backend_describe(backend, &description);
  printf("%s: %s %s\n", description.name, description.library, description.library_version);
  plugtls_context *client = make_client(backend);
  plugtls_context *server = make_server(backend);
  in_memory(client, server, "server.test", PLUGTLS_E_NONE);
  in_memory(client, server, "other.test", PLUGTLS_E_CERT_NAME_MISMATCH);
  over_sockets(client, server);
  plugtls_context_free(client);
  plugtls_context_free(server);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: host BACKEND CHAIN KEY ROOT\n");
    return 2;
  }
  chain_path = argv[2];
  key_path = argv[3];
  root_path = argv[4];
  plugtls_registry *registry = NULL;
  expect(plugtls_registry_create(NULL, &registry, &error) == PLUGTLS_OK, "registry");
  try_backend(registry, argv[1]);
  plugtls_registry_free(registry);
  return 0;
}
