// SPDX-License-Identifier: Apache-2.0
/*
 * plugtls/types.h - the vocabulary shared by the C API (plugtls.h) and the backend ABI (backend.h).
 *
 * Conventions, stated once and valid for every declaration in the three C headers:
 *
 *   - Pointers are non-null unless the text says "or NULL". Inputs are borrowed for the duration of
 *     the call. Outputs that point into an object are owned by it and good until the next call on it.
 *   - Every struct that crosses a library boundary begins with `size`, which whoever allocates it sets
 *     to sizeof(struct). Members are only ever appended. A member that lies beyond the other side's
 *     size is absent. The all-zero value of every member means "not asked for", so an absent member
 *     and a zero member are the same thing; every weakening of security is therefore a non-zero value.
 *   - Integers are fixed-width. The exceptions are size_t and pointers: they are lengths and addresses
 *     in the one address space both sides live in. No bool, no long, no bit-field, no C enum.
 *   - Arrays of sized structs cross as arrays of pointers, so that elements may grow.
 *   - Numbers of the IANA "TLS Parameters" registries are the vocabulary: protocol versions, cipher
 *     suites, supported groups, signature schemes, alerts. No library's own names.
 *   - Text is UTF-8. `char *` is NUL-terminated, plugtls_bytes is pointer and length.
 *   - Times are Unix time in seconds, UTC.
 *   - Functions that take `err` accept NULL for it. An error is written only when the call fails.
 *   - A context is immutable once built and may be used by many threads at once. A connection, session,
 *     buffer or registry is used by one thread at a time. Callbacks run on the thread that called in.
 */
#ifndef PLUGTLS_TYPES_H
#define PLUGTLS_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Status ----------------------------------------------------------------------------------- */

/* What an operation came to. Only PLUGTLS_FAILED and PLUGTLS_TRUNCATED fill a plugtls_error. */
typedef int32_t plugtls_status;
enum {
  PLUGTLS_OK = 0,            /* done; for read and write, at least one byte unless none was asked for */
  PLUGTLS_WANT_READ = 1,     /* the transport's read answered want_read; repeat the call when it can go on */
  PLUGTLS_WANT_WRITE = 2,    /* the transport's write answered want_write; repeat the call when it can go on */
  PLUGTLS_WANT_CALLBACK = 3, /* a callback answered PENDING; repeat the call when it has its answer */
  PLUGTLS_CLOSED = 4,        /* the peer's close_notify arrived: the end of its data, authenticated */
  PLUGTLS_TRUNCATED = 5,     /* the transport ended without close_notify: never taken for the end of data */
  PLUGTLS_FAILED = 6         /* the error says what; the connection can only be freed */
};

/* A borrowed view of bytes. Frozen: it will never have another member. `data` may be NULL if size is 0. */
typedef struct plugtls_bytes {
  const uint8_t *data;
  size_t size;
} plugtls_bytes;

/* ---- Errors ----------------------------------------------------------------------------------- */

/* Error codes. The same fault gives the same code whichever backend found it (promise B4). The hundreds
 * digit is the category: whose fault it is. */
enum {
  PLUGTLS_E_NONE = 0,

  /* Configuration: what the program, or its user, asked for cannot be done. */
  PLUGTLS_E_INVALID_ARGUMENT = 100,
  PLUGTLS_E_UNSUPPORTED = 101,          /* `feature` says what; the backend cannot do it */
  PLUGTLS_E_NO_CIPHER_SUITE = 102,      /* none of the suites asked for is available */
  PLUGTLS_E_VERSION_RANGE = 103,        /* the range is empty or nothing in it is available */
  PLUGTLS_E_FILE = 104,                 /* a file could not be read; os_error says why */
  PLUGTLS_E_CERTIFICATE_MALFORMED = 105,
  PLUGTLS_E_KEY_MALFORMED = 106,
  PLUGTLS_E_KEY_MISMATCH = 107,         /* the private key does not belong to the leaf certificate */
  PLUGTLS_E_PASSWORD_REQUIRED = 108,    /* the key is encrypted and no password was given */
  PLUGTLS_E_PASSWORD_WRONG = 109,
  PLUGTLS_E_TRUST_STORE_EMPTY = 110,    /* nothing in the trust store can anchor a chain */
  PLUGTLS_E_HOSTNAME_REQUIRED = 111,    /* a verifying client was given no name to verify */
  PLUGTLS_E_HOSTNAME_INVALID = 112,     /* not a DNS name, not an IP address */
  PLUGTLS_E_NOT_A_STREAM = 113,         /* the descriptor is not a stream socket */
  PLUGTLS_E_NO_CERTIFICATE = 114,       /* a server context without certificate or other credential */
  PLUGTLS_E_CRL_MALFORMED = 115,
  PLUGTLS_E_CONFIGURATION_FILE = 116,   /* a plugtls configuration file is malformed */

