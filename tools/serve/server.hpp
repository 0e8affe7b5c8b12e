// SPDX-License-Identifier: Apache-2.0
// The event loop: one thread, any number of peers.
#pragma once

#include "exit_status.hpp"
#include "peer.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace plugtls::tools {

struct ServerOptions {
  Mode mode = Mode::echo;
  Limits limits;
  std::size_t max_connections = 10'000;
  bool once = false;
  bool quiet = false;
};

class Server {
 public:
  // New connections get whatever context `contexts` holds then.
  Server(ReloadingServerContext &contexts, Socket listening, const ServerOptions &options);
  Server(const Server &) = delete;
  Server &operator=(const Server &) = delete;
  Server(Server &&) = delete;
  Server &operator=(Server &&) = delete;
  ~Server();

  // Until SIGTERM or SIGINT; SIGHUP reads certificates and keys anew. Or, with `once`, until one connection has ended.
  Exit run();

 private:
  void accept_all();
  bool accept_one();
  void listen(bool on);
  void advance(int fd);
  void update(Peer &peer);
  void finish(Peer &peer);
  void expire();
  void obey_signals();
  void reload();
  void stop();
  int milliseconds_to_deadline() const;
  bool has_room() const { return peers_.size() < options_.max_connections; }

  ReloadingServerContext &contexts_;
  Socket listening_;
  ServerOptions options_;
  int epoll_ = -1;
  int signals_ = -1;
  bool is_listening_ = false;
  bool stopping_ = false;
  bool out_of_descriptors_ = false;
  Exit once_result_ = Exit::good;
  std::map<int, std::unique_ptr<Peer>> peers_;  // by descriptor
  std::map<int, std::pair<std::uint32_t, Peer::Clock::time_point>> watched_;
  std::set<std::pair<Peer::Clock::time_point, int>> deadlines_;
};

}  // namespace plugtls::tools
