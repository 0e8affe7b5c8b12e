// SPDX-License-Identifier: Apache-2.0
#ifndef PLUGTLS_TESTS_BENCH_TWINS_HPP
#define PLUGTLS_TESTS_BENCH_TWINS_HPP

#include "ring.hpp"

#include <memory>

namespace bench {

// Over libplugtls with the OpenSSL backend. Throws if it cannot connect.
std::unique_ptr<Twin> plugtls_twin();
// Straight on libssl. `clear_errors`: with the ERR_clear_error() before each call that SSL_get_error(3) demands.
std::unique_ptr<Twin> raw_twin(bool clear_errors);

}  // namespace bench

#endif
