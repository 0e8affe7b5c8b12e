// SPDX-License-Identifier: Apache-2.0
#include "ticket_watch.hpp"

#include "tap.hpp"

#include <plugtls/kit/client_hello.hpp>

namespace plugtls::wolfssl {

namespace {

#ifdef WOLFSSL_TICKET_NONCE_MALLOC
constexpr std::size_t longest_nonce = 255;
#else
constexpr std::size_t longest_nonce = 8;  // wolfSSL's MAX_TICKET_NONCE_STATIC_SZ
#endif
constexpr std::size_t before_nonce = 4 + 4;  // ticket_lifetime, ticket_age_add

void append(std::vector<uint8_t> &to, kit::ByteView bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_message(std::vector<uint8_t> &to, uint8_t type, kit::ByteView body) {
  to.push_back(type);
  for (int shift = 16; shift >= 0; shift -= 8)
    to.push_back(static_cast<uint8_t>(body.size() >> static_cast<unsigned>(shift)));
  append(to, body);
}

}  // namespace

void TicketWatch::stop() noexcept {
  watching_ = false;
  keys_.reset();
  secret_.clear();
}

std::optional<std::vector<uint8_t>> TicketWatch::look_into(WOLFSSL *ssl, kit::ByteView record) {
  if (record.front() != kit::tls::application_data) return std::nullopt;
  if (!keys_) keys_.emplace(ssl, secret_);
  const uint64_t number = number_++;
  const auto inner = keys_->open(record, number);
  if (!inner || inner->back() != kit::tls::handshake) {
    stop();
    return std::nullopt;
  }
  std::vector<uint8_t> out;
  if (!shorten(kit::ByteView(*inner).first(inner->size() - 1), out)) return std::nullopt;
  out.push_back(kit::tls::handshake);
  return keys_->seal(out, number);
}

// False if there is nothing to shorten, or messages go on in the next record.
bool TicketWatch::shorten(kit::ByteView messages, std::vector<uint8_t> &out) {
  bool changed = false;
  kit::ByteReader reader(messages);
  while (!reader.at_end()) {
    const auto type = static_cast<uint8_t>(reader.number(1));
    const kit::ByteView body = reader.vector(3);
    if (!reader.good()) break;
    if (type != handshake_type::new_session_ticket) {
      append_message(out, type, body);
      if (type == handshake_type::key_update) stop();  // other keys follow
      continue;
    }
    kit::ByteReader ticket(body);
    const kit::ByteView before = ticket.take(before_nonce);
    const kit::ByteView nonce = ticket.vector(1);
    if (!ticket.good()) break;
    nonces_.emplace_back(nonce.begin(), nonce.end());
    const kit::ByteView kept = nonce.first(std::min(nonce.size(), longest_nonce));
    changed = changed || kept.size() < nonce.size();
    std::vector<uint8_t> shorter(before.begin(), before.end());
    shorter.push_back(static_cast<uint8_t>(kept.size()));
    append(shorter, kept);
    append(shorter, body.subspan(before_nonce + 1 + nonce.size()));
    append_message(out, type, shorter);
  }
  return changed && reader.finished();
}

TicketWatch::Nonce TicketWatch::next_nonce() {
  if (nonces_.empty()) return {};
  Nonce out = std::move(nonces_.front());
  nonces_.pop_front();
  return out;
}

}  // namespace plugtls::wolfssl
