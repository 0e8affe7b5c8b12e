// SPDX-License-Identifier: Apache-2.0
// A client and a server in one process, over bytes in memory that nobody allocates while they are measured.
#pragma once

#include "fixtures.hpp"

#include <plugtls/plugtls.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace plugtls::tools::compare {

// Bytes one way. What is written is read to its end before long, so that they begin at the front again.
class Ring {
 public:
  explicit Ring(std::size_t capacity) : bytes_(capacity) {}

  std::size_t write(const void *data, std::size_t size) {
    if (bytes_.size() - end_ < size && begin_ != 0) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    size = std::min(size, bytes_.size() - end_);
    std::memcpy(bytes_.data() + end_, data, size);
    end_ += size;
    return size;
  }
  std::size_t read(void *data, std::size_t size) {
    size = std::min(size, end_ - begin_);
    std::memcpy(data, bytes_.data() + begin_, size);
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
    return size;
  }
  void clear() { begin_ = end_ = 0; }

 private:
  std::vector<unsigned char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// Both ways.
struct Wires {
  static constexpr std::size_t one_record = std::size_t{20} << 10U;

  explicit Wires(std::size_t capacity = one_record) : upward(capacity), downward(capacity) {}
  void clear() {
    upward.clear();
    downward.clear();
  }

  Ring upward;
  Ring downward;
};

// What a pair of contexts is made for.
struct Setting {
  TlsVersion version = TlsVersion::TLSv1_3;
  bool rsa = false;  // else ECDSA P-256
  bool mutual = false;
  std::optional<CipherSuite> suite;  // absent: AES-128-GCM
  std::optional<Group> group;        // absent: x25519
  bool default_policy = false;       // suites and groups are the backends' own choice
};

struct Contexts {
  ClientContext client;
  ServerContext server;
};

ClientContext make_client_context(const Backend &backend, const Setting &setting);
ServerContext make_server_context(const Backend &backend, const Setting &setting);
inline Contexts make_contexts(const Backend &client, const Backend &server,
                              const Setting &setting) {
  return {make_client_context(client, setting), make_server_context(server, setting)};
}

enum class Side {
  client,
  server
};

class Pair {
 public:
  // The wires outlive the pair, and are empty. `around` as in handshake().
  template <typename Around>
  Pair(const Contexts &contexts, Wires &wires, const WrapOptions &options, Around around)
      : client_pipe_{&wires.downward, &wires.upward}, server_pipe_{&wires.upward, &wires.downward} {
    around(Side::client, [&] {
      client_.emplace(contexts.client, transport_over(client_pipe_), fixture_host, options);
    });
    around(Side::server, [&] {
      server_.emplace(contexts.server, transport_over(server_pipe_), std::nullopt, WrapOptions{});
    });
  }
  Pair(const Contexts &contexts, Wires &wires, const WrapOptions &options = {})
      : Pair(contexts, wires, options, [](Side, auto call) { call(); }) {}
  Pair(const Pair &) = delete;
  Pair &operator=(const Pair &) = delete;
  Pair(Pair &&) = delete;
  Pair &operator=(Pair &&) = delete;
  ~Pair() = default;

  Connection &client() { return *client_; }
  Connection &server() { return *server_; }

  // `around(side, call)` makes every call into a backend, and may look at a clock or at the heap before and after.
  template <typename Around>
  void handshake(Around around) {
    for (int i = 0; !(client_done_ && server_done_); ++i) {
      if (i == longest_handshake) throw std::runtime_error("the handshake does not end");
      step(around);
    }
  }
  void handshake() {
    handshake([](Side, auto call) { call(); });
  }
  // One call of each side; true when the handshake is done.
  template <typename Around>
  bool step(Around around) {
    if (!client_done_) around(Side::client, [this] { client_done_ = advance(*client_); });
    if (!server_done_) around(Side::server, [this] { server_done_ = advance(*server_); });
    return client_done_ && server_done_;
  }
  // The client reads what the server sent after the handshake: tickets.
  void read_tickets();
  // `data` from the one to the other.
  void transfer(Connection &from, Connection &to, std::span<const std::byte> data,
                std::span<std::byte> room);

 private:
  static constexpr int longest_handshake = 50;

  struct Pipe {
    Ring *in;
    Ring *out;
  };

  static plugtls_transport transport_over(Pipe &pipe);
  static bool advance(Connection &connection);

  Pipe client_pipe_;
  Pipe server_pipe_;
  std::optional<Connection> client_;
  std::optional<Connection> server_;
  bool client_done_ = false;
  bool server_done_ = false;
};

}  // namespace plugtls::tools::compare
