/* SPDX-License-Identifier: Apache-2.0
 *
 * How a host program says what it found: a line for each check, and an exit status.
 */
#ifndef PLUGTLS_TESTS_ISOLATION_REPORT_H
#define PLUGTLS_TESTS_ISOLATION_REPORT_H

#include "exchange.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  int checks, failures;
} report;

static inline void report_check(report *r, int good, const char *what, const char *about) {
  ++r->checks;
  if (!good) ++r->failures;
  printf("%s %s: %s\n", good ? "ok    " : "FAILED", what, about);
}

static inline int report_end(const report *r) {
  printf("%d checks, %d failures\n", r->checks, r->failures);
  return r->checks == 0 || r->failures != 0;
}

/* That the backend works in this host. */
static inline void report_works(void *user, const char *name) {
  plugtls_error error;
  const int good = exchange_run(name, "server.test", &error);
  report_check((report *)user, good, name, good ? "works" : error.message);
}

/* Whether a backend's library is of the OpenSSL family, whose names these hosts take. */
static inline int uses_openssl_names(const char *name) {
  return strcmp(name, "openssl") == 0;
}

/* That the backend is refused because `culprit` captured its calls; those that call nothing of these names work. */
static inline void report_interposed(void *user, const char *name, const char *culprit) {
  plugtls_error error;
  if (!uses_openssl_names(name)) {
    report_works(user, name);
    return;
  }
  const int good = exchange_run(name, "server.test", &error);
  report_check((report *)user, !good, name,
               good ? "works, with the wrong functions" : error.message);
  report_check((report *)user, error.code == PLUGTLS_E_SYMBOL_INTERPOSED, name,
               plugtls_error_name(error.code));
  report_check((report *)user, strstr(error.message, culprit) != NULL, "names the culprit",
               culprit);
}

#endif
