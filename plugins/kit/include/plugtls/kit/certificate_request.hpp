// SPDX-License-Identifier: Apache-2.0
// What a CertificateRequest asks for (RFC 8446, 4.3.2; RFC 5246, 7.4.4).
#pragma once

#include <plugtls/kit/alert.hpp>
#include <plugtls/kit/byte_reader.hpp>
#include <plugtls/kit/fail.hpp>

#include <cstdint>

namespace plugtls::kit {

// The signature schemes that the asking end accepts, two bytes each; empty if it names none. `body` is the message behind
// its header.
inline ByteView schemes_of_request(ByteView body, bool tls13) noexcept {
  ByteReader request(body);
  request.vector(1);  // certificate_types, or certificate_request_context
  if (!tls13) return request.vector(2);
  ByteReader extensions(request.vector(2));
  while (!extensions.at_end()) {
    const std::uint32_t type = extensions.number(2);
    const ByteView value = extensions.vector(2);
    if (type == 13 && extensions.good()) return ByteReader(value).vector(2);
  }
  return {};
}

// Of a peer that proves its key by a scheme that nobody offered (RFC 8446, 4.4.3).
inline plugtls_error scheme_not_offered(std::uint16_t scheme) noexcept {
  plugtls_error out =
      make_error(PLUGTLS_E_PROTOCOL, "the peer signed by scheme 0x%04x, which was not offered",
                 unsigned{scheme});
  out.alert = alert::illegal_parameter;
  return out;
}

}  // namespace plugtls::kit
