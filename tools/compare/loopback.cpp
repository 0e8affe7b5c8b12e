// SPDX-License-Identifier: Apache-2.0
// The measurement "loopback": over TCP to this machine, client and server in a thread each, by the clock on the wall.
#include "clocks.hpp"
#include "fixtures.hpp"
#include "measurements.hpp"
#include "pair.hpp"
#include "statistics.hpp"

#include <array>
#include <cstdint>
#include <exception>
#include <future>
#include <utility>
#include <vector>

namespace plugtls::tools::compare {

namespace {

using namespace std::chrono_literals;

constexpr auto io_limit = 5s;

// Reads to the end of every connection; ends with the first that sends "stop".
void serve(TlsListener &listener) {
  std::array<std::byte, 16384> room{};
  for (;;) {
    TlsSocket peer = listener.accept(io_limit);
    std::size_t last = 0;
    std::byte first{};
    while (const std::size_t size = peer.read_into(room)) {
      last = size;
      first = room[0];
    }
    peer.shutdown();
    if (last == 1 && first == std::byte{'s'}) return;
  }
}

class Client {
 public:
  Client(const ClientContext &context, std::uint16_t port) : context_(context), port_(port) {}

  TlsSocket connect() {
    Socket plain = Socket::connect_tcp("127.0.0.1", port_, io_limit);
    plain.set_timeout(io_limit);
    const auto begin = Clock::now();
    TlsSocket out = context_.wrap_socket(std::move(plain), fixture_host);
    latencies_.push_back(seconds_since(begin) * 1e3);
    return out;
  }
  // To its end, so that the server has seen all of it.
  void connect_and_close(std::string_view data = {}) {
    TlsSocket socket = connect();
    if (!data.empty()) socket.write_all(data);
    finish(socket);
  }
  static void finish(TlsSocket &socket) {
    socket.shutdown();
    std::array<std::byte, 16> none{};
    if (socket.read_into(none) != 0) throw std::runtime_error("the server sent data");
  }

  void forget() { latencies_.clear(); }
  const std::vector<double> &latencies() const { return latencies_; }

 private:
  const ClientContext &context_;
  std::uint16_t port_;
  std::vector<double> latencies_;
};

Json connections(Client &client, double seconds) {
  for (int i = 0; i < handshakes_before; ++i)
    client.connect_and_close();
  client.forget();
  const auto begin = Clock::now();
  for (int i = 0; i < fewest_handshakes || seconds_since(begin) < seconds; ++i)
    client.connect_and_close();
  const double taken = seconds_since(begin);
  const std::vector<double> &latencies = client.latencies();
  return {{"per_second", static_cast<double>(latencies.size()) / taken},
          {"p50_ms", quantile(latencies, 0.5)},
          {"p90_ms", quantile(latencies, 0.9)},
          {"p99_ms", quantile(latencies, 0.99)}};
}

Json bytes(Client &client, double seconds) {
  const std::vector<std::byte> block(16384, std::byte{'d'});
  TlsSocket socket = client.connect();
  socket.write_all(block);
  std::uint64_t blocks = 0;
  const auto begin = Clock::now();
  for (; seconds_since(begin) < seconds; ++blocks)
    socket.write_all(block);
  Client::finish(socket);  // what is on the way counts when it has arrived
  return {{"megabytes_per_second",
           static_cast<double>(blocks * block.size()) / seconds_since(begin) / 1e6}};
}

}  // namespace

Json measure_loopback(const Json &request) {
  const Backend backend = open_backend(request);
  const Contexts contexts = make_contexts(backend, backend, {});
  TlsListener listener(contexts.server, "127.0.0.1", 0);
  const std::uint16_t port = listener.own_address().port();
  auto serving = std::async(std::launch::async, [&listener] { serve(listener); });
  Client client(contexts.client, port);
  const double seconds = request.at("seconds").get<double>();
  Json out = request.value("bytes", false) ? bytes(client, seconds) : connections(client, seconds);
  client.connect_and_close("s");
  serving.get();
  return out;
}

}  // namespace plugtls::tools::compare
