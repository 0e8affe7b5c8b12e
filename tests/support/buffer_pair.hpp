// SPDX-License-Identifier: Apache-2.0
// A client and a server over plugtls_buffer (S9), with the test as the network between them: it carries
// ciphertext in pieces of its own choosing, and may change it.
#ifndef PLUGTLS_TESTS_SUPPORT_BUFFER_PAIR_HPP
#define PLUGTLS_TESTS_SUPPORT_BUFFER_PAIR_HPP

#include "pair.hpp"
#include "random.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace support {

class BufferPair {
 public:
  // `piece`: most bytes that are carried, written or read at once; each time it is any number up to that.
  BufferPair(const Ends &ends, const PairOptions &options, Random *random, size_t piece);

  // Until both ends have succeeded or failed and have been told of each other's failure.
  void handshake();
  // Sends `data` and says whether it arrived, the whole of it and nothing else. Throws Failure.
  bool transfer(Peer &from, Peer &to, std::string_view data);
  // Lets an end read what lies there: tickets, alerts.
  void drain(Peer &peer);

  Peer client, server;
  // What is done to the bytes on their way to the server, or to the client; it may keep some back.
  std::function<std::string(std::string_view)> to_server = {}, to_client = {};

 private:
  void carry(Peer &from, size_t most);
  void carry_all(Peer &from);
  size_t piece() { return random_.up_to(piece_); }
  Peer &other(const Peer &peer) { return &peer == &client ? server : client; }

  Random &random_;
  size_t piece_;
  BufferPtr upward_out_, upward_in_, downward_out_, downward_in_;
};

}  // namespace support

#endif
