// SPDX-License-Identifier: Apache-2.0
// Standard input to the peer, the peer to standard output, both at once.
#pragma once

#include <plugtls/plugtls.hpp>

namespace plugtls::tools {

// Returns at the authenticated end of the peer's data, after our close_notify. At the end of standard input it sends
// close_notify and goes on reading. Throws TlsError: truncation is TruncatedError, a passed deadline errc::timed_out.
void pump(TlsSocket &socket, Socket::Deadline deadline);

}  // namespace plugtls::tools
