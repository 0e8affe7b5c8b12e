// SPDX-License-Identifier: Apache-2.0
// Host names: what is a DNS name, what an IP address, and IDNA (RFC 5891) between them and people.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plugtls::loader {

struct HostName {
  bool is_ip = false;
  std::string value;  // A-label name without trailing dot, or 4 or 16 bytes in network order
};

// Nothing if it is neither; `[::1]` is taken as `::1`.
std::optional<HostName> parse_host(std::string_view text);

// Nothing if it is no DNS name.
std::optional<std::string> to_ascii(std::string_view name);
// The name as it is where it cannot be decoded: a server must be able to refuse what it does not understand.
std::string to_unicode(const char *name);

}  // namespace plugtls::loader
