// SPDX-License-Identifier: Apache-2.0
// Counts what the process allocates while it is looked at. Linking it in replaces malloc and operator new.
#ifndef PLUGTLS_TESTS_SUPPORT_ALLOCATIONS_HPP
#define PLUGTLS_TESTS_SUPPORT_ALLOCATIONS_HPP

#include <cstdint>

namespace support {

struct Allocations {
  uint64_t mallocs = 0;  // malloc, calloc, realloc; operator new included
  uint64_t news = 0;     // operator new alone
};

// Since the process began.
Allocations allocations();

}  // namespace support

#endif
