// SPDX-License-Identifier: Apache-2.0
// What a session may not outlive: the settings it was made under.
#pragma once

#include "context.hpp"
#include "digest.hpp"

namespace plugtls::wolfssl {

// Of everything that decides whether a handshake succeeds and what comes of it: versions, algorithms, identities,
// verification. Contexts of equal settings have equal digests, in other processes too, so that servers that share
// ticket keys resume each other's sessions.
Digest settings_digest(const plugtls_backend_context &context, const plugtls_config &config);

// Of whom a client means to talk to: a session made with one host is not offered to another.
Digest peer_digest(const plugtls_peer &peer, bool name_checked);

}  // namespace plugtls::wolfssl
