// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace plugtls::wolfssl {

// wolfCrypt keeps tables of curve points for each thread that uses a curve, megabytes of them, and frees them only where
// the thread says so before it ends. A program's threads know nothing of wolfSSL: from here on this one does it by itself.
void free_curve_tables_with_thread() noexcept;

}  // namespace plugtls::wolfssl
