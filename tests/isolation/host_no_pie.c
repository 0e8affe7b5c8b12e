// SPDX-License-Identifier: Apache-2.0
// A host of a fixed address that takes the address of SSL_new. In such a program the address of the function is, in
// the whole process, that of an entry in the program's procedure linkage table: it looks as if the program had
// captured the symbol, and has not, for calls still reach OpenSSL.
#include "report.h"

#include <openssl/ssl.h>

#include <dlfcn.h>

static SSL *(*volatile taken)(SSL_CTX *);

/* The image an address lies in. */
static const void *image_of(const void *address) {
  Dl_info info;
  return dladdr(address, &info) != 0 ? info.dli_fbase : NULL;
}

int main(void) {
  report r = {0, 0};
  taken = SSL_new;
  SSL *(*function)(SSL_CTX *) = taken;
  const void *address;
  memcpy(&address, &function, sizeof address);
  report_check(&r, image_of(address) == image_of("text"), "host", "is where SSL_new seems to be");
  report_check(&r, exchange_for_each_backend(report_works, &r) > 0, "backends", "there are some");
  return report_end(&r);
}
