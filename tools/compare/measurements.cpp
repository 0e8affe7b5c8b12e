// SPDX-License-Identifier: Apache-2.0
#include "measurements.hpp"

#include "child.hpp"

#include <stdexcept>

namespace plugtls::tools::compare {

Measurement find_measurement(const std::string &name) {
  struct Named {
    const char *name;
    Json (*function)(const Json &);
  };
  static constexpr Named all[] = {
      {"description", measure_description},
      {"client_hello", measure_client_hello},
      {"interop", measure_interop},
      {"verdicts", measure_verdicts},
      {"host", measure_host},
      {"handshakes", measure_handshakes},
      {"throughput", measure_throughput},
      {"loopback", measure_loopback},
      {"heap", measure_heap},
      {"resident", measure_resident},
      {"startup", measure_startup},
      {"disk", measure_disk},
      {"loading", measure_loading},
  };
  for (const Named &each : all)
    if (name == each.name) return each.function;
  throw std::runtime_error("there is no measurement '" + name + "'");
}

}  // namespace plugtls::tools::compare
