// SPDX-License-Identifier: Apache-2.0
#include "plugtls/plugtls.h"

extern "C" uint32_t plugtls_version(void) {
  return PLUGTLS_VERSION_MAJOR << 16 | PLUGTLS_VERSION_MINOR << 8 | PLUGTLS_VERSION_PATCH;
}
