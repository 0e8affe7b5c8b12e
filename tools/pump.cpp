// SPDX-License-Identifier: Apache-2.0
#include "pump.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

namespace plugtls::tools {

namespace {

// Bytes on their way through; filled when empty, then drained.
struct Chunk {
  std::array<std::byte, 16384> data{};
  std::size_t begin = 0;
  std::size_t end = 0;

  bool empty() const { return begin == end; }
  std::span<const std::byte> view() const { return std::span(data).subspan(begin, end - begin); }
  void fill(std::size_t size) {
    begin = 0;
    end = size;
  }
};

// After poll said that a pipe can be written, this many bytes do not block (POSIX, PIPE_BUF).
constexpr std::size_t never_blocks = 4096;

class Pump {
 public:
  Pump(TlsSocket &socket, Socket::Deadline deadline, AtEndOfInput at_end)
      : socket_(socket), deadline_(deadline), at_end_(at_end) {}

  void run() {
    while (!is_done()) {
      step_from_peer();
      step_to_peer();
      if (!is_done()) wait();
    }
  }

 private:
  bool is_done() const { return peer_closed_ && from_peer_.empty() && closed_; }

  void step_from_peer() {
    wants_read_ = 0;
    if (peer_closed_ || !from_peer_.empty()) return;
    const IoResult got = socket_.try_read(from_peer_.data);
    if (got)
      from_peer_.fill(got.bytes);
    else if (got.status == IoStatus::closed)
      peer_closed_ = true;
    else
      wants_read_ = events_of(got);
  }

  void step_to_peer() {
    wants_write_ = 0;
    if (!to_peer_.empty()) {
      const IoResult put = socket_.try_write(to_peer_.view());
      if (put)
        to_peer_.begin += put.bytes;
      else
        wants_write_ = events_of(put);
    }
    // Nobody reads what comes after the peer has closed; what was taken from standard input before has been sent.
    const bool ends = peer_closed_ || (input_ended_ && at_end_ == AtEndOfInput::half_close);
    if (to_peer_.empty() && ends && !closed_) {
      const IoResult shut = socket_.try_shutdown();
      if (shut)
        closed_ = true;
      else
        wants_write_ = events_of(shut);
    }
  }

  short events_of(const IoResult &result) const {
    if (result.status == IoStatus::want_read) return POLLIN;
    if (result.status == IoStatus::want_write) return POLLOUT;
    throw_status(result.status, socket_.last_error());
  }

  bool wants_input() const { return to_peer_.empty() && !input_ended_ && !peer_closed_; }

  void wait() {
    // A read that delivered, or a write that was taken, goes on at once.
    const bool input = wants_input();
    const bool output = !from_peer_.empty();
    const auto socket_events = static_cast<short>(wants_read_ | wants_write_);
    const bool can_go_on =
        (!output && !peer_closed_ && wants_read_ == 0) || (!to_peer_.empty() && wants_write_ == 0);
    std::array<pollfd, 3> polled{{{socket_events != 0 ? socket_.fd() : -1, socket_events, 0},
                                  {input ? STDIN_FILENO : -1, POLLIN, 0},
                                  {output ? STDOUT_FILENO : -1, POLLOUT, 0}}};
    const int ready = poll(polled.data(), polled.size(), can_go_on ? 0 : milliseconds_left());
    if (ready < 0 && errno != EINTR) throw_os_error("poll", errno);
    if (ready == 0 && !can_go_on && deadline_ && std::chrono::steady_clock::now() >= *deadline_)
      throw_error(errc::timed_out, "the time limit has passed");
    if (ready <= 0) return;
    if (polled[1].revents != 0) read_input();
    if (polled[2].revents != 0) write_output();
  }

  int milliseconds_left() const {
    if (!deadline_) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1 << 30));
  }

  void read_input() {
    const ssize_t got = read(STDIN_FILENO, to_peer_.data.data(), to_peer_.data.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got < 0) throw_os_error("reading standard input", errno);
    if (got == 0)
      input_ended_ = true;
    else
      to_peer_.fill(static_cast<std::size_t>(got));
  }

  void write_output() {
    const auto data = from_peer_.view().first(std::min(never_blocks, from_peer_.view().size()));
    const ssize_t put = write(STDOUT_FILENO, data.data(), data.size());
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (put < 0) throw_os_error("writing standard output", errno);
    from_peer_.begin += static_cast<std::size_t>(put);
  }

  TlsSocket &socket_;
  Socket::Deadline deadline_;
  AtEndOfInput at_end_;
  Chunk from_peer_;
  Chunk to_peer_;
  short wants_read_ = 0;
  short wants_write_ = 0;
  bool peer_closed_ = false;
  bool input_ended_ = false;
  bool closed_ = false;  // our close_notify is out
};

}  // namespace

void pump(TlsSocket &socket, Socket::Deadline deadline, AtEndOfInput at_end) {
  Pump(socket, deadline, at_end).run();
}

}  // namespace plugtls::tools
