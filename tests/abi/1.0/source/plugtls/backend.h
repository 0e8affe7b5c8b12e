// SPDX-License-Identifier: Apache-2.0
/*
 * plugtls/backend.h - the backend ABI, version 1.0.
 *
 * Implemented by a backend (a shared library plugtls-NAME.so), called by libplugtls and by nobody else.
 * The conventions at the top of types.h hold here. Obligations are numbered P-AREA-n; docs/abi.md names
 * the conformance case that proves each.
 *
 * Life of a backend
 *   libplugtls reads its manifest, checks file and directory permissions, reads its ELF note, opens it with
 *   dlopen(RTLD_NOW | RTLD_LOCAL), resolves plugtls_backend_entry, proves that the symbol is the file's own,
 *   calls it, copies the table, checks it, and traces the anchors. Backends are never unloaded.
 *
 * Versions
 *   P-ABI-1  The host's major and the backend's must be equal; otherwise the entry function is not called
 *            (the ELF note tells) or answers PLUGTLS_E_ABI.
 *   P-ABI-2  Within a major, either side may be newer. Whoever is handed a struct reads no further than its
 *            `size`, and whoever fills one writes no further.
 *   P-ABI-3  A backend that is handed a struct larger than it knows need not look at the rest: libplugtls has
 *            made sure that the rest is zero, which means "not asked for", and refused the call otherwise.
 *   P-ABI-4  A slot beyond `size`, and an optional slot that is null, are absent; libplugtls answers
 *            PLUGTLS_E_UNSUPPORTED in its place. A required slot that is absent makes the backend broken.
 *
 * Behaviour
 *   P-GEN-1  No exception, signal or longjmp leaves a slot. errno, the library's error queue and the thread's
 *            signal mask are as before the call when it returns.
 *   P-GEN-2  A failing call fills `err` (unless NULL) with code, message and, where they apply, alert, native
 *            code and native text. `err->size` says how much may be written. `backend` is filled by libplugtls.
 *   P-GEN-3  A context may be used by several threads at once, everything else by one at a time. Callbacks are
 *            called on the thread that called in, during that call.
 *   P-GEN-4  Nothing is printed. What is worth saying goes to host->log.
 *   P-GEN-5  Fail closed: a configuration that asks for what the backend cannot do is refused by context_create
 *            with PLUGTLS_E_UNSUPPORTED and the feature's number. No member of plugtls_config is ever ignored.
 *   P-GEN-6  Key material is wiped before its memory is given back.
 *   P-GEN-7  handshake, read, write and shutdown allocate nothing of the backend's own, take no lock and build
 *            no text when they succeed or want something.
 */
#ifndef PLUGTLS_BACKEND_H
#define PLUGTLS_BACKEND_H

#include "plugtls/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLUGTLS_ABI_MAJOR 1
#define PLUGTLS_ABI_MINOR 0

/* The backend's own objects, opaque to libplugtls. Whoever creates frees, through the same table. */
typedef struct plugtls_backend_instance plugtls_backend_instance;
typedef struct plugtls_backend_context plugtls_backend_context;
typedef struct plugtls_backend_connection plugtls_backend_connection;
typedef struct plugtls_backend_session plugtls_backend_session;
typedef struct plugtls_backend_chain plugtls_backend_chain;

/* ---- What the host offers ---------------------------------------------------------------------------- */

/* Good for the life of the process once handed to an entry function. All functions are thread-safe. */
typedef struct plugtls_host {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  void *user;
  /* Says something for people; `level` is PLUGTLS_LOG_... */
  void (*log)(void *user, int32_t level, const char *message);
  /* Overwrites memory in a way no optimiser removes. */
  void (*secure_wipe)(void *data, size_t size);
  /* Path of the system's PEM bundle of trust anchors, or NULL if there is none. One bundle for every
   * backend, so that "the system's store" means the same everywhere. */
  const char *(*system_trust_bundle)(void *user);
  /* The time certificates are judged by, unless a configuration names another. */
  int64_t (*now)(void *user);
  /* For a wrapper backend, trace(openssl) say: the backend it wraps. NULL for any other. */
  const struct plugtls_backend_export *inner;
} plugtls_host;

