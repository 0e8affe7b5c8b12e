// SPDX-License-Identifier: Apache-2.0
#include "tap.hpp"

#include <plugtls/kit/certificate_request.hpp>
#include <plugtls/kit/client_hello.hpp>

namespace plugtls::wolfssl {

namespace {

constexpr std::size_t longest = std::size_t{1} << 18U;  // of what waits to be whole

}  // namespace

void Tap::use_secret(kit::ByteView secret, int digest) noexcept {
  secret_.set(secret, digest);
}

void Tap::stop() noexcept {
  listening_ = false;
  keys_.reset();
  secret_.clear();
  messages_ = {};
  taken_ = 0;
}

void Tap::hear(WOLFSSL *ssl, kit::ByteView record) {
  const kit::ByteView body = record.subspan(kit::tls::record_header);
  const uint8_t type = record.front();
  if (type == kit::tls::handshake && !encrypted_) {
    messages_.insert(messages_.end(), body.begin(), body.end());
  } else if (type == kit::tls::change_cipher_spec) {
    // Before the encrypted records of TLS 1.2, of which nothing is wanted; in TLS 1.3 it means nothing.
    if (wolfSSL_version(ssl) != TLS1_3_VERSION) stop();
  } else if (type == kit::tls::application_data) {
    encrypted_ = true;
    if (!keys_) keys_.emplace(ssl, secret_);
    const auto inner = keys_->open(record, number_++);
    if (!inner) {
      stop();  // wolfSSL will say what is wrong with it
    } else if (inner->back() == kit::tls::handshake) {
      messages_.insert(messages_.end(), inner->begin(), inner->end() - 1);
    }
  }
  if (messages_.size() > longest) stop();
}

bool Tap::next(Message &out) {
  messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(taken_));
  taken_ = 0;
  kit::ByteReader reader(messages_);
  out.type = static_cast<uint8_t>(reader.number(1));
  out.body = reader.vector(3);
  out.tls13 = encrypted_;
  if (!reader.good()) return false;
  taken_ = kit::tls::handshake_header + out.body.size();
  return true;
}

std::vector<std::vector<uint8_t>> certificates_in(const Tap::Message &message) {
  std::vector<std::vector<uint8_t>> out;
  kit::ByteReader body(message.body);
  if (message.tls13) body.vector(1);  // certificate_request_context
  kit::ByteReader list(body.vector(3));
  while (!list.at_end()) {
    const kit::ByteView one = list.vector(3);
    if (message.tls13) list.vector(2);  // extensions
    if (list.good()) out.emplace_back(one.begin(), one.end());
  }
  if (!body.finished() || !list.finished()) out.clear();
  return out;
}

std::vector<uint8_t> staple_in(const Tap::Message &message) {
  constexpr uint32_t status_request = 5;
  constexpr uint32_t ocsp = 1;
  if (!message.tls13) return {};
  kit::ByteReader body(message.body);
  body.vector(1);  // certificate_request_context
  kit::ByteReader list(body.vector(3));
  list.vector(3);  // the leaf
  kit::ByteReader extensions(list.vector(2));
  while (!extensions.at_end()) {
    const uint32_t type = extensions.number(2);
    kit::ByteReader status(extensions.vector(2));
    if (type != status_request || status.number(1) != ocsp) continue;
    const kit::ByteView response = status.vector(3);
    if (status.finished()) return {response.begin(), response.end()};
  }
  return {};
}

kit::ByteView schemes_in(const Tap::Message &message) {
  return kit::schemes_of_request(message.body, message.tls13);
}

uint16_t scheme_in(const Tap::Message &message) {
  kit::ByteReader body(message.body);
  if (message.type == handshake_type::server_key_exchange) {
    if (message.body.empty()) return 0;
    if (message.body.front() == 3) {  // RFC 8422, 5.4: named_curve, a group, a point
      body.take(3);
      body.vector(1);
    } else {  // RFC 5246, 7.4.3: a prime, a generator, a public value
      for (int i = 0; i < 3; ++i)
        body.vector(2);
    }
  }
  const uint32_t scheme = body.number(2);
  return body.good() ? static_cast<uint16_t>(scheme) : uint16_t{0};
}

}  // namespace plugtls::wolfssl
