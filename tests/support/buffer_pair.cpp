// SPDX-License-Identifier: Apache-2.0
#include "buffer_pair.hpp"

#include <algorithm>

namespace support {
namespace {

BufferPtr make_buffer() {
  plugtls_buffer *out = nullptr;
  Error error;
  if (plugtls_buffer_create(0, &out, &error) != PLUGTLS_OK)
    throw Failure("plugtls_buffer_create", error);
  return BufferPtr(out);
}

plugtls_transport over(const BufferPtr &incoming, const BufferPtr &outgoing) {
  plugtls_transport out{};
  plugtls_transport_from_buffers(incoming.get(), outgoing.get(), &out);
  return out;
}

}  // namespace

BufferPair::BufferPair(const Ends &ends, const PairOptions &options, Random *random, size_t piece)
    : random_(*random),
      piece_(piece),
      upward_out_(make_buffer()),
      upward_in_(make_buffer()),
      downward_out_(make_buffer()),
      downward_in_(make_buffer()) {
  client.connect(ends.client, options, over(downward_in_, upward_out_));
  server.accept(ends.server, options, over(upward_in_, downward_out_));
}

void BufferPair::carry(Peer &from, size_t most) {
  const bool upward = &from == &client;
  plugtls_buffer *source = (upward ? upward_out_ : downward_out_).get();
  plugtls_buffer *target = (upward ? upward_in_ : downward_in_).get();
  const plugtls_bytes lying = plugtls_buffer_peek(source);
  const std::string_view moved(reinterpret_cast<const char *>(lying.data),
                               std::min(lying.size, most));
  const auto &change = upward ? to_server : to_client;
  if (change && !moved.empty()) {
    const std::string changed = change(moved);
    plugtls_buffer_write(target, changed.data(), changed.size());
  } else {
    plugtls_buffer_write(target, moved.data(), moved.size());
  }
  plugtls_buffer_consume(source, moved.size());
  if (from.over() && plugtls_buffer_size(source) == 0) plugtls_buffer_end(target);
}

void BufferPair::carry_all(Peer &from) {
  carry(from, plugtls_buffer_size((&from == &client ? upward_out_ : downward_out_).get()));
}

void BufferPair::handshake() {
  // Every round moves something, or the next one finds that both ends are through.
  constexpr size_t most_rounds = 1000000;
  for (size_t round = 0; !client.settled() || !server.settled(); ++round) {
    if (round > most_rounds)
      throw std::runtime_error("no end in sight: client " + client.story() + ", server " +
                               server.story());
    for (Peer *peer : {&client, &server}) {
      if (!peer->settled()) peer->handshake();
      carry(*peer, piece());
    }
  }
  // TLS 1.3: a client is done before the server has judged its certificate.
  for (Peer *peer : {&client, &server}) {
    carry_all(*peer);
    if (peer->over() && !other(*peer).over()) drain(other(*peer));
  }
}

bool BufferPair::transfer(Peer &from, Peer &to, std::string_view data) {
  std::string part;
  size_t sent = 0;
  size_t arrived = 0;
  while (arrived < data.size() && !from.over() && !to.over() && to.status != PLUGTLS_CLOSED) {
    size_t taken = 0;
    if (sent < data.size() && from.write(data.substr(sent, piece()), &taken) == PLUGTLS_OK)
      sent += taken;
    carry(from, piece());
    if (to.read(&part, piece()) == PLUGTLS_OK) {
      if (data.compare(arrived, part.size(), part) != 0) return false;
      arrived += part.size();
    }
    carry(to, piece());
  }
  if (from.over()) throw Failure("write", from.error);
  if (to.over()) throw Failure("read", to.error);
  return arrived == data.size();
}

void BufferPair::drain(Peer &peer) {
  std::string ignored;
  carry_all(other(peer));
  while (peer.read(&ignored) == PLUGTLS_OK) {
  }
}

}  // namespace support