/* ---- Callbacks ----------------------------------------------------------------------------------------- */

/* The host's handle of a connection, given to connection_create, handed back in callbacks, never looked into. */
typedef void plugtls_host_connection;

/* The host's callbacks for one context; NULL members are not asked for. The struct is copied by context_create;
 * `user` outlives the context. */
typedef struct plugtls_backend_callbacks {
  uint32_t size;
  uint32_t reserved;
  void *user;

  /* P-SNI-1  Servers: called once per full or resumed handshake after the ClientHello has been read and before
   *          a certificate is chosen. `name` is the A-label as sent, NULL if the client sent none.
   *          PLUGTLS_OK goes on, with `*out_replacement` in place of the connection's context if it was set
   *          (identities, ALPN and verification settings are then the replacement's).
   *          PLUGTLS_WANT_CALLBACK suspends (PLUGTLS_FEATURE_SUSPEND) and is asked again. Anything else ends the
   *          handshake with alert unrecognized_name(112) and PLUGTLS_E_UNRECOGNIZED_NAME, unless `err` was
   *          filled, whose code and alert are then used. */
  plugtls_status (*server_name)(void *user, plugtls_host_connection *connection, const char *name,
                                plugtls_backend_context **out_replacement, plugtls_error *err);

  /* P-VERIFY-1  Called once per handshake in which the peer presented a certificate, after the backend formed
   *             its own verdict including the name check, before the verdict takes effect, also when it is
   *             good. Not called when verification is off or the session is resumed. Answers PLUGTLS_VERIFY_...;
   *             on REJECT `err` may be filled to choose code and alert. */
  int32_t (*verify)(void *user, plugtls_host_connection *connection, const plugtls_verdict *verdict,
                    plugtls_error *err);

  /* One line of the NSS key log format, no newline. */
  void (*keylog)(void *user, plugtls_host_connection *connection, const char *line);

  /* P-SESSION-1  Clients: a session that can be resumed has arrived. The callee owns it and frees it by
   *              session_free. For TLS 1.3 it comes during a read after the handshake, once per ticket. */
  void (*new_session)(void *user, plugtls_host_connection *connection, plugtls_backend_session *session);

  /* Servers: looks up an external PSK. Writes the key and its length and PLUGTLS_HASH_...; PLUGTLS_FAILED if unknown. */
  plugtls_status (*psk)(void *user, plugtls_host_connection *connection, plugtls_bytes identity, uint8_t *key,
                        size_t capacity, size_t *out_size, uint32_t *out_hash);
} plugtls_backend_callbacks;

/* ---- A connection's parameters ------------------------------------------------------------------------- */

/* plugtls_peer.flags */
enum { PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK = 1 };

/* Whom a connection is made to. For servers everything but `host_connection` may be zero. */
typedef struct plugtls_peer {
  uint32_t size;
  uint32_t flags;
  plugtls_host_connection *host_connection;
  const char *server_name;           /* SNI to send: A-label, no trailing dot; NULL: send none. Never an IP address */
  const plugtls_subject *subjects;   /* the certificate must match any one of these (RFC 9525) */
  uint32_t subject_count;            /* 0 with verification on: the host has made sure that is meant */
  uint32_t reserved;
  plugtls_backend_session *session;  /* to resume, or NULL; it stays the caller's */
} plugtls_peer;

/* ---- The table ------------------------------------------------------------------------------------------- */

/* One function of the TLS library the backend calls, by the address the backend really reaches. libplugtls
 * refuses the backend (PLUGTLS_E_SYMBOL_INTERPOSED) if the image that owns the address is neither the backend
 * itself nor among its own dependencies: another image then captured the symbol (B18). */
typedef struct plugtls_anchor {
  const char *symbol;
  const void *address;
} plugtls_anchor;

/* Static description of a backend. Strings live as long as the process. */
typedef struct plugtls_backend_info {
  uint32_t size;
  uint32_t anchor_count;
  const char *name;             /* as in the manifest and the ELF note: [a-z0-9][a-z0-9_-]{0,30} */
  const char *version;          /* of the backend */
  const char *library;          /* "OpenSSL" */
  const char *library_version;  /* at run time */
  const char *library_built;    /* the version it was compiled against */
  const plugtls_anchor *anchors;
} plugtls_backend_info;

