// SPDX-License-Identifier: Apache-2.0
#include "idna.hpp"

#include "error.hpp"
#include "plugtls/plugtls.h"

#include <arpa/inet.h>

#include <idn2.h>

#include <algorithm>
#include <memory>

namespace plugtls::loader {

namespace {

constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

using Idn2Text = std::unique_ptr<char, decltype(&idn2_free)>;

bool is_label(std::string_view label) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !label.empty() && label.size() <= longest_label && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, good);
}

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > longest_name) return false;
  for (std::size_t start = 0;;) {
    const std::size_t dot = name.find('.', start);
    if (!is_label(name.substr(start, dot == std::string_view::npos ? dot : dot - start)))
      return false;
    if (dot == std::string_view::npos) return true;
    start = dot + 1;
  }
}

// All digits in the last label: an IPv4 address that is none, "1.2.3" say (RFC 1123, 2.1).
bool looks_like_address(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::string> to_ascii(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(name);
  char *raw = nullptr;
  const auto *input = reinterpret_cast<const uint8_t *>(terminated.c_str());
  if (idn2_lookup_u8(input, reinterpret_cast<uint8_t **>(&raw),
                     IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_NO_ALABEL_ROUNDTRIP) != IDN2_OK)
    return std::nullopt;
  const Idn2Text ascii(raw, &idn2_free);
  std::string out = ascii.get();
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (!is_dns_name(out) || looks_like_address(out)) return std::nullopt;
  return out;
}

std::string to_unicode(const char *name) {
  char *raw = nullptr;
  if (idn2_to_unicode_8z8z(name, &raw, 0) != IDN2_OK) return name;
  const Idn2Text unicode(raw, &idn2_free);
  return unicode.get();
}

std::optional<HostName> parse_host(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (bracketed) text = text.substr(1, text.size() - 2);
  const std::string terminated(text);
  std::array<char, 16> bytes{};
  if (!bracketed && inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1)
    return HostName{true, std::string(bytes.data(), 4)};
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1)
    return HostName{true, std::string(bytes.data(), 16)};
  if (bracketed) return std::nullopt;  // brackets are for IPv6 (RFC 3986, 3.2.2)
  if (auto name = to_ascii(text)) return HostName{false, std::move(*name)};
  return std::nullopt;
}

namespace {

plugtls_status put_name(const std::string &name, char *out, std::size_t capacity,
                        plugtls_error *err) {
  if (name.size() >= capacity)
    return fail(err, PLUGTLS_E_BUFFER_TOO_SMALL,
                "the name needs %zu bytes and there is room for %zu", name.size() + 1, capacity);
  out[name.copy(out, name.size())] = '\0';
  return PLUGTLS_OK;
}

}  // namespace

}  // namespace plugtls::loader

using namespace plugtls::loader;

extern "C" {

plugtls_status plugtls_name_to_ascii(const char *name, char *out, size_t capacity,
                                     plugtls_error *err) try {
  const auto ascii = to_ascii(name);
  if (!ascii) return fail(err, PLUGTLS_E_HOSTNAME_INVALID, "'%s' is not a DNS name", name);
  return put_name(*ascii, out, capacity, err);
} catch (const std::exception &) {
  return fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
}

plugtls_status plugtls_name_to_unicode(const char *name, char *out, size_t capacity,
                                       plugtls_error *err) try {
  if (!to_ascii(name)) return fail(err, PLUGTLS_E_HOSTNAME_INVALID, "'%s' is not a DNS name", name);
  return put_name(to_unicode(name), out, capacity, err);
} catch (const std::exception &) {
  return fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
}

}  // extern "C"
