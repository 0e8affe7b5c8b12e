// SPDX-License-Identifier: Apache-2.0
// A host that exports functions of OpenSSL's names, as programs do that carry a TLS library of their own and are
// linked with -rdynamic. The dynamic linker hands them to the backend; libplugtls has to notice, and name the host.
#include "report.h"

static void with_each(void *user, const char *name) {
  report_interposed(user, name, "was captured by the program itself (");
  report_interposed(user, name, "/isolation_exports), which exports");
}

int main(void) {
  report r = {0, 0};
  report_check(&r, exchange_for_each_backend(with_each, &r) > 0, "backends", "there are some");
  return report_end(&r);
}
