// SPDX-License-Identifier: Apache-2.0
// What people type, as values. Each throws CLI::ValidationError with words that say what would have been right.
#pragma once

#include <plugtls/plugtls.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plugtls::tools {

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

// "example.org:443", "[::1]:443".
HostPort parse_host_port(const std::string &text);
// "2026-11-23T10:00:00Z", "2026-11-23" (its beginning, UTC), "@1795000000" (Unix time).
std::chrono::system_clock::time_point parse_time(const std::string &text);
// "1.2", "TLSv1.3".
TlsVersion parse_version(const std::string &text);
// "h2,http/1.1"
std::vector<NextProtocol> parse_protocols(const std::string &text);
std::vector<CipherSuite> parse_suites(const std::string &text);
std::vector<Group> parse_groups(const std::string &text);
std::chrono::milliseconds parse_seconds(double seconds);
// The first line of a file, for passwords.
Secret read_password(const std::string &path);

}  // namespace plugtls::tools
