// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"

#include "failure.hpp"
#include "terminal.hpp"

#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

namespace plugtls::tools {

namespace {

constexpr int accepts_a_turn = 64;

void watch(int epoll, int operation, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll, operation, fd, &event) != 0) throw_os_error("epoll_ctl", errno);
}

int signal_descriptor() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  const int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) throw_os_error("signalfd", errno);
  return fd;
}

}  // namespace

Server::Server(ReloadingServerContext &contexts, Socket listening, const ServerOptions &options)
    : contexts_(contexts), listening_(std::move(listening)), options_(options) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) throw_os_error("epoll_create1", errno);
  signals_ = signal_descriptor();
  watch(epoll_, EPOLL_CTL_ADD, signals_, EPOLLIN);
  listening_.set_blocking(false);
  watch(epoll_, EPOLL_CTL_ADD, listening_.fd(), 0);
  listen(true);
}

Server::~Server() {
  if (signals_ >= 0) close(signals_);
  if (epoll_ >= 0) close(epoll_);
}

Exit Server::run() {
  std::array<epoll_event, 256> events{};
  while (!stopping_ || !peers_.empty()) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                 milliseconds_to_deadline());
    if (count < 0 && errno != EINTR) throw_os_error("epoll_wait", errno);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == signals_)
        obey_signals();
      else if (fd == listening_.fd())
        accept_all();
      else
        advance(fd);
    }
    expire();
  }
  return options_.once ? once_result_ : Exit::good;
}

void Server::listen(bool on) {
  if (on == is_listening_) return;
  watch(epoll_, EPOLL_CTL_MOD, listening_.fd(), on ? std::uint32_t{EPOLLIN} : 0);
  is_listening_ = on;
}

void Server::accept_all() {
  for (int i = 0; i < accepts_a_turn; ++i)
    if (stopping_ || !has_room() || !accept_one()) break;
  // Whoever waits is taken when somebody goes; spinning on a listener that cannot accept helps nobody.
  if (stopping_ || !has_room() || out_of_descriptors_) listen(false);
}

bool Server::accept_one() {
  const int fd = accept4(listening_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) {
    out_of_descriptors_ = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    return errno == EINTR || errno == ECONNABORTED;
  }
  Socket socket(fd);
  try {
    WrapOptions options;
    options.auto_handshake = false;
    auto peer = std::make_unique<Peer>(contexts_.current().wrap_socket(std::move(socket), options),
                                       options_.mode, options_.limits);
    watch(epoll_, EPOLL_CTL_ADD, fd, peer->events());
    watched_[fd] = {peer->events(), peer->deadline()};
    deadlines_.emplace(peer->deadline(), fd);
    peers_[fd] = std::move(peer);
  } catch (const TlsError &error) {
    say("plugtls serve: a connection could not be taken: " + describe(error));
  }
  if (options_.once) {
    stopping_ = true;  // no other one
    listen(false);
  }
  return true;
}

void Server::advance(int fd) {
  const auto at = peers_.find(fd);
  if (at == peers_.end()) return;  // ended by an earlier event of the same turn
  at->second->advance();
  update(*at->second);
}

void Server::update(Peer &peer) {
  if (peer.is_finished()) return finish(peer);
  auto &[events, deadline] = watched_[peer.fd()];
  if (events != peer.events()) watch(epoll_, EPOLL_CTL_MOD, peer.fd(), peer.events());
  events = peer.events();
  if (deadline == peer.deadline()) return;
  deadlines_.erase({deadline, peer.fd()});
  deadline = peer.deadline();
  deadlines_.emplace(deadline, peer.fd());
}

void Server::finish(Peer &peer) {
  const int fd = peer.fd();
  if (!options_.quiet) say(peer.summary());
  if (options_.once && peer.failure())
    once_result_ = exit_for(static_cast<errc>(peer.failure()->code));
  deadlines_.erase({watched_[fd].second, fd});
  watched_.erase(fd);
  peers_.erase(fd);  // closes the descriptor, which takes it out of epoll
  out_of_descriptors_ = false;
  if (!stopping_) listen(true);
}

void Server::expire() {
  const auto now = Peer::Clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Peer &peer = *peers_.at(deadlines_.begin()->second);
    peer.expire();
    update(peer);
  }
}

void Server::obey_signals() {
  signalfd_siginfo info{};
  bool ends = false;
  while (read(signals_, &info, sizeof info) > 0) {
    ends = ends || info.ssi_signo != SIGHUP;
    if (info.ssi_signo == SIGHUP) reload();
  }
  if (ends) stop();
}

// A certificate whose key is not in place yet must not end a server: what cannot be loaded changes nothing.
void Server::reload() {
  try {
    contexts_.reload();
    say("plugtls serve: certificates and keys have been read anew");
  } catch (const TlsError &error) {
    say("plugtls serve: not reloaded, the old context stays: " + describe(error));
  }
}

void Server::stop() {
  stopping_ = true;
  listen(false);
  std::vector<int> descriptors;
  for (const auto &[fd, peer] : peers_)
    descriptors.push_back(fd);
  for (const int fd : descriptors) {
    Peer &peer = *peers_.at(fd);
    peer.stop();
    update(peer);
  }
}

int Server::milliseconds_to_deadline() const {
  if (deadlines_.empty()) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadlines_.begin()->first - Peer::Clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1 << 30));
}

}  // namespace plugtls::tools
