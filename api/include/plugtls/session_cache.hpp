// SPDX-License-Identifier: Apache-2.0
/// Sessions of clients, kept by server name (B6).
#ifndef PLUGTLS_SESSION_CACHE_HPP
#define PLUGTLS_SESSION_CACHE_HPP

#include "plugtls/callbacks.hpp"
#include "plugtls/connection_view.hpp"
#include "plugtls/session.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace plugtls {

/// Keeps sessions as they arrive, and hands them out for the next connection. Copies share what they hold; any number of
/// threads may use it. Beyond its capacity the server that was not heard of for longest is forgotten.
///
///     SessionCache cache;
///     config.set_session_callback(cache.callback());
///     ...
///     context.wrap_socket(std::move(socket), host, {.session = cache.take(host)});
///
/// Sessions of connections without a server name (to an IP address) are not kept. It lives as long as its contexts: sessions
/// belong to the settings they were made with, so use one cache for each context.
class SessionCache {
 public:
  /// `servers`: how many names it remembers.
  explicit SessionCache(std::size_t servers = 256) : state_(std::make_shared<State>()) {
    if (servers == 0) throw_error(errc::invalid_argument, "SessionCache: room for no server");
    state_->capacity = servers;
  }

  /// For ClientConfig::set_session_callback. It does nothing once the cache is gone.
  SessionCallback callback() const {
    // Sessions hold their context and that its callbacks: a shared pointer here would be a circle.
    return [state = std::weak_ptr<State>(state_)](ConnectionView connection, Session session) {
      const auto alive = state.lock();
      const std::optional<std::string> name = connection.server_name();
      if (alive && name) alive->keep(*name, std::move(session));
    };
  }

  /// Keeps a session under any key of the program's.
  void keep(std::string_view server_name, Session session) const {
    state_->keep(canonical(server_name), std::move(session));
  }

  /// The newest session for the server that has not expired. One of TLS 1.3 is handed out once, so that nobody who watches can
  /// tell two visits to be one client's (RFC 8446, C.4); one of TLS 1.2 stays.
  std::optional<Session> take(std::string_view server_name) const {
    return state_->take(canonical(server_name));
  }

  std::size_t size() const { return state_->size(); }
  void clear() const { state_->clear(); }

 private:
  // A server sends two tickets by default, some send more.
  static constexpr std::size_t most_of_a_server = 8;

  struct Server {
    std::string name;
    std::deque<Session> sessions;
  };

  class State {
   public:
    void keep(const std::string &name, Session session) {
      const std::lock_guard lock(mutex_);
      const auto known = places_.find(name);
      if (known == places_.end()) {
        servers_.push_front({name, {}});
        places_[name] = servers_.begin();
      } else {
        servers_.splice(servers_.begin(), servers_, known->second);
      }
      std::deque<Session> &own = servers_.front().sessions;
      own.push_back(std::move(session));
      if (own.size() > most_of_a_server) own.pop_front();
      if (servers_.size() > capacity) forget(std::prev(servers_.end()));
    }

    std::optional<Session> take(const std::string &name) {
      const std::lock_guard lock(mutex_);
      const auto known = places_.find(name);
      if (known == places_.end()) return std::nullopt;
      std::deque<Session> &own = known->second->sessions;
      std::optional<Session> out;
      while (!out && !own.empty()) {
        const SessionInfo info = own.back().info();
        if (info.expires > std::chrono::system_clock::now()) out = own.back();
        if (!out || info.version == TlsVersion::TLSv1_3) own.pop_back();
      }
      if (own.empty()) forget(known->second);
      return out;
    }

    std::size_t size() {
      const std::lock_guard lock(mutex_);
      return servers_.size();
    }

    void clear() {
      const std::lock_guard lock(mutex_);
      places_.clear();
      servers_.clear();
    }

    std::size_t capacity = 0;

   private:
    using Servers = std::list<Server>;

    void forget(Servers::iterator server) {
      places_.erase(server->name);
      servers_.erase(server);
    }

    std::mutex mutex_;
    Servers servers_;  // the one heard of last in front
    std::unordered_map<std::string, Servers::iterator> places_;
  };

  // The name as it is sent; what is no name stays what it is.
  static std::string canonical(std::string_view name) {
    const std::string given(name);
    std::array<char, 256> ascii{};
    return plugtls_name_to_ascii(given.c_str(), ascii.data(), ascii.size(), nullptr) == PLUGTLS_OK
               ? std::string(ascii.data())
               : given;
  }

  std::shared_ptr<State> state_;
};

}  // namespace plugtls

#endif
