// SPDX-License-Identifier: Apache-2.0
#include "pair.hpp"

#include <catch2/catch_test_macros.hpp>

namespace support {
namespace {

// Far beyond what one-byte fragments and a transport that wants at every other call need.
constexpr size_t most_rounds = 200000;

ConnectionPtr make_connection(plugtls_context *context, const plugtls_connection_options *options,
                              const plugtls_transport &over) {
  plugtls_connection *out = nullptr;
  Error error;
  if (plugtls_connection_create(context, options, &over, &out, &error) != PLUGTLS_OK)
    throw Failure("plugtls_connection_create", error);
  return ConnectionPtr(out);
}

ContextPtr context_for(plugtls_context *given, const std::string &backend, const Config &config) {
  if (given == nullptr) return make_context(backend, config);
  plugtls_context_retain(given);
  return ContextPtr(given);
}

}  // namespace

plugtls_status Peer::read(std::string *out, size_t capacity) {
  out->resize(capacity);
  size_t size = 0;
  keep(plugtls_read(get(), out->data(), capacity, &size, &error));
  out->resize(status == PLUGTLS_OK ? size : 0);
  return status;
}

plugtls_status Peer::write(std::string_view data, size_t *taken) {
  *taken = 0;
  return keep(plugtls_write(get(), data.data(), data.size(), taken, &error));
}

plugtls_connection_info Peer::info() const {
  plugtls_connection_info out{};
  out.size = sizeof out;
  REQUIRE(plugtls_connection_info_get(get(), &out) == PLUGTLS_OK);
  return out;
}

std::vector<std::string> Peer::chain(uint32_t which) const {
  plugtls_chain *raw = nullptr;
  Error failure;
  if (plugtls_connection_chain(get(), which, &raw, &failure) != PLUGTLS_OK)
    throw Failure("plugtls_connection_chain", failure);
  const ChainPtr owner(raw);
  std::vector<std::string> out;
  for (size_t i = 0; raw != nullptr && i < plugtls_chain_size(raw); ++i)
    out.push_back(as_string(plugtls_chain_at(raw, i)));
  return out;
}

std::string Peer::story() const {
  return std::string(status_name(status)) + (over() ? " " + error.text() : std::string());
}

void Peer::connect(const std::string &backend, const PairOptions &options,
                   const plugtls_transport &over) {
  context = context_for(options.client_context, backend, options.client);
  plugtls_connection_options peer{};
  peer.size = sizeof peer;
  peer.flags = options.connection_flags;
  peer.server_hostname = options.hostname ? options.hostname->c_str() : nullptr;
  std::vector<const char *> subjects;
  for (const std::string &subject : options.subjects)
    subjects.push_back(subject.c_str());
  peer.subjects = subjects.data();
  peer.subject_count = subjects.size();
  peer.session = options.session;
  connection = make_connection(context.get(), &peer, over);
}

void Peer::accept(const std::string &backend, const PairOptions &options,
                  const plugtls_transport &over) {
  context = context_for(options.server_context, backend, options.server);
  connection = make_connection(context.get(), nullptr, over);
}

Pair::Pair(const Ends &ends, const PairOptions &options) {
  client.transport.fragment = server.transport.fragment = options.fragment;
  client.connect(ends.client, options, client.transport.get());
  server.accept(ends.server, options, server.transport.get());
}

void Pair::bound_rounds(size_t *rounds) const {
  if (++*rounds > most_rounds)
    throw std::runtime_error("no end in sight: client " + client.story() + ", server " +
                             server.story());
}

void Pair::close_if_over(End &end) {
  if (end.over()) wire_from(end).end();
}

void Pair::handshake() {
  size_t rounds = 0;
  while (!client.settled() || !server.settled()) {
    bound_rounds(&rounds);
    for (End *end : {&client, &server}) {
      if (!end->settled()) end->handshake();
      close_if_over(*end);
    }
    if (between_rounds) between_rounds();
  }
  // TLS 1.3: a client is done before the server has judged its certificate.
  for (End *end : {&client, &server}) {
    End &peer = end == &client ? server : client;
    if (peer.over() && !end->over()) drain(*end);
  }
}

void Pair::connect() {
  handshake();
  INFO("client: " << client.story());
  INFO("server: " << server.story());
  REQUIRE(client.status == PLUGTLS_OK);
  REQUIRE(server.status == PLUGTLS_OK);
}

std::string Pair::transfer(End &from, End &to, std::string_view data) {
  std::string arrived, part;
  size_t sent = 0, rounds = 0;
  while (arrived.size() < data.size()) {
    bound_rounds(&rounds);
    size_t taken = 0;
    if (sent < data.size() && from.write(data.substr(sent), &taken) == PLUGTLS_OK) sent += taken;
    if (from.over()) throw Failure("write", from.error);
    if (to.read(&part) == PLUGTLS_OK) arrived += part;
    if (to.over()) throw Failure("read", to.error);
    if (to.status == PLUGTLS_CLOSED) break;
  }
  return arrived;
}

void Pair::drain(End &end) {
  std::string ignored;
  size_t rounds = 0;
  for (;;) {
    bound_rounds(&rounds);
    const size_t before = end.transport.reads();
    const plugtls_status status = end.read(&ignored);
    if (status == PLUGTLS_OK) continue;
    // A transport that stutters wants although there is something left.
    End &peer = &end == &client ? server : client;
    if (status == PLUGTLS_WANT_READ && wire_from(peer).available() > 0 &&
        end.transport.reads() > before)
      continue;
    return;
  }
}

Outcome outcome(const Ends &ends, const PairOptions &options) {
  Pair pair(ends, options);
  pair.handshake();
  return {pair.client.status, pair.server.status, pair.client.error, pair.server.error};
}

}  // namespace support
