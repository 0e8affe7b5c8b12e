// SPDX-License-Identifier: Apache-2.0
// What the child process can be asked to measure. Each takes its request and returns its answer, or throws.
#pragma once

#include "report.hpp"

#include <plugtls/plugtls.hpp>

#include <string>

namespace plugtls::tools::compare {

Json measure_description(const Json &request);   // features.cpp
Json measure_client_hello(const Json &request);  // features.cpp
Json measure_interop(const Json &request);       // interop.cpp
Json measure_verdicts(const Json &request);      // verify.cpp
Json measure_host(const Json &request);          // host.cpp
Json measure_handshakes(const Json &request);    // handshakes.cpp
Json measure_throughput(const Json &request);    // throughput.cpp
Json measure_loopback(const Json &request);      // loopback.cpp
Json measure_heap(const Json &request);          // memory.cpp
Json measure_resident(const Json &request);      // memory.cpp
Json measure_loading(const Json &request);       // memory.cpp
Json measure_startup(const Json &request);       // startup.cpp
Json measure_disk(const Json &request);          // startup.cpp

// How many are not counted, while caches fill; and how many are, however long they take.
inline constexpr int handshakes_before = 2;
inline constexpr int fewest_handshakes = 3;

inline Backend open_backend(const Json &request, const char *key = "backend") {
  return Backend::open(request.at(key).get<std::string>());
}

}  // namespace plugtls::tools::compare
