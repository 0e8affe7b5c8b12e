// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "path.h"

// PLUGTLS_E_NONE, or why the certificate with the index `*depth` must not be relied on (RFC 5280, 6.3).
int32_t judge_revocation(const struct path *path, const struct store *store, int64_t now,
                         size_t *depth);
