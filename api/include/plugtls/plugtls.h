// SPDX-License-Identifier: Apache-2.0
/*
 * plugtls/plugtls.h - the C API of libplugtls, version 1.0.
 *
 * A C program, or another language's FFI, uses this header; a C++ program is better served by plugtls.hpp,
 * which lies over it. The conventions at the top of types.h hold here, and these:
 *
 *   - A function that can fail returns plugtls_status; PLUGTLS_OK is 0. `err`, always last, may be NULL.
 *   - _create and _open functions hand out objects that the matching _free function takes back; _free accepts NULL.
 *   - Objects keep what they need alive: a connection its context, a session its context. They may be freed
 *     in any order.
 *   - An unsupported operation is PLUGTLS_E_UNSUPPORTED, naming feature and backend. A setting is never dropped.
 */
#ifndef PLUGTLS_PLUGTLS_H
#define PLUGTLS_PLUGTLS_H

#include "plugtls/types.h"

#if defined(__GNUC__)
#define PLUGTLS_API __attribute__((visibility("default")))
#else
#define PLUGTLS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct plugtls_registry plugtls_registry;
typedef struct plugtls_backend plugtls_backend;
typedef struct plugtls_context plugtls_context;
typedef struct plugtls_connection plugtls_connection;
typedef struct plugtls_session plugtls_session;
typedef struct plugtls_chain plugtls_chain;
typedef struct plugtls_buffer plugtls_buffer;

/* ---- The library ---------------------------------------------------------------------------------------- */

#define PLUGTLS_VERSION_MAJOR 1
#define PLUGTLS_VERSION_MINOR 0
#define PLUGTLS_VERSION_PATCH 0

/* The version of the libplugtls in use: major << 16 | minor << 8 | patch. */
PLUGTLS_API uint32_t plugtls_version(void);

/* Symbolic names, for logs: "PLUGTLS_E_CERT_EXPIRED" is "cert_expired", PLUGTLS_FEATURE_ALPN is "alpn",
 * PLUGTLS_CATEGORY_PEER is "peer", alert 42 is "bad_certificate". "unknown" for a number without a name. Static. */
PLUGTLS_API const char *plugtls_error_name(int32_t code);
PLUGTLS_API const char *plugtls_category_name(int32_t category);
PLUGTLS_API const char *plugtls_feature_name(uint32_t feature);
PLUGTLS_API const char *plugtls_alert_name(int32_t alert);
/* One sentence for people on what a code means. Static. */
PLUGTLS_API const char *plugtls_error_text(int32_t code);
/* The number of a feature by its name, PLUGTLS_FEATURE_NONE if there is none. */
PLUGTLS_API uint32_t plugtls_feature_from_name(const char *name);
/* PLUGTLS_CATEGORY_... of a code. */
PLUGTLS_API int32_t plugtls_error_category(int32_t code);

/* Overwrites memory in a way no optimiser removes. */
PLUGTLS_API void plugtls_secure_wipe(void *data, size_t size);

/* ---- Finding backends (docs/environment.md) ----------------------------------------------------------------- */

/* plugtls_registry_options.flags */
enum {
  /* No variable has a say in which backends are found and chosen, and in what this registry logs. What a backend does
   * with one is not the registry's: it logs as $PLUGTLS_LOG says, and $SSL_CERT_FILE is its system's store. */
  PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT = 1,
  PLUGTLS_REGISTRY_IGNORE_CONFIG = 2,      /* no configuration file is read */
  PLUGTLS_REGISTRY_ONLY_DIRECTORIES = 4    /* only `directories` are searched */
};

/* How a registry looks for backends. NULL or zero: as the environment says. */
typedef struct plugtls_registry_options {
  uint32_t size;
  uint32_t flags;
  const char *application;        /* section of the configuration; NULL: the program's short name */
  const char *config_file;        /* in place of $PLUGTLS_CONFIG, the user's and the system's; NULL: those */
  const char *const *directories; /* searched first, in this order */
  size_t directory_count;
  void (*log)(void *user, int32_t level, const char *message); /* NULL: standard error as $PLUGTLS_LOG says */
  void *log_user;
} plugtls_registry_options;

/* Reads manifests and configuration; opens no library. A malformed manifest is a refused candidate, not a failure;
 * a malformed configuration file is PLUGTLS_E_CONFIGURATION_FILE. */
