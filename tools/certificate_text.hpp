// SPDX-License-Identifier: Apache-2.0
// A few fields of a certificate, for people. It judges nothing: the backend has done that.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace plugtls::tools {

struct CertificateText {
  std::string subject;  // "CN=example.org, O=Example"
  std::string issuer;
  std::string not_before;  // "2026-11-23 10:00:00 UTC"
  std::string not_after;
};

// Nothing if it is not a certificate (RFC 5280, 4.1).
std::optional<CertificateText> read_certificate(std::span<const std::byte> der);

}  // namespace plugtls::tools
