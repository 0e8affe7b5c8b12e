// SPDX-License-Identifier: Apache-2.0
// What the program exits with, everywhere.
#pragma once

namespace plugtls::tools {

enum class Exit : int {
  good = 0,
  differs = 1,
  usage = 2,
  no_backend = 3,
  certificate_refused = 4,
  tls_failure = 5,
  io_or_time_limit = 6,
};

}  // namespace plugtls::tools
