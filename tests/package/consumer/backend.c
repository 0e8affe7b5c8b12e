/* A backend that refuses to work: enough to show that an installed libplugtls finds it, opens it and
 * repeats its reason. */
#include <plugtls/backend.h>

#include <stdio.h>

__attribute__((visibility("default"))) plugtls_status plugtls_backend_entry(
    const plugtls_host *host, plugtls_backend_export *out, plugtls_error *err) {
  (void)host;
  (void)out;
  err->code = PLUGTLS_E_BACKEND_REFUSED;
  snprintf(err->message, sizeof err->message, "this backend was built outside of plugtls");
  return PLUGTLS_FAILED;
}
