// SPDX-License-Identifier: Apache-2.0
// Trust anchors and CRLs.
#pragma once

#include "context.h"

void store_init(struct store *store);
void store_free(struct store *store);
plugtls_status store_read(struct store *store, const plugtls_config *config,
                          const plugtls_host *host, plugtls_error *err);
