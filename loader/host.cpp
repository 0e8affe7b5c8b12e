// SPDX-License-Identifier: Apache-2.0
// What libplugtls offers to backends.
#include "backend.hpp"
#include "environment.hpp"
#include "log.hpp"

#include <string.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>

namespace plugtls::loader {

namespace {

// Debian, Ubuntu, Alpine, Arch; Fedora, RHEL; openSUSE; older RHEL.
constexpr std::array bundles{"/etc/ssl/certs/ca-certificates.crt",
                             "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                             "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"};

// Backends outlive every registry, so their words go where the environment says.
void log_for_backend(void *, int32_t level, const char *message) noexcept try {
  const Log log(nullptr, nullptr, Log::level_from_name(secure_getenv("PLUGTLS_LOG")));
  log(level, message);
} catch (const std::exception &) {
  // Out of memory: a word is lost, and nothing else.
}

int64_t now(void *) {
  return static_cast<int64_t>(std::time(nullptr));
}

}  // namespace

const char *system_trust_bundle(void *) {
  const char *named = secure_getenv("SSL_CERT_FILE");
  if (named != nullptr && *named != '\0') return named;
  for (const char *bundle : bundles)
    if (access(bundle, R_OK) == 0) return bundle;
  return nullptr;
}

plugtls_host make_host(const plugtls_backend_export *inner) {
  return {sizeof(plugtls_host),
          PLUGTLS_ABI_MAJOR,
          PLUGTLS_ABI_MINOR,
          nullptr,
          &log_for_backend,
          &plugtls_secure_wipe,
          &system_trust_bundle,
          &now,
          inner};
}

}  // namespace plugtls::loader

extern "C" void plugtls_secure_wipe(void *data, size_t size) {
  if (size > 0) explicit_bzero(data, size);
}
