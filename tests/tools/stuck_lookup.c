// SPDX-License-Identifier: Apache-2.0
// A name server that never answers, for a program that is started with it preloaded.
#define _POSIX_C_SOURCE 200809L /* struct addrinfo */
#include <netdb.h>
#include <unistd.h>

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **out) {
  (void)name;
  (void)service;
  (void)hints;
  (void)out;
  for (;;)
    pause();
}
