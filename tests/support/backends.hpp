// SPDX-License-Identifier: Apache-2.0
// Which backends the cases run over: every one the default registry lists. No case knows a backend by name.
#ifndef PLUGTLS_TESTS_SUPPORT_BACKENDS_HPP
#define PLUGTLS_TESTS_SUPPORT_BACKENDS_HPP

#include "handles.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace support {

// $PLUGTLS_TEST_BACKENDS, comma-separated, or every backend found. Throws if there is none: a run over nothing
// would be green.
std::vector<std::string> backend_names();

// Throws Failure.
plugtls_backend *open_backend(const std::string &name);

uint32_t level(const std::string &backend, uint32_t feature);
inline bool supports(const std::string &backend, uint32_t feature) {
  return level(backend, feature) != PLUGTLS_NO;
}
std::vector<uint16_t> list(const std::string &backend, uint32_t which);

// Who is client and who is server. The same twice is conformance, two different ones interoperability.
struct Ends {
  std::string client;
  std::string server;
  bool support(uint32_t feature) const {
    return supports(client, feature) && supports(server, feature);
  }
};
std::vector<Ends> every_pair();

}  // namespace support

#endif
