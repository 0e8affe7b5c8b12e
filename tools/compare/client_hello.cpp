// SPDX-License-Identifier: Apache-2.0
#include "client_hello.hpp"

#include <stdexcept>

namespace plugtls::tools::compare {

namespace {

constexpr std::size_t record_handshake = 22;
constexpr std::size_t message_client_hello = 1;

enum Extension : std::uint16_t {
  supported_groups = 10,
  signature_algorithms = 13,
  supported_versions = 43,
  key_share = 51
};

struct Malformed : std::runtime_error {
  Malformed() : std::runtime_error("not a ClientHello") {}
};

// Never reads beyond its end.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  std::span<const std::byte> take(std::size_t count) {
    if (count > bytes_.size()) throw Malformed();
    const auto out = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return out;
  }
  std::size_t number(std::size_t bytes) {
    std::size_t out = 0;
    for (const std::byte each : take(bytes))
      out = out << 8U | static_cast<std::size_t>(each);
    return out;
  }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  // A vector whose length comes first, in so many bytes.
  Reader vector(std::size_t length_bytes) { return Reader(take(number(length_bytes))); }

 private:
  std::span<const std::byte> bytes_;
};

std::vector<std::uint16_t> u16_list(Reader list) {
  std::vector<std::uint16_t> out;
  while (!list.empty())
    out.push_back(list.u16());
  return out;
}

// A message may lie in several records.
std::vector<std::byte> message_in(Reader records) {
  std::vector<std::byte> out;
  while (!records.empty()) {
    if (records.number(1) != record_handshake) throw Malformed();
    records.take(2);
    Reader fragment = records.vector(2);
    const auto bytes = fragment.take(fragment.size());
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

void read_extension(std::uint16_t type, Reader body, ClientHello &out) {
  switch (type) {
    case supported_groups:
      out.groups = u16_list(body.vector(2));
      break;
    case signature_algorithms:
      out.signature_schemes = u16_list(body.vector(2));
      break;
    case supported_versions:
      out.versions = u16_list(body.vector(1));
      break;
    case key_share:
      for (Reader shares = body.vector(2); !shares.empty(); shares.vector(2))
        out.key_shares.push_back(shares.u16());
      break;
    default:
      break;
  }
}

ClientHello parse(Reader message) {
  ClientHello out;
  out.size = message.size();
  if (message.number(1) != message_client_hello) throw Malformed();
  Reader body = message.vector(3);
  out.legacy_version = body.u16();
  body.take(32);
  out.session_id_size = body.vector(1).size();
  out.cipher_suites = u16_list(body.vector(2));
  for (Reader methods = body.vector(1); !methods.empty();)
    out.compressions.push_back(static_cast<std::uint8_t>(methods.number(1)));
  if (body.empty()) return out;
  for (Reader extensions = body.vector(2); !extensions.empty();) {
    const std::uint16_t type = extensions.u16();
    out.extensions.push_back(type);
    read_extension(type, extensions.vector(2), out);
  }
  return out;
}

}  // namespace

std::optional<ClientHello> parse_client_hello(std::span<const std::byte> records) {
  try {
    return parse(Reader(message_in(Reader(records))));
  } catch (const Malformed &) {
    return std::nullopt;
  }
}

}  // namespace plugtls::tools::compare