PLUGTLS_API plugtls_status plugtls_registry_create(const plugtls_registry_options *options /* or NULL */,
                                                   plugtls_registry **out, plugtls_error *err);
PLUGTLS_API void plugtls_registry_free(plugtls_registry *registry);

/* Where a manifest was found, in the order of precedence. */
enum {
  PLUGTLS_ORIGIN_PROGRAM = 1,     /* plugtls_registry_options.directories */
  PLUGTLS_ORIGIN_ENVIRONMENT = 2, /* $PLUGTLS_PLUGIN_PATH */
  PLUGTLS_ORIGIN_USER = 3,        /* $XDG_DATA_HOME/plugtls/backends.d */
  PLUGTLS_ORIGIN_SYSTEM = 4,      /* /etc/plugtls/backends.d */
  PLUGTLS_ORIGIN_INSTALLED = 5    /* plugtls/backends.d beside libplugtls */
};

/* How far a candidate got. */
enum {
  PLUGTLS_STAGE_FOUND = 1,     /* its manifest is well-formed and safe; nothing was opened */
  PLUGTLS_STAGE_SHADOWED = 2,  /* an earlier manifest has the same name */
  PLUGTLS_STAGE_REFUSED = 3,   /* `code` and `detail` say why */
  PLUGTLS_STAGE_OPENED = 4
};

/* One manifest and its fate. Strings belong to the registry and are good until its next call. */
typedef struct plugtls_candidate {
  uint32_t size;
  uint32_t origin;      /* PLUGTLS_ORIGIN_... */
  uint32_t stage;       /* PLUGTLS_STAGE_... */
  int32_t code;         /* PLUGTLS_E_... when refused */
  int32_t priority;
  uint32_t abi_major;
  const char *name;
  const char *manifest; /* path */
  const char *library;  /* resolved path, or as written if it could not be resolved */
  const char *description;
  const char *vendor;
  const char *license;
  const char *isolation;/* "local" or "deepbind" */
  const char *detail;   /* why refused, or which manifest shadows it; empty otherwise */
} plugtls_candidate;

/* Every manifest seen, winners and losers, in order of precedence. */
PLUGTLS_API size_t plugtls_registry_candidate_count(const plugtls_registry *registry);
PLUGTLS_API plugtls_status plugtls_registry_candidate(const plugtls_registry *registry, size_t index,
                                                      plugtls_candidate *out);

/* One directory that was searched, or not, and why. */
typedef struct plugtls_search_directory {
  uint32_t size;
  uint32_t origin;
  uint32_t searched;  /* 0: `detail` says why not */
  uint32_t reserved;
  const char *path;
  const char *detail;
} plugtls_search_directory;

PLUGTLS_API size_t plugtls_registry_directory_count(const plugtls_registry *registry);
PLUGTLS_API plugtls_status plugtls_registry_directory(const plugtls_registry *registry, size_t index,
                                                      plugtls_search_directory *out);

/* Which rule chooses when the program names no backend. */
enum {
  PLUGTLS_RULE_ARGUMENT = 1,    /* the name given in code */
  PLUGTLS_RULE_ENVIRONMENT = 2, /* $PLUGTLS_BACKEND */
  PLUGTLS_RULE_CONFIG = 3,      /* the `backend` key of the configuration */
  PLUGTLS_RULE_PRIORITY = 4     /* the highest priority that loads */
};

/* The ordered list a request resolves to, without opening anything. */
typedef struct plugtls_resolution {
  uint32_t size;
  uint32_t rule;            /* PLUGTLS_RULE_... */
  uint32_t name_count;
  uint32_t reserved;
  const char *const *names; /* to be tried in this order, wrapper names as "trace(openssl)" */
  const char *source;       /* "argument", "PLUGTLS_BACKEND", the file and key, or "priority" */
} plugtls_resolution;

/* Needs that a backend must have all of; PLUGTLS_PARTIAL counts only where `allow_partial`. */
typedef struct plugtls_need {
  uint32_t feature;
  uint32_t allow_partial;
} plugtls_need;

/* `names` (or NULL): ordered, comma-separated, as "wolfssl,openssl". Good until the registry's next call. */
PLUGTLS_API plugtls_status plugtls_registry_resolve(plugtls_registry *registry, const char *names /* or NULL */,
                                                    plugtls_resolution *out, plugtls_error *err);

