/* SPDX-License-Identifier: Apache-2.0
 *
 * What every host program of these tests does with plugtls: opens each backend of the build tree, and carries a
 * handshake and some data between a client and a server in memory. C, so that hosts of either language use it.
 */
#ifndef PLUGTLS_TESTS_ISOLATION_EXCHANGE_H
#define PLUGTLS_TESTS_ISOLATION_EXCHANGE_H

#include <plugtls/plugtls.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Called once for each backend there is. */
typedef void (*exchange_with_each)(void *user, const char *name);

/* Returns how many there were; 0 also if there is no registry. */
int exchange_for_each_backend(exchange_with_each callback, void *user);

/* 1: handshake and data went through. 0: not, and `err` says why (PLUGTLS_E_NONE: the data arrived changed, or
 * errno did not survive a call). `hostname` is "server.test" for success. */
int exchange_run(const char *name, const char *hostname, plugtls_error *err);

#ifdef __cplusplus
}
#endif

#endif
