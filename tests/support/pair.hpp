// SPDX-License-Identifier: Apache-2.0
// A client and a server joined in memory. Good by default; a case changes one thing.
#ifndef PLUGTLS_TESTS_SUPPORT_PAIR_HPP
#define PLUGTLS_TESTS_SUPPORT_PAIR_HPP

#include "backends.hpp"
#include "config.hpp"
#include "wire.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace support {

struct PairOptions {
  Config client = client_config();
  Config server = server_config();
  std::optional<std::string> hostname = "server.test";
  std::vector<std::string> subjects = {};
  uint32_t connection_flags = 0;
  plugtls_session *session = nullptr;
  size_t fragment = 0;
  // Contexts made before, in place of those of the configurations.
  plugtls_context *client_context = nullptr;
  plugtls_context *server_context = nullptr;
};

// One end: its context, its connection, and what its newest call came to.
class Peer {
 public:
  // Makes context and connection, as the client or the server of the options. Throw Failure.
  void connect(const std::string &backend, const PairOptions &options,
               const plugtls_transport &over);
  void accept(const std::string &backend, const PairOptions &options,
              const plugtls_transport &over);

  plugtls_status handshake() { return keep(plugtls_handshake(get(), &error)); }
  plugtls_status read(std::string *out, size_t capacity = 16384);
  plugtls_status write(std::string_view data, size_t *taken);
  plugtls_status shutdown() { return keep(plugtls_shutdown(get(), &error)); }

  plugtls_connection *get() const { return connection.get(); }
  plugtls_connection_info info() const;
  std::vector<std::string> chain(uint32_t which) const;
  bool settled() const { return status == PLUGTLS_OK || over(); }
  bool over() const { return status == PLUGTLS_FAILED || status == PLUGTLS_TRUNCATED; }
  // For INFO.
  std::string story() const;

  ContextPtr context;
  ConnectionPtr connection;
  plugtls_status status = PLUGTLS_WANT_READ;
  Error error;

 private:
  plugtls_status keep(plugtls_status now) {
    status = now;
    return now;
  }
};

// An end of two wires.
class End : public Peer {
 public:
  End(Wire &in, Wire &out) : transport(in, out) {}

  Transport transport;
};

class Pair {
 public:
  // Throws Failure if a context or a connection cannot be made.
  explicit Pair(const Ends &ends, const PairOptions &options = {});

  // Runs both handshakes until both ends have succeeded or failed. An end that fails closes its direction; an
  // end that had finished reads once more, for the alert. Throws if that does not come to an end.
  void handshake();
  // The same, and fails the case unless both succeed.
  void connect();

  // Sends all of `data` from one end to the other and returns what arrived. Throws Failure.
  std::string transfer(End &from, End &to, std::string_view data);
  std::string to_server(std::string_view data) { return transfer(client, server, data); }
  std::string to_client(std::string_view data) { return transfer(server, client, data); }
  // Lets an end read whatever lies there (tickets, alerts) without expecting data.
  void drain(End &end);

  End &end(bool client_side) { return client_side ? client : server; }
  Wire &wire_from(const End &end) { return &end == &client ? upward : downward; }

  Wire upward, downward;  // client to server, server to client
  End client{downward, upward};
  End server{upward, downward};
  std::function<void()> between_rounds = {};

 private:
  void bound_rounds(size_t *rounds) const;
  void close_if_over(End &end);
};

// A handshake that must fail at `failing`, the peer told of it. Returns the error.
struct Outcome {
  plugtls_status client, server;
  Error client_error, server_error;
};
Outcome outcome(const Ends &ends, const PairOptions &options);

}  // namespace support

#endif
