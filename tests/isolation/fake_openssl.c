// SPDX-License-Identifier: Apache-2.0
// Functions with OpenSSL's names that are not OpenSSL's, as another TLS library in the process would have them. A
// backend that comes to call one would be using the wrong library; here it would abort.
#include <stdio.h>
#include <stdlib.h>

#define FAKE(name)                                        \
  __attribute__((visibility("default"))) void name(void); \
  void name(void) {                                       \
    fputs("the fake " #name " was called\n", stderr);     \
    abort();                                              \
  }

FAKE(SSL_CTX_new)
FAKE(SSL_CTX_free)
FAKE(SSL_new)
FAKE(SSL_free)
FAKE(SSL_read)
FAKE(SSL_read_ex)
FAKE(SSL_write)
FAKE(SSL_write_ex)
FAKE(SSL_connect)
FAKE(SSL_accept)
FAKE(SSL_do_handshake)
FAKE(SSL_get_error)
FAKE(SSL_shutdown)
FAKE(EVP_PKEY_free)
FAKE(EVP_DigestInit_ex)
FAKE(X509_free)
FAKE(X509_verify_cert)
FAKE(X509_STORE_new)
