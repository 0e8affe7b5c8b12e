// SPDX-License-Identifier: Apache-2.0
/* What a library may do when it is loaded and when it is entered, by variant. */
#ifndef PLUGTLS_TESTS_MOCK_MISBEHAVE_H
#define PLUGTLS_TESTS_MOCK_MISBEHAVE_H

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

#endif