/*
 * Slots marked [required] must be present. `instance` is what the entry function handed out.
 *
 * P-IO-1   handshake, read, write, shutdown return a plugtls_status and never block of themselves.
 * P-IO-2   WANT_READ and WANT_WRITE are answered only after the transport answered so in that very call, so a
 *          program that waits for its descriptor never sleeps on data that lie in the library. A read may want
 *          to write and the other way round.
 * P-IO-3   Repeating a call that wanted something goes on where it stopped; nothing is lost or doubled.
 * P-IO-4   A fatal alert has been handed to the transport before FAILED is returned, wherever the protocol has
 *          one for the fault; if the transport cannot take it, WANT_WRITE is returned until it did, then FAILED.
 * P-IO-5   After FAILED or TRUNCATED every further handshake, read, write and shutdown answers the same status
 *          with the same error.
 * P-IO-6   No more is taken from the transport than the record being read needs: what follows the peer's
 *          close_notify belongs to the caller (S16).
 */
typedef struct plugtls_backend_table {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;

  /* -- about the backend -- */

  /* [required] Fills `out`. */
  plugtls_status (*info)(const plugtls_backend_instance *instance, plugtls_backend_info *out);
  /* [required] Fills `out` for a feature; an unknown number is PLUGTLS_NO. Never fails.
   * P-CAP-1  The answer is the same for the life of the process. */
  void (*capability)(const plugtls_backend_instance *instance, uint32_t feature, plugtls_capability *out);
  /* [required] Writes up to `capacity` numbers of PLUGTLS_LIST_... that can be configured, in order of the
   * backend's preference, and returns how many there are. */
  size_t (*list)(const plugtls_backend_instance *instance, uint32_t list, uint16_t *out, size_t capacity);

  /* -- contexts -- */

  /* [required] Builds an immutable context.
   * P-CTX-1  Files are read, keys decrypted and matched with their certificates, now.
   * P-CTX-2  Cipher suites the library does not know are skipped; none left is PLUGTLS_E_NO_CIPHER_SUITE. Nothing
   *          outside the list is ever negotiated; if the list has no suite of a version, that version is not offered.
   * P-CTX-3  A version bound naming a version the backend does not have is PLUGTLS_E_UNSUPPORTED; MINIMUM_ and
   *          MAXIMUM_SUPPORTED always work; an empty range is PLUGTLS_E_VERSION_RANGE.
   * P-CTX-4  Groups and signature schemes follow the rule of P-CTX-2 with PLUGTLS_E_UNSUPPORTED when none is left. */
  plugtls_status (*context_create)(plugtls_backend_instance *instance, const plugtls_config *config,
                                   const plugtls_backend_callbacks *callbacks, plugtls_backend_context **out,
                                   plugtls_error *err);
  /* [required] Frees; accepts NULL. The host frees a context after all its connections and sessions. */
  void (*context_free)(plugtls_backend_context *context);
  /* What came into force (B21): numbers of PLUGTLS_LIST_..., in order; returns how many there are. */
  size_t (*context_list)(const plugtls_backend_context *context, uint32_t list, uint16_t *out, size_t capacity);
  /* What came into force (B21): PLUGTLS_VALUE_...; PLUGTLS_FAILED for an unknown one. */
  plugtls_status (*context_value)(const plugtls_backend_context *context, uint32_t value, uint64_t *out);
  /* Replaces the ticket keys of a server context; the one mutation a context knows. Thread-safe. */
  plugtls_status (*context_set_ticket_keys)(plugtls_backend_context *context, const plugtls_ticket_key *const *keys,
                                            size_t count, plugtls_error *err);

  /* -- connections -- */

  /* [required] Does no I/O. `peer` and `transport` are copied, strings included. */
  plugtls_status (*connection_create)(plugtls_backend_context *context, const plugtls_peer *peer,
                                      const plugtls_transport *transport, plugtls_backend_connection **out,
                                      plugtls_error *err);
  /* [required] Frees without I/O; accepts NULL. Not calling shutdown first makes the peer see truncation. */
  void (*connection_free)(plugtls_backend_connection *connection);

  /* [required] P-HS-1  OK once application data may be sent; verification and the name check have succeeded by
   *            then. After OK further calls answer OK at once. The stream ending amid the handshake is TRUNCATED. */
  plugtls_status (*handshake)(plugtls_backend_connection *connection, plugtls_error *err);

  /* [required] P-READ-1  OK with 1..capacity bytes, or OK with 0 if capacity is 0.
   *            P-READ-2  Before the handshake is done: PLUGTLS_E_WRONG_STATE; the connection survives that.
   *            P-READ-3  CLOSED once the peer's close_notify was read, again on every further call; data that
   *                      came before it are delivered first.
   *            P-READ-4  Post-handshake messages are dealt with inside; they never surface as data or as an error. */
  plugtls_status (*read)(plugtls_backend_connection *connection, void *buffer, size_t capacity, size_t *out_size,
                         plugtls_error *err);

  /* [required] P-WRITE-1  OK with 1..size bytes taken, or OK with 0 if size is 0 (nothing is sent).
   *            P-WRITE-2  After WANT_* nothing counts as taken; the repeated call must begin with the same bytes,
   *                       at any address, and be no shorter, else PLUGTLS_E_WRITE_RETRY (the connection survives).
   *            P-WRITE-3  After OK everything taken has been handed to the transport.
   *            P-WRITE-4  After shutdown: PLUGTLS_E_CLOSED_FOR_WRITING. After the peer's close_notify: still works. */
  plugtls_status (*write)(plugtls_backend_connection *connection, const void *data, size_t size, size_t *out_size,
                          plugtls_error *err);

  /* [required] P-SHUT-1  OK once our close_notify was handed to the transport; again: OK. It does not wait for the
   *            peer's; reading goes on until CLOSED. Before the handshake is done: PLUGTLS_E_WRONG_STATE. */
  plugtls_status (*shutdown)(plugtls_backend_connection *connection, plugtls_error *err);

  /* [required] Bytes of application data that read would deliver without asking the transport. */
  size_t (*pending)(const plugtls_backend_connection *connection);

  /* [required] Fills what was negotiated so far. */
  plugtls_status (*connection_info)(const plugtls_backend_connection *connection, plugtls_connection_info *out);

  /* Replaces the context before the handshake has begun (S15). */
  plugtls_status (*connection_set_context)(plugtls_backend_connection *connection, plugtls_backend_context *context,
                                           plugtls_error *err);

  /* PLUGTLS_CHAIN_PEER: as sent, leaf first, also on servers. PLUGTLS_CHAIN_VERIFIED: leaf to anchor. `*out` is NULL
   * if there is none. */
  plugtls_status (*connection_chain)(const plugtls_backend_connection *connection, uint32_t which,
                                     plugtls_backend_chain **out, plugtls_error *err);
  size_t (*chain_size)(const plugtls_backend_chain *chain);
  /* DER, good until chain_free; PLUGTLS_FAILED beyond the end. */
  plugtls_status (*chain_at)(const plugtls_backend_chain *chain, size_t index, plugtls_bytes *out);
  void (*chain_free)(plugtls_backend_chain *chain);

  /* Keying material (RFC 5705; RFC 8446, 7.5). `context.data` NULL: no context, which TLS 1.2 tells from an empty one. */
  plugtls_status (*export_keying_material)(plugtls_backend_connection *connection, const char *label,
                                           plugtls_bytes context, uint8_t *out, size_t size, plugtls_error *err);
  /* PLUGTLS_BINDING_...; writes at most `capacity` bytes, 64 suffice. */
  plugtls_status (*channel_binding)(plugtls_backend_connection *connection, uint32_t binding, uint8_t *out,
                                    size_t capacity, size_t *out_size, plugtls_error *err);

  /* Sends a KeyUpdate (TLS 1.3); with PLUGTLS_KEY_UPDATE_REQUEST_PEER asks for one back. Statuses as write. */
  plugtls_status (*key_update)(plugtls_backend_connection *connection, uint32_t flags, plugtls_error *err);
  /* Servers: asks for a certificate after the handshake. Statuses as write. */
  plugtls_status (*request_client_certificate)(plugtls_backend_connection *connection, plugtls_error *err);

  /* Early data, before and during the handshake. Clients: as write, before the first handshake call. Servers: as
   * read; CLOSED when the client's early data have ended, and handshake goes on from there. */
  plugtls_status (*write_early)(plugtls_backend_connection *connection, const void *data, size_t size, size_t *out_size,
                                plugtls_error *err);
  plugtls_status (*read_early)(plugtls_backend_connection *connection, void *buffer, size_t capacity, size_t *out_size,
                               plugtls_error *err);

  /* Lets the library own the descriptor (PLUGTLS_FEATURE_ATTACH_FD), before the handshake, in place of the transport. */
  plugtls_status (*attach_fd)(plugtls_backend_connection *connection, int32_t fd, plugtls_error *err);

  /* -- sessions (B6) -- */

  /* The newest session that can be resumed, as a new reference; PLUGTLS_E_NO_SESSION if there is none yet. */
  plugtls_status (*session_get)(plugtls_backend_connection *connection, plugtls_backend_session **out, plugtls_error *err);
  /* Writes at most `capacity` bytes and, always, the number needed. */
  plugtls_status (*session_export)(const plugtls_backend_session *session, uint8_t *out, size_t capacity, size_t *out_size,
                                   plugtls_error *err);
  /* Foreign or corrupt bytes are PLUGTLS_E_SESSION_INVALID. */
  plugtls_status (*session_import)(plugtls_backend_context *context, plugtls_bytes bytes, plugtls_backend_session **out,
                                   plugtls_error *err);
  plugtls_status (*session_info)(const plugtls_backend_session *session, plugtls_session_info *out);
  void (*session_free)(plugtls_backend_session *session);

  /* -- verification without a connection (B7) -- */

  /* OK: a verdict was reached, good or bad; `*out_code` and `*out_depth` hold it and `err` tells it in words. Anything
   * else: none could be reached. `config` supplies trust, CRLs, time and depth. */
  plugtls_status (*verify_chain)(plugtls_backend_instance *instance, const plugtls_config *config,
                                 const plugtls_verify_request *request, int32_t *out_code, int32_t *out_depth,
                                 plugtls_error *err);
} plugtls_backend_table;

