// SPDX-License-Identifier: Apache-2.0
/// The whole facade. Start with Backend, ClientConfig and ClientContext, or ServerConfig and ServerContext.
///
/// Rules, stated once: values may be copied freely and used by one thread at a time; a Context, once built, by many; a
/// connection by one at a time. Functions throw TlsError and its subclasses unless they are noexcept. What a backend cannot
/// do is an UnsupportedError naming feature and backend. What weakens security has "insecure" in its name.
#ifndef PLUGTLS_PLUGTLS_HPP
#define PLUGTLS_PLUGTLS_HPP

#include "plugtls/alert.hpp"
#include "plugtls/backend.hpp"
#include "plugtls/certificate.hpp"
#include "plugtls/cipher_suite.hpp"
#include "plugtls/config.hpp"
#include "plugtls/connection.hpp"
#include "plugtls/context.hpp"
#include "plugtls/error.hpp"
#include "plugtls/feature.hpp"
#include "plugtls/group.hpp"
#include "plugtls/listener.hpp"
#include "plugtls/memory_buffer.hpp"
#include "plugtls/next_protocol.hpp"
#include "plugtls/pinning.hpp"
#include "plugtls/policy.hpp"
#include "plugtls/private_key.hpp"
#include "plugtls/registry.hpp"
#include "plugtls/reloading_context.hpp"
#include "plugtls/secret.hpp"
#include "plugtls/session.hpp"
#include "plugtls/session_cache.hpp"
#include "plugtls/signature_scheme.hpp"
#include "plugtls/socket.hpp"
#include "plugtls/status.hpp"
#include "plugtls/ticket_key_file.hpp"
#include "plugtls/tls_buffer.hpp"
#include "plugtls/tls_socket.hpp"
#include "plugtls/tls_stream.hpp"
#include "plugtls/tls_version.hpp"
#include "plugtls/trust_store.hpp"
#include "plugtls/verification.hpp"
#include "plugtls/verify.hpp"

#endif
