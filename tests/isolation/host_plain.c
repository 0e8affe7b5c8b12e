// SPDX-License-Identifier: Apache-2.0
// A host that has nothing to do with any TLS library: every backend works in it, one after the other.
#include "report.h"

int main(void) {
  report r = {0, 0};
  report_check(&r, exchange_for_each_backend(report_works, &r) > 0, "backends", "there are some");
  return report_end(&r);
}
