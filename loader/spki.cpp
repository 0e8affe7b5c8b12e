// SPDX-License-Identifier: Apache-2.0
// The public key of a certificate, for pinning. As little DER as that takes; backends judge what else is in it.
#include "guard.hpp"

#include <plugtls/plugtls.h>

#include <sys/types.h>

#include <sha256.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace plugtls::loader {

namespace {

using Bytes = std::span<const uint8_t>;

struct Element {
  uint8_t tag = 0;
  Bytes whole;  // with tag and length
  Bytes contents;
};

constexpr uint8_t sequence = 0x30;
constexpr uint8_t version = 0xa0;  // [0], which certificates of version 1 leave out

// Bytes of a length that follows the first one; only lengths that a certificate may have (RFC 5280).
std::optional<std::size_t> size_of_length(uint8_t first) {
  if (first < 0x80) return 0;
  const std::size_t size = first & 0x7fU;
  return size >= 1 && size <= 3 ? std::optional(size) : std::nullopt;
}

// Takes an element off the front.
std::optional<Element> take(Bytes &from) {
  if (from.size() < 2) return std::nullopt;
  const auto more = size_of_length(from[1]);
  if (!more || from.size() < 2 + *more) return std::nullopt;
  std::size_t size = *more == 0 ? from[1] : 0;
  for (std::size_t i = 0; i < *more; ++i)
    size = size << 8U | from[2 + i];
  const std::size_t header = 2 + *more;
  if (from.size() - header < size) return std::nullopt;
  const Element out{from[0], from.first(header + size), from.subspan(header, size)};
  from = from.subspan(header + size);
  return out;
}

// TBSCertificate (RFC 5280, 4.1): version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo.
std::optional<Bytes> public_key_info(Bytes certificate) {
  const auto outer = take(certificate);
  if (!outer || outer->tag != sequence || !certificate.empty()) return std::nullopt;
  Bytes inner = outer->contents;
  const auto body = take(inner);
  if (!body || body->tag != sequence) return std::nullopt;
  Bytes fields = body->contents;
  const bool has_version = !fields.empty() && fields[0] == version;
  for (int i = has_version ? 0 : 1; i < 6; ++i)
    if (!take(fields)) return std::nullopt;
  const auto info = take(fields);
  if (!info || info->tag != sequence) return std::nullopt;
  return info->whole;
}

}  // namespace

}  // namespace plugtls::loader

extern "C" plugtls_status plugtls_certificate_key_hash(plugtls_bytes certificate, uint8_t *out,
                                                       plugtls_error *err) {
  using namespace plugtls::loader;
  const auto info =
      public_key_info({certificate.data, certificate.data != nullptr ? certificate.size : 0});
  if (!info)
    return fail(err, PLUGTLS_E_CERTIFICATE_MALFORMED,
                "there is no public key to hash: it is not a certificate in DER");
  SHA2_CTX hash{};
  SHA256Init(&hash);
  SHA256Update(&hash, info->data(), info->size());
  SHA256Final(out, &hash);
  return PLUGTLS_OK;
}
