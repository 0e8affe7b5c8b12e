// SPDX-License-Identifier: Apache-2.0
// One cell of the interop matrix: who talks to whom, and how.
#ifndef PLUGTLS_TESTS_INTEROP_COMBINATION_HPP
#define PLUGTLS_TESTS_INTEROP_COMBINATION_HPP

#include "support/buffer_pair.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace interop {

// A kind of key that server and client certificates have.
struct Kind {
  const char *name;
  const char *server, *client;  // entities of tests/pki
  uint32_t feature;
  std::vector<uint16_t> tls12, tls13;  // signature schemes it may sign a handshake with
};
const std::vector<Kind> &kinds();

struct Combination {
  support::Ends ends;
  uint16_t version;
  bool server_bounds;  // it is the server that has no other version, or the client
  const Kind *kind;
  bool mutual, alpn, sni;

  std::string text() const;
  support::PairOptions options() const;
  // What a backend lacks of what its end of this takes; resumption is asked about apart.
  std::vector<uint32_t> client_lacks() const { return lacks(ends.client, true); }
  std::vector<uint32_t> server_lacks() const { return lacks(ends.server, false); }
  bool possible() const { return client_lacks().empty() && server_lacks().empty(); }

 private:
  std::vector<uint32_t> lacks(const std::string &backend, bool client) const;
};

// Every backend with every other and itself, in each version, with each kind of key, with and without the rest.
std::vector<Combination> every_combination();

// Contexts are built once and used for every combination that differs only in the other end.
class Contexts {
 public:
  // The options of a connection. Throws support::Failure, as a program's own attempt would fail.
  support::PairOptions visit(const Combination &combination, plugtls_session *session = nullptr);

 private:
  plugtls_context *context(const std::string &key, const std::string &backend,
                           const support::Config &config);
  std::map<std::string, support::ContextPtr> made_;
};

// The newest session of a connection whose client has read something. Throws support::Failure.
support::SessionPtr session_of(const support::Peer &client);

// Checks what was negotiated against what was asked for.
void check_negotiated(const Combination &combination, const support::BufferPair &pair,
                      bool resumed);

// Checks that what is lacking is refused by the name of the feature and of the backend, and that no connection
// comes about that does without.
void check_refused(const Combination &combination, Contexts *contexts);

}  // namespace interop

#endif