  /* Backend: finding, checking and opening one. */
  PLUGTLS_E_BACKEND_NOT_FOUND = 200,    /* no manifest of that name */
  PLUGTLS_E_BACKEND_UNUSABLE = 201,     /* several were tried and none could be used */
  PLUGTLS_E_MANIFEST = 202,             /* the manifest is malformed */
  PLUGTLS_E_INSECURE_PERMISSIONS = 203, /* others could have written manifest, directory or library */
  PLUGTLS_E_DIGEST = 204,               /* the library is not the one the manifest's sha256 names */
  PLUGTLS_E_NOT_A_BACKEND = 205,        /* no ELF note, no entry symbol, or another library's entry symbol */
  PLUGTLS_E_ABI = 206,                  /* ABI major differs */
  PLUGTLS_E_LOAD = 207,                 /* the dynamic linker refused it */
  PLUGTLS_E_BACKEND_BROKEN = 208,       /* it breaks the contract: sizes, required slots, names */
  PLUGTLS_E_BACKEND_REFUSED = 209,      /* its entry function answered with an error of its own */
  PLUGTLS_E_SYMBOL_INTERPOSED = 210,    /* another image captured the backend's calls into its library */
  PLUGTLS_E_NEED_UNMET = 211,           /* no backend has everything that was needed */
  PLUGTLS_E_OUT_OF_MEMORY = 212,
  PLUGTLS_E_INTERNAL = 213,             /* the backend's library failed for a reason of its own */

  /* Certificate: the peer's certificate chain was refused. */
  PLUGTLS_E_CERT_EXPIRED = 300,
  PLUGTLS_E_CERT_NOT_YET_VALID = 301,
  PLUGTLS_E_CERT_UNKNOWN_ISSUER = 302,  /* no path to a trust anchor */
  PLUGTLS_E_CERT_SELF_SIGNED = 303,     /* the leaf is self-signed and is not a trust anchor */
  PLUGTLS_E_CERT_UNTRUSTED_ROOT = 304,  /* the chain ends in a self-signed certificate that is no anchor */
  PLUGTLS_E_CERT_NAME_MISMATCH = 305,   /* DNS name (RFC 9525) */
  PLUGTLS_E_CERT_IP_MISMATCH = 306,     /* IP address */
  PLUGTLS_E_CERT_KEY_USAGE = 307,
  PLUGTLS_E_CERT_EXTENDED_KEY_USAGE = 308,
  PLUGTLS_E_CERT_NOT_A_CA = 309,        /* an issuer without CA:TRUE or keyCertSign */
  PLUGTLS_E_CERT_PATH_LENGTH = 310,
  PLUGTLS_E_CERT_NAME_CONSTRAINTS = 311,
  PLUGTLS_E_CERT_WEAK_SIGNATURE = 312,  /* SHA-1, MD5 */
  PLUGTLS_E_CERT_WEAK_KEY = 313,        /* RSA below 2048 bits, EC below 224 */
  PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION = 314,
  PLUGTLS_E_CERT_BAD_SIGNATURE = 315,
  PLUGTLS_E_CERT_MALFORMED = 316,       /* not DER, version, duplicate extensions, ... */
  PLUGTLS_E_CERT_REVOKED = 317,
  PLUGTLS_E_CERT_CRL_MISSING = 318,
  PLUGTLS_E_CERT_CRL_INVALID = 319,     /* expired, not yet valid, or badly signed CRL */
  PLUGTLS_E_CERT_OCSP_MISSING = 320,    /* a staple was required and none came */
  PLUGTLS_E_CERT_OCSP_INVALID = 321,
  PLUGTLS_E_CERT_MISSING = 322,         /* a certificate was required and the peer sent none */
  PLUGTLS_E_CERT_REJECTED = 323,        /* the program's verification callback refused it */
  PLUGTLS_E_CERT_CHAIN_TOO_LONG = 324,
  PLUGTLS_E_CERT_OTHER = 325,