/* ---- The one exported symbol -------------------------------------------------------------------------------- */

typedef struct plugtls_backend_export {
  uint32_t size;
  uint32_t reserved;
  const plugtls_backend_table *table;  /* const, good for the life of the process */
  plugtls_backend_instance *instance;  /* may be NULL */
} plugtls_backend_export;

/* P-ENTRY-1  May be called several times, by several hosts (two copies of libplugtls in one process, say), from
 *            several threads; each call succeeds or fails on its own.
 * P-ENTRY-2  Checks that the library found at run time is compatible with the one compiled against, and refuses
 *            with PLUGTLS_E_BACKEND_REFUSED and the two versions otherwise.
 * P-ENTRY-3  A wrapper backend answers PLUGTLS_FAILED when `host->inner` is NULL; any other when it is not. */
typedef plugtls_status (*plugtls_backend_entry_fn)(const plugtls_host *host, plugtls_backend_export *out,
                                                   plugtls_error *err);

#define PLUGTLS_BACKEND_ENTRY_SYMBOL "plugtls_backend_entry"

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
plugtls_status plugtls_backend_entry(const plugtls_host *host, plugtls_backend_export *out, plugtls_error *err);

/* ELF note that lets a wrong file be refused before any of its code runs: owner "plugtls", type 1, descriptor
 * u16 abi_major, u16 abi_minor in the machine's byte order, then the backend's name, NUL-terminated. */
#define PLUGTLS_NOTE_OWNER "plugtls"
#define PLUGTLS_NOTE_TYPE 1

#ifdef __cplusplus
}
#endif

#endif
