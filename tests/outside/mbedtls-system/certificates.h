// SPDX-License-Identifier: Apache-2.0
// Sources of certificates and keys, read when a context is made (P-CTX-1).
#pragma once

#include "context.h"

plugtls_status read_identity(plugtls_backend_context *context, const plugtls_identity *identity,
                             plugtls_error *err);
plugtls_status read_anchors(plugtls_backend_context *context, const plugtls_config *config,
                            plugtls_error *err);
