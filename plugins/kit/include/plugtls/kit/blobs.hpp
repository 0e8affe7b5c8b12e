// SPDX-License-Identifier: Apache-2.0
// Sources that may hold several things, trust anchors and CRLs: files, bytes, directories, the system's store.
#pragma once

#include <plugtls/backend.h>
#include <plugtls/kit/source.hpp>

#include <vector>

namespace plugtls::kit {

inline std::vector<Blob> blobs_of(const plugtls_source &source, const plugtls_host &host) {
  if (source.kind == PLUGTLS_SOURCE_DIRECTORY) return read_directory(path_of(source.bytes));
  std::vector<Blob> out;
  if (source.kind != PLUGTLS_SOURCE_SYSTEM) {
    out.push_back(read_source(source));
    return out;
  }
  const char *bundle = host.system_trust_bundle(host.user);
  if (bundle == nullptr)
    raise(PLUGTLS_E_TRUST_STORE_EMPTY,
          "this system has no bundle of trust anchors; install ca-certificates, or give a trust "
          "store");
  out.push_back(read_file(bundle));
  return out;
}

// Where a configuration's trust anchors come from; the system's store where it names none.
inline std::vector<plugtls_source> trust_of(const plugtls_config &config) {
  std::vector<plugtls_source> out;
  for (std::uint32_t i = 0; i < config.trust_count; ++i)
    out.push_back(*config.trust[i]);
  if (!out.empty()) return out;
  plugtls_source system{};
  system.size = sizeof system;
  system.kind = PLUGTLS_SOURCE_SYSTEM;
  out.push_back(system);
  return out;
}

}  // namespace plugtls::kit