  /* Peer: it broke the protocol, or shares nothing with us. `alert` is the alert we sent. */
  PLUGTLS_E_PROTOCOL = 400,             /* unexpected or malformed message */
  PLUGTLS_E_NOT_TLS = 401,              /* the first bytes are not TLS at all */
  PLUGTLS_E_BAD_RECORD = 402,           /* a record failed authentication or is too long */
  PLUGTLS_E_NO_COMMON_VERSION = 403,
  PLUGTLS_E_NO_COMMON_PARAMETERS = 404, /* cipher suite, group or signature scheme */
  PLUGTLS_E_NO_COMMON_PROTOCOL = 405,   /* ALPN */
  PLUGTLS_E_UNRECOGNIZED_NAME = 406,    /* the SNI callback refused the name */
  PLUGTLS_E_RENEGOTIATION = 407,
  PLUGTLS_E_BAD_SIGNATURE = 408,        /* the peer does not hold the key of its certificate */

  /* Alert: the peer ended the connection with a fatal alert; `alert` is the one it sent. */
  PLUGTLS_E_ALERT_RECEIVED = 500,

  /* Transport. */
  PLUGTLS_E_TRANSPORT = 600,            /* the transport failed; os_error says why where known */
  PLUGTLS_E_TRUNCATED = 601,            /* it ended without close_notify, or amid the handshake */
  PLUGTLS_E_TIMED_OUT = 602,

  /* Program: a call that cannot be made now. */
  PLUGTLS_E_WRONG_STATE = 700,          /* before the handshake, after a failure, ... */
  PLUGTLS_E_CLOSED_FOR_WRITING = 701,   /* write after shutdown */
  PLUGTLS_E_WRITE_RETRY = 702,          /* a repeated write was shorter than the one that has to go on */
  PLUGTLS_E_DATA_PENDING = 703,         /* unwrap met application data that has to be read first */
  PLUGTLS_E_NO_SESSION = 704,           /* there is no session to resume (yet) */
  PLUGTLS_E_SESSION_INVALID = 705,      /* session bytes that are foreign or corrupt */
  PLUGTLS_E_CALLBACK = 706,             /* a callback of the program's failed */
  PLUGTLS_E_BUFFER_TOO_SMALL = 707
};

/* Categories, = code / 100. */
enum {
  PLUGTLS_CATEGORY_NONE = 0,
  PLUGTLS_CATEGORY_CONFIGURATION = 1,
  PLUGTLS_CATEGORY_BACKEND = 2,
  PLUGTLS_CATEGORY_CERTIFICATE = 3,
  PLUGTLS_CATEGORY_PEER = 4,
  PLUGTLS_CATEGORY_ALERT = 5,
  PLUGTLS_CATEGORY_TRANSPORT = 6,
  PLUGTLS_CATEGORY_PROGRAM = 7
};

enum { PLUGTLS_ALERT_NONE = -1 };

/* An error. Owned by the caller, filled by the callee, holds no pointer into anybody. */
typedef struct plugtls_error {
  uint32_t size;
  int32_t code;             /* PLUGTLS_E_... */
  int32_t alert;            /* TLS alert number (RFC 8446, 6) sent or received, or PLUGTLS_ALERT_NONE */
  uint32_t alert_received;  /* 1: the alert came from the peer; 0: it was sent to the peer */
  uint32_t feature;         /* PLUGTLS_FEATURE_... for PLUGTLS_E_UNSUPPORTED and _NEED_UNMET, else 0 */
  int32_t certificate_depth;/* which certificate of the chain, 0 = leaf, -1 = none in particular */
  int32_t os_error;         /* errno of a file or the transport, or 0 */
  uint32_t reserved;
  int64_t native_code;      /* the TLS library's own number, for people and logs only */
  char backend[32];         /* name of the backend it came from; empty for libplugtls itself */
  char message[512];        /* what was asked, what happened, what to do next; one line */
  char native[192];         /* the TLS library's own words, or empty */
} plugtls_error;

#define PLUGTLS_ERROR_INIT {sizeof(plugtls_error), 0, -1, 0, 0, -1, 0, 0, 0, {0}, {0}, {0}}

/* ---- Features --------------------------------------------------------------------------------- */

