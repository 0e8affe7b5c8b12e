// SPDX-License-Identifier: Apache-2.0
#include "arguments.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cmath>
#include <ctime>
#include <fstream>
#include <optional>

namespace plugtls::tools {

namespace {

[[noreturn]] void refuse(const std::string &message) {
  throw CLI::ValidationError(message);
}

std::vector<std::string> split(const std::string &text) {
  std::vector<std::string> out(1);
  for (const char c : text)
    if (c == ',')
      out.emplace_back();
    else
      out.back() += c;
  return out;
}

template <typename Value, typename Parse>
std::vector<Value> parse_list(const std::string &text, const char *what, Parse parse) {
  std::vector<Value> out;
  for (const std::string &each : split(text)) {
    const std::optional<Value> value = parse(each);
    if (!value) refuse("'" + each + "' is not " + what);
    out.push_back(*value);
  }
  return out;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char *end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end || port == 0) return std::nullopt;
  return port;
}

}  // namespace

HostPort parse_host_port(const std::string &text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos)
    refuse("'" + text + "' has no port: write HOST:PORT, as in " + text + ":443");
  std::string host = text.substr(0, colon);
  const auto port = parse_port(std::string_view(text).substr(colon + 1));
  if (!port) refuse("'" + text + "' has no port between 1 and 65535 after its last colon");
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string::npos)
    refuse("'" + text + "': an IPv6 address is written in brackets, as in [::1]:443");
  if (host.empty()) refuse("'" + text + "' has no host before its port");
  return {host, *port};
}

std::chrono::system_clock::time_point parse_time(const std::string &text) {
  if (text.size() > 1 && text[0] == '@') {
    std::int64_t seconds = 0;
    const char *end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + 1, end, seconds);
    if (parsed.ec == std::errc() && parsed.ptr == end)
      return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
  }
  for (const char *format : {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"}) {
    std::tm time{};
    const char *end = strptime(text.c_str(), format, &time);
    if (end != nullptr && *end == '\0')
      return std::chrono::system_clock::from_time_t(timegm(&time));
  }
  refuse("'" + text + "' is not a time: write 2026-11-23T10:00:00Z, 2026-11-23 or @UNIXTIME");
}

TlsVersion parse_version(const std::string &text) {
  const auto version = parse_tls_version(text);
  if (!version) refuse("'" + text + "' is not a version: write 1.2 or 1.3");
  return *version;
}

std::vector<NextProtocol> parse_protocols(const std::string &text) {
  std::vector<NextProtocol> out;
  for (const std::string &each : split(text)) {
    if (each.empty() || each.size() > 255) refuse("a protocol's name has 1 to 255 bytes");
    out.emplace_back(std::string_view(each));
  }
  return out;
}

std::vector<CipherSuite> parse_suites(const std::string &text) {
  return parse_list<CipherSuite>(text, "a cipher suite: write it as TLS_AES_128_GCM_SHA256",
                                 parse_cipher_suite);
}

std::vector<Group> parse_groups(const std::string &text) {
  return parse_list<Group>(text, "a group: write it as x25519 or secp256r1", parse_group);
}

std::chrono::milliseconds parse_seconds(double seconds) {
  if (!(seconds > 0) || seconds > 1e6) refuse("a time limit is more than 0 seconds");
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
}

Secret read_password(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  if (!file || !std::getline(file, line))
    throw_os_error("the password file " + path + " cannot be read", errno != 0 ? errno : EIO);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  Secret out{std::string_view(line)};
  plugtls_secure_wipe(line.data(), line.size());
  return out;
}

}  // namespace plugtls::tools
