// SPDX-License-Identifier: Apache-2.0
// An opened backend: process-wide, never destroyed.
#pragma once

#include "plugtls/backend.h"
#include "plugtls/plugtls.h"

#include <string>

struct plugtls_backend {
  plugtls_backend_table table{};  // full: absent optional slots answer "unsupported"
  plugtls_backend_instance *instance = nullptr;
  plugtls_backend_info info{};
  plugtls_backend_export exported{};
  plugtls_host host{};
  std::string name;
  std::string path;
  std::string manifest;
};

namespace plugtls::loader {

// The services every backend is offered.
plugtls_host make_host(const plugtls_backend_export *inner);

// The path $SSL_CERT_FILE or the first known bundle that exists; NULL if there is none.
const char *system_trust_bundle(void *user);

// Copies a backend's table. False, with code and reason, if it breaks the contract.
bool adopt_table(const plugtls_backend_export &exported, plugtls_backend_table &out, int32_t &code,
                 std::string &why);

// Fills the gaps of a table, which must not be those of a declared feature. Asks the backend for its features, which may
// begin its library: not before the anchors were traced.
bool complete_table(const plugtls_backend_instance *instance, plugtls_backend_table &table,
                    std::string &why);

}  // namespace plugtls::loader
