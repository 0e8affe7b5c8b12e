// SPDX-License-Identifier: Apache-2.0
// Standard input to the peer, the peer to standard output, both at once.
#pragma once

#include <plugtls/plugtls.hpp>

namespace plugtls::tools {

enum class AtEndOfInput {
  half_close,  // send close_notify, go on reading
  wait,        // send it after the peer's: some servers take a half-close for the end of everything
};

// Returns at the authenticated end of the peer's data, after our close_notify. Throws TlsError: truncation is TruncatedError, a passed deadline errc::timed_out.
void pump(TlsSocket &socket, Socket::Deadline deadline, AtEndOfInput at_end);

}  // namespace plugtls::tools
