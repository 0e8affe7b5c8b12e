// SPDX-License-Identifier: Apache-2.0
/*
 * The toy protocol of the mock backends: the shape of TLS (hello, verification, records, alerts, close_notify,
 * sessions) without any secrecy. It exists so that libplugtls can be driven from end to end with no TLS library.
 *
 * A frame is a type, a length of two bytes and that many bytes. The client's hello carries the server name and its
 * ALPN list, the server's the chosen protocol and its certificate, which is the text "cert:NAME".
 */
#ifndef PLUGTLS_TESTS_MOCK_TOY_H
#define PLUGTLS_TESTS_MOCK_TOY_H

#include <plugtls/backend.h>

/* What plugtls_backend_list() answers for this number is not a list but the mock's counters. */
enum {
  TOY_COUNTERS_LIST = 0x4d4f
};
enum {
  TOY_COUNT_ENTRY,
  TOY_COUNT_CONTEXT_CREATE,
  TOY_COUNT_CONTEXT_FREE,
  TOY_COUNT_CONNECTION_CREATE,
  TOY_COUNT_CONNECTION_FREE,
  TOY_COUNT_HANDSHAKE,
  TOY_COUNT_READ,
  TOY_COUNT_WRITE,
  TOY_COUNT_SHUTDOWN,
  TOY_COUNT_SESSION_CREATE,
  TOY_COUNT_SESSION_FREE,
  TOY_COUNT_VERIFY_CHAIN,
  TOY_COUNT_OF
};

/* An ALPN name in a configuration that makes context_create, or what is made from the context, misbehave. */
#define TOY_SCRIPT_FAIL_CONTEXT "mock/fail-context" /* FAILED with a reason of its own */
#define TOY_SCRIPT_EMPTY_ERROR "mock/empty-error"   /* FAILED without a word */
#define TOY_SCRIPT_NO_OBJECT "mock/no-object"       /* OK without a context */
/* OK without a connection or a session, from a context made so */
#define TOY_SCRIPT_NO_CONNECTION "mock/no-connection"
#define TOY_SCRIPT_NO_SESSION "mock/no-session"
#define TOY_SCRIPT_LONG_MESSAGE "mock/long-message" /* FAILED with a message without its NUL */

void toy_count(unsigned counter);
size_t toy_counters(uint16_t *out, size_t capacity);

/* Fills an error as far as its size allows; every error of the mock goes through here. */
void toy_error(plugtls_error *err, int32_t code, const char *message);

/* Fills all slots that do not depend on the variant. */
void toy_fill_table(plugtls_backend_table *table);

#endif
