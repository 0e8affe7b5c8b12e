// SPDX-License-Identifier: Apache-2.0
// One connection of the server: what it does next, without ever waiting.
#pragma once

#include "http.hpp"

#include <plugtls/plugtls.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plugtls::tools {

enum class Mode {
  echo,
  http,
  discard
};

struct Limits {
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds idle{60'000};
  // For the peer to read our last words: closing at once, with its bytes unread, would take them back (RFC 9112, 9.6).
  std::chrono::milliseconds linger{2'000};
};

class Peer {
 public:
  using Clock = std::chrono::steady_clock;

  Peer(TlsSocket socket, Mode mode, const Limits &limits);

  // Goes as far as it can. Afterwards events() is what to wait for, or is_finished().
  void advance();
  // The time limit has passed.
  void expire();
  // The server is ending: close_notify after what is being written.
  void stop();

  bool is_finished() const { return state_ == State::finished; }
  std::uint32_t events() const { return events_; }
  Clock::time_point deadline() const { return deadline_; }
  int fd() const { return socket_.fd(); }
  // What went wrong, if something did.
  const std::optional<plugtls_error> &failure() const { return failure_; }
  // One line for the log.
  std::string summary() const;

 private:
  enum class State {
    handshaking,
    serving,
    closing,
    lingering,
    finished
  };

  void handshake();
  void serve();
  bool write_output();
  void read_input();
  void take_input(std::string_view data);
  void answer_requests();
  void close();
  void linger();
  void enter(State state);
  // True to go on; false if it has to wait or has failed.
  bool settle(const IoResult &result);
  void fail(const plugtls_error &error);
  void wait_for(std::uint32_t events) { events_ = events; }

  TlsSocket socket_;
  std::string address_;
  Mode mode_;
  Limits limits_;
  State state_ = State::handshaking;
  Clock::time_point deadline_;
  std::uint32_t events_ = 0;
  bool peer_closed_ = false;
  bool stopping_ = false;
  std::string input_;   // requests not yet answered, bounded by the responder's limit
  std::string output_;  // never more than one chunk or one answer
  std::size_t written_ = 0;
  HttpResponder http_;
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
  std::string agreed_;
  std::optional<plugtls_error> failure_;
};

}  // namespace plugtls::tools