/* Capabilities are queried, never guessed. `value` is described where it means something. */
enum {
  PLUGTLS_FEATURE_NONE = 0,
  PLUGTLS_FEATURE_CLIENT = 1,
  PLUGTLS_FEATURE_SERVER = 2,
  PLUGTLS_FEATURE_TLS1_0 = 3,
  PLUGTLS_FEATURE_TLS1_1 = 4,
  PLUGTLS_FEATURE_TLS1_2 = 5,
  PLUGTLS_FEATURE_TLS1_3 = 6,
  PLUGTLS_FEATURE_CIPHER_SUITES = 7,        /* settable; value: how many it knows */
  PLUGTLS_FEATURE_GROUPS = 8,               /* settable; value: how many it knows */
  PLUGTLS_FEATURE_SIGNATURE_SCHEMES = 9,    /* settable; value: how many it knows */
  PLUGTLS_FEATURE_ALPN = 10,                /* RFC 7301 */
  PLUGTLS_FEATURE_SNI = 11,                 /* RFC 6066, 3: client sends, server sees */
  PLUGTLS_FEATURE_SNI_CALLBACK = 12,
  PLUGTLS_FEATURE_SNI_SWITCH_CONTEXT = 13,  /* the callback may answer with another context */
  PLUGTLS_FEATURE_SET_CONTEXT = 14,         /* a connection's context can be replaced (S15) */
  PLUGTLS_FEATURE_VERIFY_OFF = 15,          /* validation can be switched off (S1) */
  PLUGTLS_FEATURE_VERIFY_CHAIN_ONLY = 16,   /* hostname checking off, chain checking on (S31) */
  PLUGTLS_FEATURE_VERIFY_IP = 17,
  PLUGTLS_FEATURE_VERIFY_SUBJECTS = 18,     /* acceptable subjects apart from SNI (S31) */
  PLUGTLS_FEATURE_VERIFY_CALLBACK = 19,
  PLUGTLS_FEATURE_VERIFY_TIME = 20,         /* verification time settable */
  PLUGTLS_FEATURE_VERIFY_OFFLINE = 21,      /* a chain without a connection (B7) */
  PLUGTLS_FEATURE_CLIENT_CERTIFICATE = 22,  /* mutual TLS, client side */
  PLUGTLS_FEATURE_CLIENT_AUTH = 23,         /* mutual TLS, server side: off, requested, required */
  PLUGTLS_FEATURE_MULTIPLE_IDENTITIES = 24, /* several certificates of different key types in a context */
  PLUGTLS_FEATURE_TRUST_SYSTEM = 25,
  PLUGTLS_FEATURE_TRUST_FILE = 26,          /* PEM or DER, from bytes or a file */
  PLUGTLS_FEATURE_TRUST_DIRECTORY = 27,
  PLUGTLS_FEATURE_TRUST_WITHOUT_SYSTEM = 28,/* the system's roots can be left out */
  PLUGTLS_FEATURE_KEY_ENCRYPTED = 29,       /* password-protected keys */
  PLUGTLS_FEATURE_KEY_PKCS11 = 30,          /* RFC 7512 URIs */
  PLUGTLS_FEATURE_KEY_SIGNER = 31,          /* keys behind a signing callback; value: bit per PLUGTLS_KEY_... */
  PLUGTLS_FEATURE_KEY_SIGNER_ASYNC = 32,    /* ... which may answer PENDING */
  PLUGTLS_FEATURE_CERT_RSA = 33,
  PLUGTLS_FEATURE_CERT_RSA_PSS = 34,        /* id-RSASSA-PSS public keys */
  PLUGTLS_FEATURE_CERT_ECDSA = 35,
  PLUGTLS_FEATURE_CERT_ED25519 = 36,
  PLUGTLS_FEATURE_PEER_CHAIN = 37,
  PLUGTLS_FEATURE_VERIFIED_CHAIN = 38,
  PLUGTLS_FEATURE_CRL = 39,
  PLUGTLS_FEATURE_OCSP_CLIENT = 40,         /* request, check, require a staple */
  PLUGTLS_FEATURE_OCSP_SERVER = 41,         /* staple a response */
  PLUGTLS_FEATURE_EXPORTER = 42,            /* RFC 5705, RFC 8446 7.5 */
  PLUGTLS_FEATURE_BINDING_TLS_EXPORTER = 43,         /* RFC 9266 */
  PLUGTLS_FEATURE_BINDING_TLS_SERVER_END_POINT = 44, /* RFC 5929 */
  PLUGTLS_FEATURE_KEYLOG = 45,              /* NSS key log lines */
  PLUGTLS_FEATURE_RESUMPTION = 46,
  PLUGTLS_FEATURE_SESSION_BYTES = 47,       /* sessions exportable and importable */
  PLUGTLS_FEATURE_TICKET_KEYS = 48,         /* settable and rotating */
  PLUGTLS_FEATURE_PSK = 49,                 /* external pre-shared keys */
  PLUGTLS_FEATURE_KEY_UPDATE = 50,          /* TLS 1.3, sending and answering */
  PLUGTLS_FEATURE_RECORD_SIZE_LIMIT = 51,   /* value: smallest limit it takes, in bytes */
  PLUGTLS_FEATURE_EARLY_DATA = 52,          /* RFC 8446 2.3 */
  PLUGTLS_FEATURE_HALF_CLOSE = 53,          /* reading goes on after our close_notify and writing after the peer's */
  PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH = 54,
  PLUGTLS_FEATURE_HYBRID_KEY_EXCHANGE = 55, /* X25519MLKEM768 */
  PLUGTLS_FEATURE_SUSPEND = 56,             /* SNI and verify callbacks may answer PENDING */
  PLUGTLS_FEATURE_EFFECTIVE_CONFIG = 57,    /* B21 */
  PLUGTLS_FEATURE_ATTACH_FD = 58,
  PLUGTLS_FEATURE_COUNT = 59                /* one past the last; grows with the minor version */
};