/* Opens the first backend of the resolved list that is usable and meets every need. What was named and cannot be used
 * is an error telling why of each; nothing that was not listed takes its place. With the priority rule the candidates
 * that cannot be used are passed over and stay visible as such.
 * The handle is process-wide and lives as long as the process: the same library gives the same handle, there is nothing
 * to free, and backends are never unloaded. Thread-safe across registries. */
PLUGTLS_API plugtls_status plugtls_backend_open(plugtls_registry *registry, const char *names /* or NULL */,
                                                const plugtls_need *needs /* or NULL */, size_t need_count,
                                                plugtls_backend **out, plugtls_error *err);

/* ---- About a backend -------------------------------------------------------------------------------------------- */

/* Strings live as long as the process. */
typedef struct plugtls_backend_description {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  const char *name;            /* "openssl", or "trace(openssl)" */
  const char *version;
  const char *library;         /* "OpenSSL" */
  const char *library_version; /* at run time */
  const char *library_built;   /* compiled against */
  const char *path;            /* of the shared library */
  const char *manifest;
} plugtls_backend_description;

PLUGTLS_API void plugtls_backend_describe(const plugtls_backend *backend, plugtls_backend_description *out);
/* Never fails; an unknown feature is PLUGTLS_NO. */
PLUGTLS_API void plugtls_backend_capability(const plugtls_backend *backend, uint32_t feature, plugtls_capability *out);
/* Numbers of PLUGTLS_LIST_... the backend can be configured with; returns how many there are. */
PLUGTLS_API size_t plugtls_backend_list(const plugtls_backend *backend, uint32_t list, uint16_t *out, size_t capacity);

/* ---- Contexts ------------------------------------------------------------------------------------------------------ */

/* The program's callbacks; NULL members are not asked for. `user` must outlive the context and its connections.
 * `connection` may be queried, not operated on, during a callback. An exception must not leave one. */
typedef struct plugtls_callbacks {
  uint32_t size;
  uint32_t reserved;
  void *user;
  /* S10: after the ClientHello. `name` is the server name in UTF-8 (IDNA decoded), NULL if none was sent. PLUGTLS_OK goes
   * on, with another server context of the same backend if one is stored in `*out_replacement`;
   * PLUGTLS_WANT_CALLBACK suspends; anything else ends the handshake with alert unrecognized_name(112), or the one in `err`. */
  plugtls_status (*server_name)(void *user, plugtls_connection *connection, const char *name,
                                plugtls_context *context, plugtls_context **out_replacement, plugtls_error *err);
  /* B7: after the backend formed its verdict. Answers PLUGTLS_VERIFY_... */
  int32_t (*verify)(void *user, plugtls_connection *connection, const plugtls_verdict *verdict, plugtls_error *err);
  /* B9: a line of the NSS key log format, without newline. Whoever sets it lets the session keys out. */
  void (*insecure_keylog)(void *user, plugtls_connection *connection, const char *line);
  /* B6: a session has arrived; the callee owns it. */
  void (*new_session)(void *user, plugtls_connection *connection, plugtls_session *session);
  /* B10: a server's look-up of an external PSK. */
  plugtls_status (*psk)(void *user, plugtls_connection *connection, plugtls_bytes identity, uint8_t *key,
                        size_t capacity, size_t *out_size, uint32_t *out_hash);
} plugtls_callbacks;

/* Builds an immutable context. Everything the configuration asks for is either in force afterwards or the call
 * has failed. */
PLUGTLS_API plugtls_status plugtls_context_create(plugtls_backend *backend, const plugtls_config *config,
                                                  const plugtls_callbacks *callbacks /* or NULL */,
                                                  plugtls_context **out, plugtls_error *err);
PLUGTLS_API void plugtls_context_retain(plugtls_context *context); /* one more reference; thread-safe */
PLUGTLS_API void plugtls_context_free(plugtls_context *context);   /* one reference less; thread-safe */
PLUGTLS_API plugtls_backend *plugtls_context_backend(const plugtls_context *context);
/* B21: what came into force, as numbers of PLUGTLS_LIST_...; returns how many there are. */
PLUGTLS_API size_t plugtls_context_list(const plugtls_context *context, uint32_t list, uint16_t *out, size_t capacity);
/* B21: PLUGTLS_VALUE_... */
PLUGTLS_API plugtls_status plugtls_context_value(const plugtls_context *context, uint32_t value, uint64_t *out,
                                                 plugtls_error *err);
