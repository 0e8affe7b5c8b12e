// SPDX-License-Identifier: Apache-2.0
#include "thread_cache.hpp"

#include "library.hpp"

#include <wolfssl/wolfcrypt/ecc.h>

namespace plugtls::wolfssl {

namespace {

// Only where the tables are a thread's own (HAVE_THREAD_LS): others' may be in use.
struct CurveTables {
  CurveTables() = default;
  CurveTables(const CurveTables &) = delete;
  CurveTables &operator=(const CurveTables &) = delete;
  ~CurveTables() {
#if defined(FP_ECC) && defined(HAVE_THREAD_LS)
    wc_ecc_fp_free();
#endif
  }
};

}  // namespace

void free_curve_tables_with_thread() noexcept {
  static thread_local const CurveTables tables;
  (void)tables;
}

}  // namespace plugtls::wolfssl
