// SPDX-License-Identifier: Apache-2.0
#ifndef PLUGTLS_TESTS_BENCH_TWINS_HPP
#define PLUGTLS_TESTS_BENCH_TWINS_HPP

#include "ring.hpp"

#include <plugtls/plugtls.h>

#include <memory>

namespace bench {

// A transport of the C API over a pipe.
plugtls_transport transport_over(Pipe *pipe);

// Over libplugtls with the OpenSSL backend. Throw if they cannot connect.
std::unique_ptr<Twin> plugtls_twin();  // on the C API
std::unique_ptr<Twin> facade_twin();   // on the C++ facade
// Straight on libssl. `clear_errors`: with the ERR_clear_error() before each call that SSL_get_error(3) demands.
std::unique_ptr<Twin> raw_twin(bool clear_errors);

}  // namespace bench

#endif