/* B6: replaces a server's ticket keys; the first encrypts, all decrypt. Thread-safe. */
PLUGTLS_API plugtls_status plugtls_context_set_ticket_keys(plugtls_context *context, const plugtls_ticket_key *const *keys,
                                                           size_t count, plugtls_error *err);

/* ---- Transports ------------------------------------------------------------------------------------------------------- */

/* A transport over a connected stream socket, which stays the caller's and must outlive the connection. It never raises
 * SIGPIPE. A non-blocking socket makes operations answer want_read and want_write; a blocking one never does.
 * PLUGTLS_E_NOT_A_STREAM for other descriptors. */
PLUGTLS_API plugtls_status plugtls_transport_from_socket(int32_t fd, plugtls_transport *out, plugtls_error *err);

/* A first-in first-out buffer of bytes in memory. `limit`: most bytes it holds before writing wants write; 0: no limit. */
PLUGTLS_API plugtls_status plugtls_buffer_create(size_t limit, plugtls_buffer **out, plugtls_error *err);
PLUGTLS_API void plugtls_buffer_free(plugtls_buffer *buffer);
PLUGTLS_API size_t plugtls_buffer_size(const plugtls_buffer *buffer);
/* Appends; takes all or as much as the limit allows and returns how much. */
PLUGTLS_API size_t plugtls_buffer_write(plugtls_buffer *buffer, const void *data, size_t size);
/* What lies at the front, without copying; good until the buffer's next call. */
PLUGTLS_API plugtls_bytes plugtls_buffer_peek(const plugtls_buffer *buffer);
/* Drops `size` bytes at the front, or all there are; returns how many. */
PLUGTLS_API size_t plugtls_buffer_consume(plugtls_buffer *buffer, size_t size);
/* No more will be written: a reader that has drained it finds the end of the stream rather than want_read. */
PLUGTLS_API void plugtls_buffer_end(plugtls_buffer *buffer);
/* S9: a transport that reads ciphertext from `incoming` and writes it to `outgoing`; both must outlive the connection. */
PLUGTLS_API void plugtls_transport_from_buffers(plugtls_buffer *incoming, plugtls_buffer *outgoing, plugtls_transport *out);

/* ---- Connections --------------------------------------------------------------------------------------------------------- */

/* plugtls_connection_options.flags */
enum { PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK = 1 };

/* Whom a client connects to. All of it is for clients: a server's connection that is given any is
 * PLUGTLS_E_INVALID_ARGUMENT. */
typedef struct plugtls_connection_options {
  uint32_t size;
  uint32_t flags;
  /* DNS name in UTF-8 (U-labels or A-labels), or an IPv4 or IPv6 literal: the name that is sent (never for an IP address)
   * and verified. NULL only with `subjects`, or with checking switched off. */
  const char *server_hostname;
  /* S31: what the certificate must match instead of server_hostname, each a DNS name or an IP literal; any one suffices. */
  const char *const *subjects;
  size_t subject_count;
  plugtls_session *session; /* to resume, or NULL; not with PLUGTLS_CONFIG_NO_RESUMPTION */
} plugtls_connection_options;

/* Does no I/O. `options` may be NULL for servers. */
PLUGTLS_API plugtls_status plugtls_connection_create(plugtls_context *context, const plugtls_connection_options *options,
                                                     const plugtls_transport *transport, plugtls_connection **out,
                                                     plugtls_error *err);
PLUGTLS_API void plugtls_connection_free(plugtls_connection *connection);
/* A pointer of the program's own that rides along; NULL at first. */
PLUGTLS_API void plugtls_connection_set_user(plugtls_connection *connection, void *user);
PLUGTLS_API void *plugtls_connection_user(const plugtls_connection *connection);
PLUGTLS_API plugtls_context *plugtls_connection_context(const plugtls_connection *connection);
PLUGTLS_API plugtls_status plugtls_connection_set_context(plugtls_connection *connection, plugtls_context *context,
                                                          plugtls_error *err);

