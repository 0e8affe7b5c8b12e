// SPDX-License-Identifier: Apache-2.0
// A chain, verified without a connection (B7).
#pragma once

#include <plugtls/backend.h>

plugtls_status verify_chain(plugtls_backend_instance *instance, const plugtls_config *config,
                            const plugtls_verify_request *request, int32_t *out_code,
                            int32_t *out_depth, plugtls_error *err);
