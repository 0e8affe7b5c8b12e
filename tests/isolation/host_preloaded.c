// SPDX-License-Identifier: Apache-2.0
// A host that did nothing wrong, with a library preloaded that has functions of OpenSSL's names.
#include "report.h"

#include <stdlib.h>

static void with_each(void *user, const char *name) {
  report_interposed(user, name, "libplugtls_fake_openssl.so");
}

int main(void) {
  report r = {0, 0};
  const char *preloaded = getenv("LD_PRELOAD");
  report_check(&r, preloaded != NULL && strstr(preloaded, "fake_openssl") != NULL, "LD_PRELOAD",
               "is set");
  report_check(&r, exchange_for_each_backend(with_each, &r) > 0, "backends", "there are some");
  return report_end(&r);
}