/* The hot operations. Their statuses and rules are P-IO-1 to P-IO-6, P-HS, P-READ, P-WRITE and P-SHUT of backend.h. */
PLUGTLS_API plugtls_status plugtls_handshake(plugtls_connection *connection, plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_read(plugtls_connection *connection, void *buffer, size_t capacity, size_t *out_size,
                                        plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_write(plugtls_connection *connection, const void *data, size_t size, size_t *out_size,
                                         plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_shutdown(plugtls_connection *connection, plugtls_error *err);
/* S16: close_notify both ways, so that the transport is plain again. OK when both have passed. PLUGTLS_E_DATA_PENDING if the
 * peer sent application data that have to be read first: read until CLOSED and call again. */
PLUGTLS_API plugtls_status plugtls_unwrap(plugtls_connection *connection, plugtls_error *err);
/* Application data that a read delivers without asking the transport, in bytes. */
PLUGTLS_API size_t plugtls_pending(const plugtls_connection *connection);

PLUGTLS_API plugtls_status plugtls_connection_info_get(const plugtls_connection *connection, plugtls_connection_info *out);
/* PLUGTLS_CHAIN_PEER or _VERIFIED; `*out` is NULL if there is none. */
PLUGTLS_API plugtls_status plugtls_connection_chain(const plugtls_connection *connection, uint32_t which,
                                                    plugtls_chain **out, plugtls_error *err);
PLUGTLS_API size_t plugtls_chain_size(const plugtls_chain *chain);
PLUGTLS_API plugtls_bytes plugtls_chain_at(const plugtls_chain *chain, size_t index); /* DER; empty beyond the end */
PLUGTLS_API void plugtls_chain_free(plugtls_chain *chain);

PLUGTLS_API plugtls_status plugtls_export_keying_material(plugtls_connection *connection, const char *label,
                                                          plugtls_bytes context, uint8_t *out, size_t size,
                                                          plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_channel_binding(plugtls_connection *connection, uint32_t binding, uint8_t *out,
                                                   size_t capacity, size_t *out_size, plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_key_update(plugtls_connection *connection, uint32_t flags, plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_request_client_certificate(plugtls_connection *connection, plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_write_early(plugtls_connection *connection, const void *data, size_t size,
                                               size_t *out_size, plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_read_early(plugtls_connection *connection, void *buffer, size_t capacity,
                                              size_t *out_size, plugtls_error *err);

/* ---- Sessions ---------------------------------------------------------------------------------------------------------------- */

PLUGTLS_API plugtls_status plugtls_session_get(plugtls_connection *connection, plugtls_session **out, plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_session_export(const plugtls_session *session, uint8_t *out, size_t capacity,
                                                  size_t *out_size, plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_session_import(plugtls_context *context, plugtls_bytes bytes, plugtls_session **out,
                                                  plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_session_info_get(const plugtls_session *session, plugtls_session_info *out,
                                                    plugtls_error *err);
PLUGTLS_API void plugtls_session_free(plugtls_session *session);

/* ---- Verification without a connection ------------------------------------------------------------------------------------- */

/* OK: a verdict was reached and is in `*out_code` (PLUGTLS_E_NONE or PLUGTLS_E_CERT_...), told in words in `err`. */
PLUGTLS_API plugtls_status plugtls_verify_chain(plugtls_backend *backend, const plugtls_config *config,
                                                const plugtls_verify_request *request, int32_t *out_code,
                                                int32_t *out_depth, plugtls_error *err);

/* SHA-256 of the SubjectPublicKeyInfo of a certificate in DER, 32 bytes: what public keys are pinned by (RFC 7469, 2.4).
 * PLUGTLS_E_CERTIFICATE_MALFORMED. */
PLUGTLS_API plugtls_status plugtls_certificate_key_hash(plugtls_bytes certificate, uint8_t *out, plugtls_error *err);

/* ---- Names (IDNA, RFC 5891) ---------------------------------------------------------------------------------------------------- */

/* UTF-8 host name to its A-label form, and back. PLUGTLS_E_HOSTNAME_INVALID; PLUGTLS_E_BUFFER_TOO_SMALL (256 suffice). */
PLUGTLS_API plugtls_status plugtls_name_to_ascii(const char *name, char *out, size_t capacity, plugtls_error *err);
PLUGTLS_API plugtls_status plugtls_name_to_unicode(const char *name, char *out, size_t capacity, plugtls_error *err);

#ifdef __cplusplus
}
#endif

#endif