enum { PLUGTLS_NO = 0, PLUGTLS_PARTIAL = 1, PLUGTLS_YES = 2 };

/* What a backend says of one feature. */
typedef struct plugtls_capability {
  uint32_t size;
  uint32_t level;  /* PLUGTLS_NO, _PARTIAL, _YES */
  uint64_t value;  /* as described at the feature, else 0 */
  char note[160];  /* why not, or what "partial" leaves out; empty for a plain yes */
} plugtls_capability;

/* ---- Protocol versions ------------------------------------------------------------------------ */

/* Wire numbers, and two that "always work" (S5, S25): the lowest and highest a backend has. */
enum {
  PLUGTLS_VERSION_UNSET = 0,
  PLUGTLS_VERSION_MINIMUM_SUPPORTED = 1,
  PLUGTLS_VERSION_SSL2 = 0x0002,
  PLUGTLS_VERSION_SSL3 = 0x0300,
  PLUGTLS_VERSION_TLS1_0 = 0x0301,
  PLUGTLS_VERSION_TLS1_1 = 0x0302,
  PLUGTLS_VERSION_TLS1_2 = 0x0303,
  PLUGTLS_VERSION_TLS1_3 = 0x0304,
  PLUGTLS_VERSION_MAXIMUM_SUPPORTED = 0xffff
};

/* ---- Sources: where certificates, keys, trust anchors and CRLs come from ------------------------- */

enum {
  PLUGTLS_SOURCE_BYTES = 1,     /* PEM by its "-----BEGIN" preamble, else DER (S27, S28) */
  PLUGTLS_SOURCE_FILE = 2,      /* the same from a file; `bytes` holds the path */
  PLUGTLS_SOURCE_DIRECTORY = 3, /* every regular file in a directory; `bytes` holds the path; trust and CRLs only */
  PLUGTLS_SOURCE_URI = 4,       /* RFC 7512 PKCS#11 URI; certificates and keys */
  PLUGTLS_SOURCE_SIGNER = 5,    /* keys only: the program signs; `signer` is set */
  PLUGTLS_SOURCE_SYSTEM = 6     /* trust only: the system's store */
};

/* Asks for the password of an encrypted key; called only if the key is encrypted (S28). Writes at most
 * `capacity` bytes and their number. Returns PLUGTLS_OK, or PLUGTLS_FAILED to give up. The callee wipes
 * the buffer after use. */
typedef plugtls_status (*plugtls_password_fn)(void *user, uint8_t *buffer, size_t capacity, size_t *out_size);

enum { PLUGTLS_KEY_RSA = 1, PLUGTLS_KEY_RSA_PSS = 2, PLUGTLS_KEY_ECDSA = 4, PLUGTLS_KEY_ED25519 = 8 };
enum { PLUGTLS_SIGN_DIGEST = 1, PLUGTLS_SIGN_MESSAGE = 2 };

