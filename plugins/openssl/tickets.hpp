// SPDX-License-Identifier: Apache-2.0
// Session tickets of servers: their keys, their lifetime (RFC 5077; RFC 8446, 4.6.1).
#pragma once

#include <plugtls/backend.h>

struct plugtls_backend_context;

namespace plugtls::openssl {

// Puts tickets as the configuration has them into force, or switches them off.
void set_tickets(plugtls_backend_context &context, const plugtls_config &config);

plugtls_status context_set_ticket_keys(plugtls_backend_context *context,
                                       const plugtls_ticket_key *const *keys, size_t count,
                                       plugtls_error *err);

}  // namespace plugtls::openssl
