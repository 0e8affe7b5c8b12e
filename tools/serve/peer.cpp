// SPDX-License-Identifier: Apache-2.0
#include "peer.hpp"

#include "failure.hpp"
#include "terminal.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace plugtls::tools {

namespace {

// One peer's turn, so that a fast one does not starve the others.
constexpr int steps_a_turn = 32;
constexpr std::size_t chunk_size = 16384;

std::string address_of(const TlsSocket &socket) {
  try {
    return socket.peer_address().to_string();
  } catch (const TlsError &) {
    return "a peer that has gone";
  }
}

}  // namespace

Peer::Peer(TlsSocket socket, Mode mode, const Limits &limits)
    : socket_(std::move(socket)),
      address_(address_of(socket_)),
      mode_(mode),
      limits_(limits),
      deadline_(Clock::now() + limits.handshake),
      events_(EPOLLIN) {}

void Peer::advance() {
  if (state_ == State::handshaking) handshake();
  if (state_ == State::serving) serve();
  if (state_ == State::closing) close();
  if (state_ == State::lingering) linger();
}

void Peer::expire() {
  if (state_ == State::lingering) return enter(State::finished);
  fail(make_error(errc::timed_out, state_ == State::handshaking
                                       ? "the handshake took longer than its time limit"
                                       : "nothing moved for longer than the idle time limit"));
}

void Peer::stop() {
  stopping_ = true;
  limits_.idle = limits_.linger;
  deadline_ = std::min(deadline_, Clock::now() + limits_.linger);
  if (state_ == State::handshaking) return enter(State::finished);
  if (state_ == State::serving && written_ == output_.size()) enter(State::closing);
  advance();
}

void Peer::enter(State state) {
  state_ = state;
  const bool is_closing = state == State::closing || state == State::lingering;
  deadline_ = Clock::now() + (is_closing ? limits_.linger : limits_.idle);
}

void Peer::handshake() {
  if (!settle(socket_.try_handshake())) return;
  agreed_ = name(*socket_.negotiated_tls_version()) + " " + name(*socket_.cipher());
  if (const auto protocol = socket_.negotiated_protocol()) agreed_ += " " + name(*protocol);
  if (socket_.resumed()) agreed_ += ", resumed";
  enter(State::serving);
}

void Peer::serve() {
  for (int step = 0; step < steps_a_turn && state_ == State::serving; ++step) {
    if (!write_output()) return;
    answer_requests();
    if (written_ < output_.size()) continue;
    if (peer_closed_ || stopping_ || http_.finished()) return enter(State::closing);
    read_input();
    if (events_ != 0 || state_ != State::serving) return;
  }
  // More may lie in the library, where no event tells of it.
  wait_for(EPOLLIN | EPOLLOUT);
}

bool Peer::write_output() {
  while (written_ < output_.size()) {
    const IoResult put = socket_.try_write(std::string_view(output_).substr(written_));
    if (!settle(put)) return false;
    written_ += put.bytes;
    bytes_out_ += put.bytes;
    deadline_ = Clock::now() + limits_.idle;
  }
  output_.clear();
  written_ = 0;
  return true;
}

void Peer::read_input() {
  std::array<std::byte, chunk_size>
      chunk;  // NOLINT(*-member-init): it is written before it is read
  const IoResult got = socket_.try_read(chunk);
  if (got.status == IoStatus::closed) {
    peer_closed_ = true;
    wait_for(0);
    return;
  }
  if (!settle(got)) return;
  take_input({reinterpret_cast<const char *>(chunk.data()), got.bytes});
}

void Peer::take_input(std::string_view data) {
  bytes_in_ += data.size();
  deadline_ = Clock::now() + limits_.idle;
  if (mode_ == Mode::echo) output_ = data;
  if (mode_ == Mode::http) input_ += data;
}

void Peer::answer_requests() {
  if (mode_ != Mode::http || !output_.empty() || http_.finished()) return;
  const std::size_t taken = http_.take(input_, output_);
  input_.erase(0, taken);
}

void Peer::close() {
  if (!settle(socket_.try_shutdown())) return;
  ::shutdown(socket_.fd(), SHUT_WR);
  enter(State::lingering);
}

// Reads and forgets until the peer has closed its side, too.
void Peer::linger() {
  std::array<std::byte, 4096> ignored;  // NOLINT(*-member-init)
  for (int step = 0; step < steps_a_turn; ++step) {
    const ssize_t got = recv(socket_.fd(), ignored.data(), ignored.size(), 0);
    if (got > 0 || (got < 0 && errno == EINTR)) continue;
    if (got < 0 && errno == EAGAIN) break;
    return enter(State::finished);
  }
  wait_for(EPOLLIN);
}

bool Peer::settle(const IoResult &result) {
  wait_for(0);
  switch (result.status) {
    case IoStatus::done:
      return true;
    case IoStatus::want_read:
      wait_for(EPOLLIN);
      return false;
    case IoStatus::want_write:
      wait_for(EPOLLOUT);
      return false;
    default:
      fail(result.code == errc::none ? make_error(errc::protocol, "the peer closed too early")
                                     : socket_.last_error());
      return false;
  }
}

// The alert is in the socket already (P-IO-4); the peer gets the time to read it.
void Peer::fail(const plugtls_error &error) {
  failure_ = error;
  ::shutdown(socket_.fd(), SHUT_WR);
  enter(State::lingering);
  linger();
}

std::string Peer::summary() const {
  std::string out = address_ + ": ";
  if (!agreed_.empty())
    out += agreed_ + ", " + std::to_string(bytes_in_) + " bytes in, " + std::to_string(bytes_out_) +
           " out, ";
  return harmless(out + (failure_ ? "failed: " + describe(TlsError(*failure_)) : "closed"));
}

}  // namespace plugtls::tools