/* A private key that stays with the program (S30). `sign` makes the signature of TLS SignatureScheme
 * `scheme` over `input`, which is the digest or the whole message as `input_kind` says (Ed25519: always
 * the message), and writes DER (ECDSA) or raw bytes. It may answer PLUGTLS_WANT_CALLBACK where the backend
 * has PLUGTLS_FEATURE_KEY_SIGNER_ASYNC; the handshake then ends in want_callback, and the next call asks
 * again with the same `*operation`, which is NULL the first time and the signer's own to set. A connection
 * freed in between calls `cancel` with it. The struct must outlive every context built from it. */
typedef struct plugtls_signer {
  uint32_t size;
  uint32_t key_type; /* PLUGTLS_KEY_... */
  void *user;
  plugtls_status (*sign)(void *user, void **operation, uint16_t scheme, uint32_t input_kind,
                         plugtls_bytes input, uint8_t *signature, size_t capacity, size_t *out_size);
  void (*cancel)(void *user, void *operation); /* or NULL */
} plugtls_signer;

/* Where one thing, or several of a kind, come from. A PEM source may hold several certificates or CRLs;
 * all are used, in order. Lists of sources are only ever combined, never guessed at. */
typedef struct plugtls_source {
  uint32_t size;
  uint32_t kind;                /* PLUGTLS_SOURCE_... */
  plugtls_bytes bytes;          /* encoding, path or URI, by kind */
  plugtls_bytes password;       /* given as bytes, or empty (data NULL) */
  plugtls_password_fn ask_password; /* or given by a function, or NULL */
  void *ask_password_user;
  const plugtls_signer *signer; /* kind SIGNER, else NULL */
} plugtls_source;

/* A certificate chain and its key (S2): leaf first, intermediates after. */
typedef struct plugtls_identity {
  uint32_t size;
  uint32_t certificate_count;
  const plugtls_source *const *certificates;
  const plugtls_source *key;
  const plugtls_source *ocsp_response; /* DER OCSPResponse to staple, or NULL (B8) */
} plugtls_identity;

/* ---- Configuration ------------------------------------------------------------------------------ */

enum { PLUGTLS_ROLE_CLIENT = 1, PLUGTLS_ROLE_SERVER = 2 };
enum { PLUGTLS_CLIENT_AUTH_NONE = 0, PLUGTLS_CLIENT_AUTH_REQUEST = 1, PLUGTLS_CLIENT_AUTH_REQUIRE = 2 };
enum { PLUGTLS_CRL_CHECK_NONE = 0, PLUGTLS_CRL_CHECK_LEAF = 1, PLUGTLS_CRL_CHECK_CHAIN = 2 };
enum { PLUGTLS_OCSP_NONE = 0, PLUGTLS_OCSP_REQUEST = 1, PLUGTLS_OCSP_REQUIRE = 2 };
enum { PLUGTLS_HASH_SHA256 = 1, PLUGTLS_HASH_SHA384 = 2 };

/* plugtls_config.flags */
enum {
  PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION = 1,    /* S1 off: neither chain nor name is checked */
  PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK = 2,  /* S31: the chain is checked, the name is not */
  PLUGTLS_CONFIG_INSECURE_ALLOW_KEYLOG_ENV = 4,   /* B9: $SSLKEYLOGFILE is obeyed (by libplugtls) */
  PLUGTLS_CONFIG_VERIFY_TIME = 8,                 /* verify_time is used instead of the clock */
  PLUGTLS_CONFIG_NO_RESUMPTION = 16,              /* neither offer nor accept resumption */
  PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH = 32
};

/* A key that encrypts session tickets (B6). The first of a list encrypts, all decrypt. */
typedef struct plugtls_ticket_key {
  uint32_t size;
  uint32_t reserved;
  uint8_t name[16]; /* sent in the clear, tells keys apart */
  uint8_t key[64];  /* 32 bytes cipher key, 32 bytes MAC key; uniformly random */
} plugtls_ticket_key;

/* An external pre-shared key offered by a client (B10). */
typedef struct plugtls_psk {
  uint32_t size;
  uint32_t hash; /* PLUGTLS_HASH_... */
  plugtls_bytes identity;
  plugtls_bytes key;
} plugtls_psk;

/* What a context is built from. Plain data; everything pointed to is borrowed for the call, signers
 * excepted. Zero means "not asked for" throughout, and the zero configuration is the safe one: TLS 1.2 at
 * least, the peer's chain and name verified against the system's store. */
