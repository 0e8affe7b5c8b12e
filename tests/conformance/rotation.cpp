// SPDX-License-Identifier: Apache-2.0
// B6, B11: a server under load whose certificate and ticket keys are replaced every few seconds. Every backend has a server
// and its clients in this one process, side by side, so that all of them take no longer than one.
#include "support/backends.hpp"
#include "support/summary.hpp"

#include <plugtls/plugtls.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace plugtls;
using namespace std::chrono_literals;

namespace {

using Time = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pace{30};  // 2,000 a minute
constexpr std::chrono::seconds length{PLUGTLS_TEST_SECONDS};
constexpr int connections = length / pace;
constexpr std::chrono::milliseconds rotation{1500};
constexpr std::chrono::seconds patience{60};  // of a connection, on the slowest machine
constexpr const char *host = "server.test";

std::string pki(const std::string &file) {
  return std::string(PLUGTLS_TEST_PKI_DIR) + "/" + file;
}

ClientConfig client_config(TlsVersion version, const SessionCache &cache) {
  return ClientConfig()
      .use_trust_store(TrustStore::from_pem_file(pki("root.pem")))
      .set_version_range(version, version)
      .set_session_callback(cache.callback());
}

// What has happened so far, said by any thread.
class Ledger {
 public:
  void fail(const std::string &who, const std::string &what) {
    const std::lock_guard lock(mutex_);
    if (failures_.size() < 20) failures_.push_back(who + ": " + what);
    ++failed_;
  }
  std::string failures() const {
    std::string out;
    for (const std::string &each : failures_)
      out += each + "\n";
    return out;
  }
  int failed() const { return failed_; }

 private:
  std::mutex mutex_;
  std::vector<std::string> failures_;
  int failed_ = 0;
};

// The files of a server: a certificate, its key, and ticket keys of which the newest is in front.
class Files {
 public:
  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "plugtls-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory could be made");
    directory_ = name;
    certify(0);
    rotate();
  }
  Files(const Files &) = delete;
  Files &operator=(const Files &) = delete;
  ~Files() { std::filesystem::remove_all(directory_); }

  std::string path(const char *name) const { return (directory_ / name).string(); }

  void certify(int turn) {
    const std::string of = pki(turn % 2 == 0 ? "good-ec" : "good-rsa");
    for (const char *kind : {"chain.pem", "key.pem"}) {
      std::filesystem::copy_file(of + "." + kind, directory_ / "new");
      std::filesystem::rename(directory_ / "new", directory_ / kind);
    }
  }
  // Two keys: sessions made by the one before the newest are still resumed.
  void rotate() {
    std::string key(80, '\0');
    for (char &byte : key)
      byte = static_cast<char>(random_());
    std::ofstream(directory_ / "new", std::ios::binary) << key << newest_;
    std::filesystem::rename(directory_ / "new", directory_ / "tickets");
    newest_ = key;
  }

 private:
  std::filesystem::path directory_;
  std::string newest_;
  std::random_device random_;
};

class Server {
 public:
  Server(const Backend &backend, Ledger *ledger)
      : ledger_(ledger),
        listening_(Socket::listen_tcp("127.0.0.1", 0)),
        contexts_(
            backend,
            ServerConfig().register_certificates(Certificate::from_file(files_.path("chain.pem")),
                                                 PrivateKey::from_file(files_.path("key.pem"))),
            files_.path("tickets")) {
    for (int i = 0; i < 4; ++i)
      workers_.emplace_back([this] { work(); });
  }
  Server(const Server &) = delete;
  Server &operator=(const Server &) = delete;
  // Ends every accept.
  ~Server() { ::shutdown(listening_.fd(), SHUT_RDWR); }

  std::uint16_t port() const { return listening_.own_address().port(); }

  // New ticket keys each time, for the context there is or for a new one with the other certificate.
  void turn(int number) {
    files_.rotate();
    if (number % 2 == 0) {
      contexts_.current().set_ticket_keys(read_ticket_keys(files_.path("tickets")));
      return;
    }
    files_.certify(number / 2 + 1);
    contexts_.reload();
  }

 private:
  void work() {
    for (;;) {
      Socket accepted;
      try {
        accepted = listening_.accept();
      } catch (const TlsError &) {
        return;  // the end
      }
      try {
        accepted.set_timeout(patience);
        TlsSocket peer = contexts_.current().wrap_socket(std::move(accepted));
        for (std::string asked = peer.read(64); !asked.empty(); asked = peer.read(64))
          peer.write_all(asked);
        peer.shutdown();
      } catch (const TlsError &error) {
        ledger_->fail("server", error.what());
      }
    }
  }

