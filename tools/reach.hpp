// SPDX-License-Identifier: Apache-2.0
// Connecting within a time limit that nothing is excepted from.
#pragma once

#include <plugtls/socket.hpp>

#include <cstdint>
#include <string>

namespace plugtls::tools {

// How long a step may take that begins now; at least a millisecond, so that it is the step that says what there was no
// time for.
Socket::Timeout left_until(const Socket::Deadline &deadline);

// Connects to the first address of the host that answers. The look-up of its name counts, too.
Socket reach(const std::string &host, std::uint16_t port, const Socket::Deadline &deadline);

}  // namespace plugtls::tools