typedef struct plugtls_config {
  uint32_t size;
  uint32_t role;           /* PLUGTLS_ROLE_... */
  uint64_t flags;          /* PLUGTLS_CONFIG_... */

  uint16_t version_min;    /* PLUGTLS_VERSION_...; UNSET: TLS 1.2 */
  uint16_t version_max;    /* UNSET: the highest the backend has */
  uint32_t client_auth;    /* PLUGTLS_CLIENT_AUTH_...; servers only */
  int64_t verify_time;     /* with PLUGTLS_CONFIG_VERIFY_TIME */
  uint32_t verify_depth;   /* most intermediates between leaf and anchor; 0: 10 */
  uint32_t crl_check;      /* PLUGTLS_CRL_CHECK_... */
  uint32_t ocsp;           /* PLUGTLS_OCSP_... */
  uint32_t record_size_limit; /* bytes of plaintext per record sent; 0: the protocol's 16384 */
  uint32_t early_data_max; /* servers: bytes of early data accepted; clients: non-zero allows sending; 0: none */
  uint32_t ticket_lifetime_s; /* servers; 0: 7200 */

  const uint16_t *cipher_suites;     /* in order of preference; count 0: the backend's defaults */
  const uint16_t *groups;
  const uint16_t *signature_schemes;
  const plugtls_bytes *alpn;         /* protocol names, in order of preference (S4) */
  const plugtls_identity *const *identities;
  const plugtls_source *const *trust;/* count 0: the system's store */
  const plugtls_source *const *crls;
  const plugtls_ticket_key *const *ticket_keys;
  const plugtls_psk *const *psks;

  uint32_t cipher_suite_count;
  uint32_t group_count;
  uint32_t signature_scheme_count;
  uint32_t alpn_count;
  uint32_t identity_count;
  uint32_t trust_count;
  uint32_t crl_count;
  uint32_t ticket_key_count;
  uint32_t psk_count;
  uint32_t ticket_count;             /* servers: TLS 1.3 tickets sent after a handshake; 0: 2 */
} plugtls_config;

/* ---- Transport ------------------------------------------------------------------------------------ */

/* How a connection moves ciphertext: two functions of the caller's. The struct is copied; `user` must
 * outlive the connection. Each moves at least one byte and answers PLUGTLS_OK, or moves none and answers:
 *   read:  PLUGTLS_WANT_READ, PLUGTLS_CLOSED (end of stream), PLUGTLS_FAILED
 *   write: PLUGTLS_WANT_WRITE, PLUGTLS_FAILED
 * `last_os_error` (or NULL) tells the errno behind the newest PLUGTLS_FAILED; it is asked at once. */
typedef struct plugtls_transport {
  uint32_t size;
  uint32_t reserved;
  void *user;
  plugtls_status (*read)(void *user, void *buffer, size_t capacity, size_t *out_size);
  plugtls_status (*write)(void *user, const void *data, size_t size, size_t *out_size);
  int32_t (*last_os_error)(void *user);
} plugtls_transport;

/* ---- Facts about a connection ------------------------------------------------------------------------ */

enum { PLUGTLS_EARLY_DATA_NONE = 0, PLUGTLS_EARLY_DATA_REJECTED = 1, PLUGTLS_EARLY_DATA_ACCEPTED = 2 };

/* What was negotiated. Zero and empty before the handshake has settled it. */
typedef struct plugtls_connection_info {
  uint32_t size;
  uint16_t version;            /* S14 */
  uint16_t cipher_suite;       /* S12 */
  uint16_t group;              /* key exchange group, 0 if unknown or RSA key transport */
  uint16_t signature_scheme;   /* the peer's CertificateVerify or ServerKeyExchange signature, 0 if none */
  uint32_t resumed;            /* 1: an earlier session was resumed */
  uint32_t handshake_done;     /* 1: application data may flow */
  uint32_t early_data;         /* PLUGTLS_EARLY_DATA_... */
  plugtls_bytes alpn;          /* S13; empty if none; owned by the connection, good until it is freed */
  plugtls_bytes server_name;   /* SNI as sent (A-label), empty if none; same lifetime */
} plugtls_connection_info;

/* ---- Verification -------------------------------------------------------------------------------------- */

enum { PLUGTLS_SUBJECT_DNS = 1, PLUGTLS_SUBJECT_IP = 2 };