  Ledger *ledger_;
  Files files_;
  Socket listening_;
  ReloadingServerContext contexts_;
  std::vector<std::jthread> workers_;  // last, so that they are gone first
};

// The clients of one server, as many at once as it takes to keep the pace.
class Clients {
 public:
  Clients(const Backend &backend, std::uint16_t port, Ledger *ledger)
      : ledger_(ledger),
        port_(port),
        contexts_{ClientContext(backend, client_config(TlsVersion::TLSv1_2, caches_[0])),
                  ClientContext(backend, client_config(TlsVersion::TLSv1_3, caches_[1]))} {}

  void run(Time::time_point begin) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([this, begin] {
        for (int number = next_++; number < connections; number = next_++) {
          std::this_thread::sleep_until(begin + number * pace);
          visit(number);
        }
      });
  }

  int resumed() const { return resumed_; }
  int full() const { return full_; }

  TlsSocket connect(std::size_t version, bool resumes) {
    WrapOptions options;
    if (resumes) options.session = caches_[version].take(host);
    return contexts_[version].wrap_socket(Socket::connect_tcp("127.0.0.1", port_, patience), host,
                                          options);
  }

 private:
  // Each version by turns; two of three visits would like to resume.
  void visit(int number) {
    try {
      TlsSocket tls = connect(number % 2 == 0 ? 0 : 1, number % 3 != 0);
      ++(tls.resumed() ? resumed_ : full_);
      tls.write_all("hello");
      if (tls.read(64) != "hello") ledger_->fail("client", "another answer");
      tls.unwrap();
    } catch (const TlsError &error) {
      ledger_->fail("client " + std::to_string(number), error.what());
    }
  }

  Ledger *ledger_;
  std::uint16_t port_;
  std::array<SessionCache, 2> caches_;
  std::array<ClientContext, 2> contexts_;
  std::atomic<int> next_{0}, resumed_{0}, full_{0};
};

// A server, its clients, and one client that stays from the first turn to the last.
std::string run(const std::string &name, Ledger *ledger) {
  const Backend backend = Backend::open(name);
  Server server(backend, ledger);
  Clients clients(backend, server.port(), ledger);
  const Time::time_point begin = Time::now();
  int turns = 0;
  {
    TlsSocket stays = clients.connect(1, false);
    std::jthread rotator([&](const std::stop_token &stop) {
      std::mutex mutex;
      std::condition_variable_any asleep;
      std::unique_lock lock(mutex);
      for (auto at = begin + rotation;
           !asleep.wait_until(lock, stop, at, [] { return false; }) && !stop.stop_requested();
           at += rotation) {
        server.turn(turns++);
        stays.write_all("still here");
        if (stays.read(64) != "still here") ledger->fail("the one that stays", "another answer");
      }
    });
    clients.run(begin);
    rotator = {};
    stays.unwrap();
  }
  const std::chrono::duration<double> took = Time::now() - begin;
  std::array<char, 200> line{};
  std::snprintf(line.data(), line.size(),
                "  %-10s %d connections in %.1f s (%.0f a minute), %d turns, %d resumed, %d full, ",
                name.c_str(), connections, took.count(), connections / took.count() * 60, turns,
                clients.resumed(), clients.full());
  return line.data();
}

}  // namespace

TEST_CASE("B6 B11 no handshake fails while certificates and ticket keys are replaced",
          "[threads]") {
  const std::vector<std::string> names = support::backend_names();
  std::vector<Ledger> ledgers(names.size());
  std::vector<std::string> said(names.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < names.size(); ++i)
    threads.emplace_back([&, i] {
      try {
        said[i] = run(names[i], &ledgers[i]);
      } catch (const std::exception &error) {
        ledgers[i].fail(names[i], error.what());
      }
    });
  threads.clear();
  std::string summary = "Certificates and ticket keys replaced under load:\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    summary += said[i] + std::to_string(ledgers[i].failed()) + " failed\n";
    INFO(names[i] << "\n" << said[i] << "\n" << ledgers[i].failures());
    CHECK(ledgers[i].failed() == 0);
    CHECK(said[i].find(" 0 resumed") == std::string::npos);
  }
  support::publish("rotation", summary);
}
