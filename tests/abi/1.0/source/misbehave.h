// SPDX-License-Identifier: Apache-2.0
/* What a library may do when it is loaded, when it is entered and when it is used, by variant. */
#ifndef PLUGTLS_TESTS_MOCK_MISBEHAVE_H
#define PLUGTLS_TESTS_MOCK_MISBEHAVE_H

#include <plugtls/backend.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Widens the window in which threads may enter at once. */
static inline void mock_sleep_if_asked(void) {
  const char *text = getenv("PLUGTLS_MOCK_ENTRY_DELAY_MS");
  if (text == NULL) return;
  const struct timespec time = {.tv_sec = 0, .tv_nsec = strtol(text, NULL, 10) * 1000000};
  nanosleep(&time, NULL);
}

static inline void mock_misbehave(void) {
#if defined(MOCK_ENTRY_CRASHES)
  abort();
#elif defined(MOCK_ENTRY_HANGS)
  for (;;)
    pause();
#elif defined(MOCK_ENTRY_PRINTS)
  puts("words where nobody expects them");
  fflush(stdout);
#endif
}

#if defined(MOCK_CONSTRUCTOR_CRASHES)
__attribute__((constructor)) static void crash(void) {
  abort();
}
#elif defined(MOCK_CONSTRUCTOR_HANGS)
__attribute__((constructor)) static void hang(void) {
  for (;;)
    pause();
}
#endif

/* ---- Backends that open, and then take their process with them or do not come back ---- */

#if defined(MOCK_CRASHES) || defined(MOCK_HANGS) || defined(MOCK_BABBLES)
#  define MOCK_IS_FATAL
static plugtls_status be_fatal(void) {
#  ifdef MOCK_CRASHES
  fputs("the mock crashes, as it is meant to\n", stderr);
  abort();
#  elif defined(MOCK_HANGS)
  while (pause() != 0)
    continue;
  return PLUGTLS_FAILED;
#  else
  /* Whatever descriptor the host may listen on. */
  for (int fd = 3; fd < 16; ++fd)
    if (write(fd, "babble", 6) < 0) continue;
  _exit(0);
#  endif
}

static plugtls_status fatal_context_create(plugtls_backend_instance *instance,
                                           const plugtls_config *config,
                                           const plugtls_backend_callbacks *callbacks,
                                           plugtls_backend_context **out, plugtls_error *err) {
  (void)instance, (void)config, (void)callbacks, (void)out, (void)err;
  return be_fatal();
}

static plugtls_status fatal_verify_chain(plugtls_backend_instance *instance,
                                         const plugtls_config *config,
                                         const plugtls_verify_request *request, int32_t *out_code,
                                         int32_t *out_depth, plugtls_error *err) {
  (void)instance, (void)config, (void)request, (void)out_code, (void)out_depth, (void)err;
  return be_fatal();
}
#endif

#endif