/* One acceptable subject. DNS: the A-label name without trailing dot. IP: 4 or 16 bytes, network order. Frozen. */
typedef struct plugtls_subject {
  uint32_t kind;
  uint32_t reserved;
  plugtls_bytes value;
} plugtls_subject;

/* What a verification callback answers. */
enum {
  PLUGTLS_VERIFY_KEEP = 0,            /* the backend's verdict stands */
  PLUGTLS_VERIFY_REJECT = 1,          /* refuse; the code is PLUGTLS_E_CERT_REJECTED unless the callback sets another */
  PLUGTLS_VERIFY_INSECURE_ACCEPT = 2, /* accept whatever the backend thinks (own pinning, say) */
  PLUGTLS_VERIFY_PENDING = 3          /* ask again on the next call; needs PLUGTLS_FEATURE_SUSPEND */
};

/* What a verification callback, and offline verification, see. Views are good during the call. */
typedef struct plugtls_verdict {
  uint32_t size;
  int32_t code;                    /* PLUGTLS_E_NONE: good; else PLUGTLS_E_CERT_... */
  int32_t certificate_depth;       /* of the certificate the code is about, or -1 */
  uint32_t chain_count;
  const plugtls_bytes *chain;      /* DER as the peer sent it, leaf first */
  const plugtls_bytes *verified;   /* DER leaf to anchor if a path was built, else NULL */
  uint32_t verified_count;
  uint32_t reserved;
  plugtls_bytes ocsp_response;     /* the staple, or empty */
} plugtls_verdict;

enum { PLUGTLS_PURPOSE_SERVER = 1, PLUGTLS_PURPOSE_CLIENT = 2 };

/* A chain to verify without a connection (B7). Trust anchors, CRLs, time and depth come from a
 * plugtls_config given beside it. */
typedef struct plugtls_verify_request {
  uint32_t size;
  uint32_t purpose;                     /* PLUGTLS_PURPOSE_...: whose certificate it is */
  const plugtls_source *const *chain;   /* leaf first */
  const plugtls_subject *subjects;      /* any one must match; count 0: the name is not checked */
  uint32_t chain_count;
  uint32_t subject_count;
  plugtls_bytes ocsp_response;
} plugtls_verify_request;

/* Facts about a session. */
typedef struct plugtls_session_info {
  uint32_t size;
  uint16_t version;
  uint16_t cipher_suite;
  int64_t created;       /* Unix seconds */
  int64_t expires;
  uint32_t early_data_max;
  uint32_t reserved;
} plugtls_session_info;

/* Which chain, which list, which value: small vocabularies of query functions. */
enum { PLUGTLS_CHAIN_PEER = 1, PLUGTLS_CHAIN_VERIFIED = 2 };
enum {
  PLUGTLS_LIST_CIPHER_SUITES = 1,
  PLUGTLS_LIST_GROUPS = 2,
  PLUGTLS_LIST_SIGNATURE_SCHEMES = 3,
  PLUGTLS_LIST_VERSIONS = 4
};
enum {
  PLUGTLS_VALUE_FLAGS = 1,            /* PLUGTLS_CONFIG_... in force */
  PLUGTLS_VALUE_CLIENT_AUTH = 2,
  PLUGTLS_VALUE_VERIFY_DEPTH = 3,
  PLUGTLS_VALUE_RECORD_SIZE_LIMIT = 4,
  PLUGTLS_VALUE_EARLY_DATA_MAX = 5,
  PLUGTLS_VALUE_TICKET_LIFETIME = 6,
  PLUGTLS_VALUE_TICKET_COUNT = 7,
  PLUGTLS_VALUE_CRL_CHECK = 8,
  PLUGTLS_VALUE_OCSP = 9,
  PLUGTLS_VALUE_TRUST_ANCHORS = 10,   /* how many */
  PLUGTLS_VALUE_IDENTITIES = 11
};
enum { PLUGTLS_BINDING_TLS_EXPORTER = 1, PLUGTLS_BINDING_TLS_SERVER_END_POINT = 2 };
enum { PLUGTLS_KEY_UPDATE_REQUEST_PEER = 1 };

enum {
  PLUGTLS_LOG_ERROR = 1,
  PLUGTLS_LOG_WARNING = 2,
  PLUGTLS_LOG_INFO = 3,
  PLUGTLS_LOG_DEBUG = 4
};

#ifdef __cplusplus
}
#endif

#endif
