// SPDX-License-Identifier: Apache-2.0
#ifndef PLUGTLS_TESTS_BENCH_TWINS_HPP
#define PLUGTLS_TESTS_BENCH_TWINS_HPP

#include "ring.hpp"

#include <plugtls/plugtls.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace bench {

// A transport of the C API over a pipe.
plugtls_transport transport_over(Pipe *pipe);

// The number of the suite that every twin uses, and what each is built for: TLS 1.3, an ECDSA P-256 chain of three, verified
// with the server's name.
constexpr uint16_t tls_aes_256_gcm_sha384 = 0x1302;

// Over libplugtls with the backend of this program, BENCH_BACKEND. Throw if they cannot be made.
std::unique_ptr<Twin> plugtls_twin();  // on the C API
std::unique_ptr<Twin> facade_twin();   // on the C++ facade
// Straight on the backend's library, what a program would write that uses it itself and nothing it could leave out.
// raw_BACKEND.cpp. nullptr for a kind it does not know; "raw" is known to each.
std::unique_ptr<Twin> raw_twin(std::string_view kind);

}  // namespace bench

#endif
